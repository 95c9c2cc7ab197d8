// What a resource is judged against: all others of its plan, found by their names without a search, and the configuration.
// Next: scripts/review/security.ts and scripts/review/data-loss.ts, which judge.
import type { Configuration } from './configured.ts';
import type { PlannedResource } from './planned-resource.ts';

/** A plan to judge in. */
export interface PlanContext {
  readonly resources: readonly PlannedResource[];
  readonly configuration: Configuration;
  /** Numbers of the accounts that the managed resources are in, by their own ARNs as they are. */
  readonly accounts: ReadonlySet<string>;
  /** Managed resources that have this id, ARN or name now. */
  findNamed(name: unknown): readonly PlannedResource[];
  /** Instances of a type and a name in a module. */
  findInstances(moduleAddress: string, type: string, name: string): readonly PlannedResource[];
  /** All of a type. */
  findTyped(type: string): readonly PlannedResource[];
}

/** Looks through the resources once. */
export function openContext(resources: readonly PlannedResource[], configuration: Configuration): PlanContext {
  const named = new Map<unknown, PlannedResource[]>();
  const instances = new Map<string, PlannedResource[]>();
  const typed = new Map<string, PlannedResource[]>();
  const accounts = new Set<string>();
  for (const resource of resources) {
    const { mode, moduleAddress, type, name, before } = resource;
    push(instances, instanceKey(moduleAddress, type, name), resource);
    push(typed, type, resource);
    if (mode !== 'managed') continue;
    for (const text of new Set([before?.['id'], before?.['arn'], before?.['name']])) push(named, text, resource);
    const arn = before?.['arn'];
    const [, account] = typeof arn === 'string' ? (/^arn:[^:]*:[^:]*:[^:]*:(\d{12}):/.exec(arn) ?? []) : [];
    if (account !== undefined) accounts.add(account);
  }
  return {
    resources,
    configuration,
    accounts,
    findNamed: (name) => (typeof name === 'string' && name !== '' ? (named.get(name) ?? []) : []),
    findInstances: (moduleAddress, type, name) => instances.get(instanceKey(moduleAddress, type, name)) ?? [],
    findTyped: (type) => typed.get(type) ?? [],
  };
}

function instanceKey(...parts: readonly string[]): string {
  return JSON.stringify(parts);
}

function push<Key>(map: Map<Key, PlannedResource[]>, key: Key, resource: PlannedResource): void {
  const found = map.get(key);
  if (found === undefined) map.set(key, [resource]);
  else found.push(resource);
}
