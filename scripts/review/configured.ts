// What the configuration in a plan says of an attribute: whether it is set at all, and what it refers to.
// Next: scripts/review/deferred-policy.ts, which follows a policy to the document that makes it.
import type { PlannedResource } from './planned-resource.ts';
import type { ModuleConfiguration, ReviewPlan } from './read-plan.ts';

type Configured = Pick<PlannedResource, 'moduleAddress' | 'mode' | 'type' | 'name'>;
type Expressions = Readonly<Record<string, unknown>>;

/** Expressions of a plan's resources. */
export interface Configuration {
  /** False for what no one set, like an address that AWS gives. Null when the plan holds no configuration of the resource. */
  isSet(resource: Configured, attribute: string): boolean | null;
  /** What the attribute is made of, without what is asked of it: `aws_iam_role.axon`, `data.aws_iam_policy_document.axon`. */
  references(resource: Configured, attribute: string): readonly string[];
  /** The text of a JSON configuration, `${aws_iam_role.axon.arn}`; null for HCL, of which a plan keeps the references alone. */
  template(resource: Configured, attribute: string): string | null;
  /** All of its expressions, as they stand; null when the plan holds none. */
  expressions(resource: Configured): Expressions | null;
}

/** What a resource is judged against: all resources of its plan, and its configuration. */
export interface PlanContext {
  readonly resources: readonly PlannedResource[];
  readonly configuration: Configuration;
  /** Numbers of the accounts that what the plan names is in. */
  readonly accounts: ReadonlySet<string>;
}

/** Reads the configuration part of a plan. */
export function openConfiguration(plan: ReviewPlan): Configuration {
  const root = plan.configuration?.root_module;
  const modules = new Map<string, ReadonlyMap<string, Expressions | undefined>>();
  const openModule = (address: string): ReadonlyMap<string, Expressions | undefined> => {
    const known = modules.get(address);
    if (known !== undefined) return known;
    const module = root === undefined ? undefined : findModule(root, address);
    const opened = new Map(module?.resources.map((each) => [each.address, each.expressions]));
    modules.set(address, opened);
    return opened;
  };
  const expressions = ({ moduleAddress, mode, type, name }: Configured): Expressions | null =>
    openModule(moduleAddress).get(`${mode === 'data' ? 'data.' : ''}${type}.${name}`) ?? null;
  return {
    expressions,
    isSet: (resource, attribute) => {
      const found = expressions(resource);
      return found === null ? null : Object.hasOwn(found, attribute);
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

function findModule(root: ModuleConfiguration, address: string): ModuleConfiguration | undefined {
  const names = Array.from(
    address.matchAll(/module\.([\w-]+)(?:\[(?:"(?:[^"\\]|\\.)*"|\d+)\])?/g),
    ([, name = '']) => name,
  );
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
