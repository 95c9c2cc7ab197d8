// A plan without what a review does not read: values planned and prior, checks, the time it was made.
// Next: __tests__/scripts/review/make-fixtures.ts, which trims the small plans, and __tests__/scripts/review/make-reviews.ts.
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';

const Values = z.record(z.string(), z.unknown());
const Resource = z.looseObject({
  type: z.string(),
  mode: z.string(),
  change: z.looseObject({ actions: z.array(z.string()), before: Values.nullable(), after: Values.nullable() }),
});
/** What others are named or recognized by, changed or not. */
const identity: ReadonlySet<string> = new Set([
  'id',
  'arn',
  'name',
  'role',
  'permissions_boundary',
  'security_group_id',
  'referenced_security_group_id',
  // Set in the configuration and not there would be known only after the apply.
  'policy',
  'assume_role_policy',
  'container_definitions',
]);
const keptTypes = /^aws_(?:security_group|network_acl|iam_role|iam_policy)$/;

const Plan = z.looseObject({
  format_version: z.string(),
  terraform_version: z.string(),
  resource_changes: z.array(z.looseObject({})).optional(),
  resource_drift: z.array(z.looseObject({})).optional(),
  output_changes: z.record(z.string(), z.unknown()).optional(),
  variables: z.unknown().optional(),
  configuration: z.looseObject({ root_module: z.unknown().optional() }).optional(),
});

/** What is left, with every value as Terraform wrote it. */
export function trimPlan(found: unknown): Record<string, unknown> {
  const {
    format_version,
    terraform_version,
    resource_changes,
    resource_drift,
    output_changes,
    configuration,
    variables,
  } = Plan.parse(found);
  return {
    format_version,
    terraform_version,
    resource_changes,
    resource_drift,
    output_changes,
    variables,
    configuration: { root_module: configuration?.root_module },
  };
}

/**
 * A plan without the attributes that an update leaves as they are, and without the resources that stay, but for those that
 * others are named by.
 */
export function trimUnchanged(plan: Record<string, unknown>): Record<string, unknown> {
  const resources = z.array(Resource).parse(plan['resource_changes']);
  const kept = resources.filter(
    ({ change, type, mode }) => change.actions[0] !== 'no-op' || (mode === 'managed' && keptTypes.test(type)),
  );
  const drift = z.array(Resource).parse(plan['resource_drift'] ?? []);
  return { ...plan, resource_changes: kept.map(trimResource), resource_drift: drift.map(trimResource) };
}

function trimResource(resource: z.infer<typeof Resource>): unknown {
  const { change } = resource;
  const { before, after } = change;
  if (before === null || after === null || change.actions.length > 1) return resource;
  const unknown = Values.safeParse(change['after_unknown']).data ?? {};
  const names = [...new Set([...Object.keys(before), ...Object.keys(after), ...Object.keys(unknown)])];
  const differs = (name: string): boolean => name in unknown || !isDeepStrictEqual(before[name], after[name]);
  const kept = new Set(names.filter((name) => identity.has(name) || differs(name)));
  const pick = (values: unknown): unknown => {
    const { data } = Values.safeParse(values);
    return data === undefined ? values : Object.fromEntries(Object.entries(data).filter(([name]) => kept.has(name)));
  };
  const marks = Object.fromEntries(
    ['after_unknown', 'before_sensitive', 'after_sensitive'].map((name) => [name, pick(change[name])]),
  );
  return { ...resource, change: { ...change, ...marks, before: pick(before), after: pick(after) } };
}
