// What a plan would change, resource by resource and attribute by attribute, from the plan's JSON.
// Next: scripts/infra/environment-run.ts, which makes the plan.
import { z } from 'zod';

const Change = z.object({
  actions: z.array(z.string()),
  before: z.unknown().optional(),
  after: z.unknown().optional(),
  after_unknown: z.unknown().optional(),
  before_sensitive: z.unknown().optional(),
  after_sensitive: z.unknown().optional(),
});

/** The part of `terraform show -json PLAN` that is read. {@link https://developer.hashicorp.com/terraform/internals/json-format#plan-representation} */
export const PlanDocument = z.looseObject({
  resource_changes: z
    .array(
      z.object({
        address: z.string(),
        type: z.string(),
        previous_address: z.string().optional(),
        change: Change,
      }),
    )
    .default([]),
  output_changes: z.record(z.string(), Change).default({}),
  prior_state: z.looseObject({ values: z.unknown().optional() }).optional(),
});

/** A plan as Terraform writes it. */
export type PlanDocument = z.infer<typeof PlanDocument>;

/** One resource or output that would change. */
export interface PlannedChange {
  /** `module.alb.aws_lb.this`, or `output.bucket`. */
  readonly address: string;
  /** `aws_lb`, or `output`. */
  readonly type: string;
  /** `create`, `update`, `delete`, `delete, create` for a replacement, `read` for a data source, `move`. */
  readonly action: string;
  /** One line for each attribute that differs, `tags.owner: "a" -> "b"`; empty for a create or a delete. */
  readonly attributes: readonly string[];
}

/** `["orbit"]` or `[0]` in an address, after what there are several of. */
export const instanceKey = /\[(?:\d+|"(?:[^"\\]|\\.)*")\]/g;

/** How many resources a plan creates, updates and deletes; a replacement counts as a create and a delete. */
export interface PlanCounts {
  readonly create: number;
  readonly update: number;
  readonly delete: number;
}

const StateModule = z.looseObject({
  resources: z.array(z.looseObject({ address: z.string(), mode: z.string(), provider_name: z.string() })).default([]),
  get child_modules() {
    return z.array(StateModule).default([]);
  },
});
const builtIn = 'terraform.io/builtin/';
const shownCharacters = 160;

/** Everything the plan would change: exactly what makes `terraform plan -detailed-exitcode` end with 2, late reads and moves too. */
export function listChanges(plan: PlanDocument): PlannedChange[] {
  const resources = plan.resource_changes
    .map(({ previous_address: previous, change, ...resource }) => {
      const isMove = previous !== undefined && !isChange(change.actions);
      return { ...resource, change: isMove ? { ...change, actions: ['move'] } : change };
    })
    .filter(({ change }) => isChange(change.actions));
  const outputs = Object.entries(plan.output_changes)
    .filter(([, change]) => isChange(change.actions))
    .map(([name, change]) => ({ address: `output.${name}`, type: 'output', change }));
  return [...resources, ...outputs].map(({ address, type, change }) => ({
    address,
    type,
    action: change.actions.join(', '),
    attributes: change.before === null || change.after === null ? [] : listAttributes(change),
  }));
}

/** Counts the resources of a list of changes. */
export function countChanges(changes: readonly PlannedChange[]): PlanCounts {
  const count = (action: string): number =>
    changes.filter((change) => change.type !== 'output' && change.action.split(', ').includes(action)).length;
  return { create: count('create'), update: count('update'), delete: count('delete') };
}

/** The changes for a person: one line each, its attributes indented below. */
export function formatChanges(changes: readonly PlannedChange[]): string {
  return changes
    .flatMap(({ address, action, attributes }) => [`${address}: ${action}`, ...attributes.map((line) => `  ${line}`)])
    .join('\n');
}

/**
 * Addresses of the managed resources that were there when the plan was made, after Terraform had asked the account for each.
 * Resources of Terraform itself, like `terraform_data`, are in no account and are not among them.
 */
export function listPriorResources(plan: PlanDocument): string[] {
  const values = z.looseObject({ root_module: StateModule.optional() }).optional().parse(plan.prior_state?.values);
  return values?.root_module === undefined ? [] : listResources(values.root_module);
}

function listResources(module: z.infer<typeof StateModule>): string[] {
  const own = module.resources
    .filter(({ mode, provider_name: provider }) => mode === 'managed' && !provider.startsWith(builtIn))
    .map(({ address }) => address);
  return [...own, ...module.child_modules.flatMap(listResources)];
}

/** The attribute that a line of {@link PlannedChange.attributes} is about, without what is inside it. */
export function attributeOf(line: string): string {
  return /^[^.:]*/.exec(line)?.[0] ?? '';
}

function isChange(actions: readonly string[]): boolean {
  return actions.some((action) => action !== 'no-op');
}

function listAttributes(change: z.infer<typeof Change>): string[] {
  const hidden = (path: readonly string[]): boolean =>
    isMarked(change.before_sensitive, path) || isMarked(change.after_sensitive, path);
  return compare(change.before, change.after, []).flatMap(({ path, before, after }) => {
    const unknown = isMarked(change.after_unknown, path);
    const name = path.join('.') || 'value';
    if (hidden(path)) return [`${name}: differs (sensitive)`];
    return [`${name}: ${show(before)} -> ${unknown ? '(known after apply)' : show(after)}`];
  });
}

interface Difference {
  readonly path: readonly string[];
  readonly before: unknown;
  readonly after: unknown;
}

function compare(before: unknown, after: unknown, path: readonly string[]): Difference[] {
  if (isContainer(before) && isContainer(after) && Array.isArray(before) === Array.isArray(after)) {
    const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
    // A tag may be called `constructor`, which every object has from elsewhere.
    const own = (of: object, key: string): unknown => (Object.hasOwn(of, key) ? Reflect.get(of, key) : undefined);
    return keys.flatMap((key) => compare(own(before, key), own(after, key), [...path, key]));
  }
  return JSON.stringify(before) === JSON.stringify(after) ? [] : [{ path, before, after }];
}

function isContainer(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

/** True when Terraform marks this path, or a whole value that holds it, with `true`. */
function isMarked(marks: unknown, path: readonly string[]): boolean {
  let mark = marks;
  for (const key of path) {
    if (mark === true) return true;
    if (!isContainer(mark)) return false;
    mark = Reflect.get(mark, key);
  }
  return mark === true || (isContainer(mark) && JSON.stringify(mark).includes('true'));
}

function show(value: unknown): string {
  const text = value === undefined ? '(none)' : JSON.stringify(value);
  return text.length <= shownCharacters ? text : `${text.slice(0, shownCharacters)}... (${text.length} characters)`;
}
