// Reads what `terraform show -json PLAN` wrote, checked field by field, and takes every sensitive value out of it at once.
// Next: scripts/review/hide-sensitive.ts, which does; scripts/review/planned-resource.ts, what is made of it.
import { z } from 'zod';

import { hideSensitive } from './hide-sensitive.ts';
import { collectMarked, openSecrets } from './secret-values.ts';

const Change = z.object({
  actions: z.array(z.enum(['no-op', 'create', 'read', 'update', 'delete', 'forget', 'open', 'renew', 'close'])).min(1),
  before: z.unknown().optional(),
  after: z.unknown().optional(),
  after_unknown: z.unknown().optional(),
  before_sensitive: z.unknown().optional(),
  after_sensitive: z.unknown().optional(),
  replace_paths: z.array(z.array(z.union([z.string(), z.number()]))).optional(),
  importing: z.looseObject({ id: z.string().optional() }).nullish(),
});
const Resource = z.object({
  address: z.string().min(1),
  module_address: z.string().optional(),
  previous_address: z.string().optional(),
  mode: z.enum(['managed', 'data', 'ephemeral']),
  type: z.string().min(1),
  name: z.string(),
  index: z.union([z.string(), z.number()]).optional(),
  deposed: z.string().optional(),
  action_reason: z.string().optional(),
  change: Change,
});
const ModuleConfiguration = z.looseObject({
  resources: z
    .array(
      z.looseObject({
        address: z.string(),
        mode: z.string(),
        expressions: z.record(z.string(), z.unknown()).optional(),
        provisioners: z
          .array(z.looseObject({ type: z.string(), expressions: z.record(z.string(), z.unknown()).optional() }))
          .default([]),
      }),
    )
    .default([]),
  get module_calls() {
    return z
      .record(
        z.string(),
        z.looseObject({
          module: ModuleConfiguration.optional(),
          expressions: z.record(z.string(), z.unknown()).optional(),
        }),
      )
      .default({});
  },
});

const RootConfiguration = ModuleConfiguration.and(
  z.looseObject({ variables: z.record(z.string(), z.looseObject({ sensitive: z.boolean().optional() })).default({}) }),
);

/** The part of a plan that a review reads. {@link https://developer.hashicorp.com/terraform/internals/json-format#plan-representation} */
const ReviewPlan = z.object({
  format_version: z.string().regex(/^1\.\d+$/, 'expected 1.x, as Terraform 1.x writes'),
  terraform_version: z.string().optional(),
  resource_changes: z.array(Resource).default([]),
  resource_drift: z.array(Resource).default([]),
  output_changes: z.record(z.string(), Change).default({}),
  variables: z.record(z.string(), z.object({ value: z.unknown().optional() })).default({}),
  configuration: z.looseObject({ root_module: RootConfiguration.optional() }).optional(),
  errored: z.boolean().default(false),
  complete: z.boolean().default(true),
  checks: z.array(z.object({ address: z.object({ to_display: z.string() }), status: z.string() })).default([]),
  deferred_changes: z
    .array(z.object({ reason: z.string(), resource_change: z.object({ address: z.string() }) }))
    .default([]),
  action_invocations: z
    .array(
      z.object({
        address: z.string(),
        lifecycle_action_trigger: z.object({ triggering_resource_address: z.string() }).optional(),
      }),
    )
    .default([]),
});

/** A plan without the values that are marked sensitive in it. */
export type ReviewPlan = z.infer<typeof ReviewPlan>;
/** One resource of `resource_changes` or `resource_drift`. */
export type ResourceChange = z.infer<typeof Resource>;
/** What happens to one resource or output. */
export type Change = z.infer<typeof Change>;
/** The configuration of a module: its resources with their expressions, and the modules it calls. */
export type ModuleConfiguration = z.infer<typeof ModuleConfiguration>;

const shownIssues = 5;
const longestWord = 24;

/**
 * Parses a plan. INVARIANT: no value marked sensitive is in what this gives, so that nothing behind it can print one.
 *
 * @param text - the JSON
 * @param name - how messages call the file
 * @throws Error with the fields that are not as Terraform writes them
 */
export function readPlan(text: string, name: string): ReviewPlan {
  const found = parseJson(text, name);
  const { success, data, error } = ReviewPlan.safeParse(found);
  if (!success)
    throw new Error(
      `got ${name} that is no plan, ${describe(error, found)}; make it with terraform show -json PLANFILE`,
    );
  // A state, which is of the same form, would read as a plan that does nothing.
  if (data.configuration === undefined)
    throw new Error(
      `got ${name} without configuration${isState(found) ? ', a state' : ''}, expected a plan; make it with terraform show -json PLANFILE`,
    );
  if (data.errored)
    throw new Error(`got ${name} of a plan that failed (errored: true), expected a whole one; plan again`);
  return hideAll(data);
}

/** By mark first, then by value: the marks say what the values are. */
function hideAll(plan: ReviewPlan): ReviewPlan {
  const outputs = Object.entries(plan.output_changes);
  // In an order of their own, by which secrets are numbered.
  const resources = [...plan.resource_changes, ...plan.resource_drift].toSorted((a, b) =>
    a.address.localeCompare(b.address, 'en'),
  );
  const changes = [...resources.map(({ change }) => change), ...outputs.map(([, change]) => change)];
  const secrets = openSecrets([
    ...changes.flatMap((change) => [
      ...collectMarked(change.before, change.before_sensitive),
      ...collectMarked(change.after, change.after_sensitive),
    ]),
    ...Object.entries(plan.configuration?.root_module?.variables ?? {}).flatMap(([name, { sensitive }]) =>
      collectMarked(plan.variables[name]?.value, sensitive),
    ),
  ]);
  const hide = (change: Change): Change => {
    const { before, after, importing, ...rest } = hideSensitive(change);
    return { ...rest, ...secrets.hide({ before, after, importing }) };
  };
  const hideEach = (all: readonly ResourceChange[]): ResourceChange[] =>
    all.map((resource) => ({ ...resource, change: hide(resource.change) }));
  return {
    ...plan,
    resource_changes: hideEach(plan.resource_changes),
    resource_drift: hideEach(plan.resource_drift),
    output_changes: Object.fromEntries(outputs.map(([key, change]) => [key, hide(change)])),
    variables: {},
  };
}

function parseJson(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(
      `got ${name} of ${text.length} characters that is no JSON, expected a whole plan; make it with terraform show -json PLANFILE`,
      {
        cause: error,
      },
    );
  }
}

/** No more than what kind of thing it is, where it is longer than any word that would be right. */
function describeValue(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  if (text.length <= longestWord) return text;
  return Array.isArray(value) ? 'a list' : `a long ${typeof value}`;
}

function valueAt(found: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) => (typeof value === 'object' && value !== null ? (Reflect.get(value, key) as unknown) : undefined),
    found,
  );
}

function isState(found: unknown): boolean {
  return typeof found === 'object' && found !== null && 'values' in found;
}

function describe(error: z.ZodError, found: unknown): string {
  const isObject = typeof found === 'object' && found !== null && !Array.isArray(found);
  if (!isObject) return 'expected an object with format_version and resource_changes';
  const shown = error.issues.slice(0, shownIssues).map(({ path, message }) => {
    return `${path.join('.')}: got ${describeValue(valueAt(found, path))}, ${message}`;
  });
  const more = error.issues.length - shown.length;
  return [...shown, ...(more > 0 ? [`and ${more} more`] : [])].join('; ');
}
