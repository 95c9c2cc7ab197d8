// What the configuration in a plan says of an attribute: whether it is set at all, and what it refers to.
// Next: scripts/review/policy-findings.ts, which follows a policy to the document that makes it.
import type { PlannedResource } from './planned-resource.ts';
import type { ModuleConfiguration, ReviewPlan } from './read-plan.ts';

/** Expressions of a plan's resources. */
export interface Configuration {
  /** False for what no one set, like an address that AWS gives. Null when the plan holds no configuration of the resource. */
  isSet(resource: PlannedResource, attribute: string): boolean | null;
  /** What the attribute is made of, without what is asked of it: `aws_iam_role.axon`, `data.aws_iam_policy_document.axon`. */
  references(resource: PlannedResource, attribute: string): readonly string[];
}

/** What a resource is judged against: all resources of its plan, and its configuration. */
export interface PlanContext {
  readonly resources: readonly PlannedResource[];
  readonly configuration: Configuration;
}

/** Reads the configuration part of a plan. */
export function openConfiguration(plan: ReviewPlan): Configuration {
  const root = plan.configuration?.root_module;
  const expressionsOf = (resource: PlannedResource): Record<string, unknown> | null => {
    const module = root === undefined ? undefined : findModule(root, resource.moduleAddress);
    const address = `${resource.mode === 'data' ? 'data.' : ''}${resource.type}.${resource.name}`;
    return module?.resources.find((each) => each.address === address)?.expressions ?? null;
  };
  return {
    isSet: (resource, attribute) => {
      const expressions = expressionsOf(resource);
      return expressions === null ? null : Object.hasOwn(expressions, attribute);
    },
    references: (resource, attribute) => {
      const found = listReferences(expressionsOf(resource)?.[attribute]).flatMap((reference) => {
        const [, address] = /^((?:data\.)?[a-z][\w-]*\.[\w-]+)/.exec(reference) ?? [];
        return address === undefined || /^(?:var|local|module|each|count|path|self)\./.test(address) ? [] : [address];
      });
      return [...new Set(found)];
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
