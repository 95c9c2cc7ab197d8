// What the configuration in a plan says of an attribute: whether it is set at all, and what it refers to.
// Next: scripts/review/deferred-policy.ts, which follows a policy to the document that makes it.
import { instanceKey } from '../infra/plan-changes.ts';
import { knownAfterApply, type PlannedResource } from './planned-resource.ts';
import type { ModuleConfiguration, ReviewPlan } from './read-plan.ts';

type Configured = Pick<PlannedResource, 'moduleAddress' | 'mode' | 'type' | 'name'>;
type Expressions = Readonly<Record<string, unknown>>;
type ConfiguredResource = ModuleConfiguration['resources'][number];
type Provisioner = ConfiguredResource['provisioners'][number];

const lastModule = new RegExp(`module\\.[\\w-]+(?:${instanceKey.source})?$`);

/** Expressions of a plan's resources. */
export interface Configuration {
  /** False for what no one set, like an address that AWS gives. Null when the plan holds no configuration of the resource. */
  isSet(resource: Configured, attribute: string): boolean | null;
  /** What the attribute is made of, without what is asked of it: `aws_iam_role.axon`, `data.aws_iam_policy_document.axon`. */
  references(resource: Configured, attribute: string): readonly string[];
  /** The text of a JSON configuration, `${aws_iam_role.axon.arn}`; null for HCL, of which a plan keeps the references alone. */
  template(resource: Configured, attribute: string): string | null;
  /** What runs when it is made or destroyed. */
  provisioners(resource: Configured): readonly Provisioner[];
  /** What the call of a module hands to it, by variable, and the module that calls it. */
  call(moduleAddress: string): { readonly parent: string; readonly given: Expressions };
  /** All of its expressions, as they stand; null when the plan holds none. */
  expressions(resource: Configured): Expressions | null;
}

/** Reads the configuration part of a plan. */
export function openConfiguration(plan: ReviewPlan): Configuration {
  const root = plan.configuration?.root_module;
  const modules = new Map<string, ReadonlyMap<string, ConfiguredResource>>();
  const openModule = (address: string): ReadonlyMap<string, ConfiguredResource> => {
    const known = modules.get(address);
    if (known !== undefined) return known;
    const module = root === undefined ? undefined : findModule(root, address);
    const opened = new Map(module?.resources.map((each) => [each.address, each]));
    modules.set(address, opened);
    return opened;
  };
  const find = ({ moduleAddress, mode, type, name }: Configured): ConfiguredResource | undefined =>
    openModule(moduleAddress).get(`${mode === 'data' ? 'data.' : ''}${type}.${name}`);
  const expressions = (resource: Configured): Expressions | null => find(resource)?.expressions ?? null;
  return {
    expressions,
    provisioners: (resource) => find(resource)?.provisioners ?? [],
    isSet: (resource, attribute) => {
      const found = expressions(resource);
      return found === null ? null : Object.hasOwn(found, attribute);
    },
    call: (moduleAddress) => {
      const [last = ''] = lastModule.exec(moduleAddress) ?? [];
      const parent = moduleAddress.slice(0, moduleAddress.length - last.length).replace(/\.$/, '');
      const [, name = ''] = /^module\.([\w-]+)/.exec(last) ?? [];
      const module = root === undefined ? undefined : findModule(root, parent);
      return { parent, given: module?.module_calls[name]?.expressions ?? {} };
    },
    references: (resource, attribute) => {
      const found = listReferences(expressions(resource)?.[attribute]).flatMap((reference) => {
        const [, address] = /^((?:data\.)?[a-z][\w-]*\.[\w-]+)/.exec(reference) ?? [];
        return address === undefined || /^(?:var|local|module|each|count|path|self)\./.test(address) ? [] : [address];
      });
      return [...new Set(found)];
    },
    template: (resource, attribute) => {
      const expression = expressions(resource)?.[attribute];
      const text: unknown =
        typeof expression === 'object' && expression !== null ? Reflect.get(expression, 'constant_value') : undefined;
      return typeof text === 'string' ? text : null;
    },
  };
}

/** The resource without what no one sets and AWS gives: a list of rules or of policies that others fill is not its own. */
export function withoutGiven(resource: PlannedResource, configuration: Configuration): PlannedResource {
  const { after } = resource;
  if (after === null) return resource;
  const own = Object.entries(after).filter(
    ([name, value]) => value !== knownAfterApply || configuration.isSet(resource, name) !== false,
  );
  return { ...resource, after: Object.fromEntries(own) };
}

function findModule(root: ModuleConfiguration, address: string): ModuleConfiguration | undefined {
  const names = Array.from(address.replaceAll(instanceKey, '').matchAll(/module\.([\w-]+)/g), ([, name = '']) => name);
  let module: ModuleConfiguration | undefined = root;
  for (const name of names) module = module?.module_calls[name]?.module;
  return module;
}

function listReferences(expression: unknown): string[] {
  if (typeof expression !== 'object' || expression === null) return [];
  const own: unknown = Reflect.get(expression, 'references');
  if (Array.isArray(own)) return own.filter((each) => typeof each === 'string');
  return Object.values(expression).flatMap(listReferences);
}
