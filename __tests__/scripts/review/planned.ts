// Plans of a few lines, for the tests that look at one finding: what a resource was, what it becomes, what the review says.
// Next: __tests__/scripts/review/security.test.ts and those beside it, which use it.
import { readPlan } from '../../../scripts/review/read-plan.ts';
import { renderReview } from '../../../scripts/review/render.ts';
import { type Review, reviewPlan } from '../../../scripts/review/review-plan.ts';

type Values = Readonly<Record<string, unknown>>;

/** One resource; `null` before is a create, `null` after a destroy. */
export interface Planned {
  /** `aws_iam_role.worker`. */
  readonly address: string;
  readonly before?: Values | null;
  readonly after?: Values | null;
  /** Paths that are known only after the apply, in Terraform's form. */
  readonly unknown?: unknown;
  readonly sensitive?: unknown;
  /** Attributes that force a replacement; there is none without. */
  readonly replacedBy?: readonly string[];
  /** What the configuration says; nothing of it when it is left out. */
  readonly expressions?: Values;
  readonly provisioners?: readonly Values[];
}

/** The JSON of a plan of these resources, as `terraform show -json` writes it. */
export function planOf(...resources: readonly Planned[]): string {
  const named = resources.map((each) => {
    const mode = each.address.startsWith('data.') ? 'data' : 'managed';
    const [type = '', rest = ''] = each.address.replace(/^data\./, '').split('.');
    return { ...each, mode, type, name: rest.replace(/\[.*/, '') };
  });
  return JSON.stringify({
    format_version: '1.2',
    terraform_version: '1.11.4',
    resource_changes: named.map(({ address, mode, type, name, before = null, after = null, ...rest }) => ({
      address,
      mode,
      type,
      name,
      change: {
        actions: mode === 'data' ? ['read'] : actionsOf(before, after, rest.replacedBy),
        before,
        after,
        after_unknown: rest.unknown ?? {},
        before_sensitive: rest.sensitive ?? false,
        after_sensitive: rest.sensitive ?? false,
        ...(rest.replacedBy === undefined ? {} : { replace_paths: rest.replacedBy.map((path) => [path]) }),
      },
    })),
    configuration: {
      root_module: {
        resources: named
          .filter(({ expressions, provisioners }) => expressions !== undefined || provisioners !== undefined)
          .map(({ mode, type, name, expressions, provisioners }) => ({
            address: `${mode === 'data' ? 'data.' : ''}${type}.${name}`,
            mode,
            expressions,
            provisioners: provisioners ?? [],
          })),
      },
    },
  });
}

/** One resource of a type, `TYPE.one`. */
export function resource(
  type: string,
  before: Values | null,
  after: Values | null,
  more: Partial<Planned> = {},
): Planned {
  return { address: `${type}.one`, before, after, ...more };
}

/** What a review finds in a plan of these resources. */
export function reviewOf(...resources: readonly Planned[]): Review {
  return reviewPlan(readPlan(planOf(...resources), 'plan'), null);
}

/** The security findings: `widens loud: role ...`. */
export function securityOf(...resources: readonly Planned[]): string[] {
  return reviewOf(...resources).security.map(({ effect, loud, text }) => `${effect}${loud ? ' loud' : ''}: ${text}`);
}

/** The losses: what is said of data that goes. */
export function lossesOf(...resources: readonly Planned[]): string[] {
  return reviewOf(...resources).losses.map(({ text }) => text);
}

/** The whole comment. */
export function commentOf(text: string, base: string | null = null): string {
  return renderReview(reviewPlan(readPlan(text, 'plan'), base === null ? null : readPlan(base, 'base')), 'dev');
}

/** A policy document of these statements. */
export function policy(...statements: readonly Values[]): string {
  return JSON.stringify({ Version: '2012-10-17', Statement: statements.map((each) => ({ Effect: 'Allow', ...each })) });
}

function actionsOf(before: Values | null, after: Values | null, replacedBy: readonly string[] | undefined): string[] {
  if (replacedBy !== undefined) return ['delete', 'create'];
  if (before === null) return ['create'];
  if (after === null) return ['delete'];
  return JSON.stringify(before) === JSON.stringify(after) ? ['no-op'] : ['update'];
}
