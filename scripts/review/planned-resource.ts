// What a plan does to each resource, with what is known only after the apply in its place among the values.
// Next: scripts/review/security.ts and scripts/review/data-loss.ts, which judge it; scripts/review/relative-plan.ts.
import type { Change, ResourceChange, ReviewPlan } from './read-plan.ts';

/** Stands for a value that Terraform learns by applying. */
export const knownAfterApply = '(known after apply)';

/** `dropped`: only the base branch's plan does something to it. */
export type Action = 'no-op' | 'create' | 'read' | 'update' | 'replace' | 'delete' | 'forget' | 'dropped';

/** Attributes of a resource by name. */
export type Values = Readonly<Record<string, unknown>>;

/** One resource of a plan. */
export interface PlannedResource {
  /** `module.alb.aws_lb.this`; of a deposed object with its key behind. */
  readonly address: string;
  readonly moduleAddress: string;
  readonly type: string;
  readonly name: string;
  readonly mode: ResourceChange['mode'];
  readonly action: Action;
  /** As it is; null when it is created. */
  readonly before: Values | null;
  /** As it will be, unknown values as `knownAfterApply`; null when it is destroyed. */
  readonly after: Values | null;
  readonly previousAddress: string | null;
  readonly importId: string | null;
  /** Terraform's word for why it is replaced or destroyed. */
  readonly reason: string | null;
  /** Attributes that make it be replaced, `range_key` or `attribute.0.type`. */
  readonly replacedBy: readonly string[];
}

/** Every resource of a plan, those that stay as they are too. */
export function listResources(plan: ReviewPlan): PlannedResource[] {
  return plan.resource_changes.map(toResource).toSorted((a, b) => compareText(a.address, b.address));
}

/** What differs in the account from what Terraform's state says, as resources. */
export function listDrift(plan: ReviewPlan): PlannedResource[] {
  return plan.resource_drift
    .map(toResource)
    .filter(({ action }) => action !== 'no-op')
    .toSorted((a, b) => compareText(a.address, b.address));
}

/** By code units, so that two machines agree. */
export function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** True when the value is, or holds, something known only after the apply, or a secret: no one can judge it. */
export function holdsUnknown(value: unknown): boolean {
  if (typeof value === 'string') return value.includes(knownAfterApply) || isHidden(value);
  return typeof value === 'object' && value !== null && Object.values(value).some(holdsUnknown);
}

/** True for a word that stands for a secret. */
export function isHidden(value: unknown): boolean {
  return typeof value === 'string' && value.includes('(sensitive');
}

/** `after` with `knownAfterApply` wherever `after_unknown` is true. */
export function withUnknown(value: unknown, unknown: unknown): unknown {
  if (unknown === true) return knownAfterApply;
  if (typeof unknown !== 'object' || unknown === null) return value;
  if (Array.isArray(unknown)) {
    const values: unknown[] = Array.isArray(value) ? value : [];
    const length = Math.max(values.length, unknown.length);
    return length === 0 ? value : Array.from({ length }, (_, index) => withUnknown(values[index], unknown[index]));
  }
  const values = typeof value === 'object' && value !== null ? value : {};
  const keys = [...new Set([...Object.keys(values), ...Object.keys(unknown)])];
  if (keys.length === 0) return value;
  const member = (of: object, key: string): unknown => (Object.hasOwn(of, key) ? Reflect.get(of, key) : undefined);
  return Object.fromEntries(keys.map((key) => [key, withUnknown(member(values, key), member(unknown, key))]));
}

function toResource(resource: ResourceChange): PlannedResource {
  const { change } = resource;
  const after = withUnknown(change.after, change.after_unknown);
  return {
    address: resource.deposed === undefined ? resource.address : `${resource.address} (deposed ${resource.deposed})`,
    moduleAddress: resource.module_address ?? '',
    type: resource.type,
    name: resource.name,
    mode: resource.mode,
    action: actionOf(change),
    before: asValues(change.before),
    after: change.actions.includes('delete') && !change.actions.includes('create') ? null : asValues(after),
    previousAddress: resource.previous_address ?? null,
    importId: change.importing ? (change.importing.id ?? knownAfterApply) : null,
    reason: resource.action_reason ?? null,
    replacedBy: (change.replace_paths ?? []).map((path) => path.join('.')),
  };
}

function actionOf({ actions }: Change): Action {
  if (actions.includes('delete') && actions.includes('create')) return 'replace';
  // A forgotten object that is made anew is a new one for those who look at what is created.
  if (actions.includes('create')) return 'create';
  const [action = 'no-op'] = actions;
  return action === 'open' || action === 'renew' || action === 'close' ? 'read' : action;
}

function asValues(value: unknown): Values | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Values) : null;
}
