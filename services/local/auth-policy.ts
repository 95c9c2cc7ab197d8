// Evaluates an IAM auth policy as VPC Lattice does: explicit deny, then allow, else nothing is allowed.
// Next: services/local/mesh-gateway.ts, which lets nobody through without it.
import { z } from 'zod';

const oneOrMore = z
  .union([z.string(), z.array(z.string()).min(1)])
  .transform((value) => (typeof value === 'string' ? [value] : value));
const conditionBlock = z.record(z.string(), oneOrMore);
const Statement = z.strictObject({
  Sid: z.string().optional(),
  Effect: z.enum(['Allow', 'Deny']),
  Principal: z.union([z.literal('*'), z.strictObject({ AWS: oneOrMore })]),
  Action: oneOrMore,
  Resource: oneOrMore,
  Condition: z
    .strictObject({
      StringEquals: conditionBlock,
      StringNotEquals: conditionBlock,
      StringLike: conditionBlock,
      ArnLike: conditionBlock,
      Bool: conditionBlock,
    })
    .partial()
    .optional(),
});
/** The IAM policy elements that are understood; any other is refused when the policy is read, never passed over. */
export const AuthPolicy = z.strictObject({
  Version: z.literal('2012-10-17'),
  Id: z.string().optional(),
  Statement: z.array(Statement).min(1),
});
/** A parsed `AuthPolicy`. */
export type AuthPolicy = z.infer<typeof AuthPolicy>;

/** What is asked. `conditions` holds the request's condition keys; one that is absent matches no condition. */
export interface AuthQuestion {
  readonly principalArn: string;
  readonly action: string;
  readonly resource: string;
  readonly conditions: Readonly<Record<string, string>>;
}

/** How a policy answers. */
export type AuthAnswer = 'allow' | 'explicit_deny' | 'implicit_deny';

/**
 * Evaluates a policy (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html).
 *
 * @param policy - one that `AuthPolicy` parsed
 */
export function evaluateAuthPolicy(policy: AuthPolicy, question: AuthQuestion): AuthAnswer {
  const matching = policy.Statement.filter((statement) => matches(statement, question));
  if (matching.some(({ Effect }) => Effect === 'Deny')) return 'explicit_deny';
  return matching.length > 0 ? 'allow' : 'implicit_deny';
}

function matches(
  { Principal, Action, Resource, Condition = {} }: AuthPolicy['Statement'][number],
  question: AuthQuestion,
): boolean {
  // A principal is named exactly or not at all: IAM knows no patterns there.
  const principal = Principal === '*' || Principal.AWS.some((arn) => arn === '*' || arn === question.principalArn);
  if (!principal || !like(Action, question.action.toLowerCase(), true) || !like(Resource, question.resource))
    return false;
  return Object.entries(Condition).every(([operator, block]) =>
    Object.entries(block ?? {}).every(([key, wanted]) => holds(operator, wanted, question.conditions[key])),
  );
}

function holds(operator: string, wanted: readonly string[], got: string | undefined): boolean {
  switch (operator) {
    case 'StringNotEquals':
      return got === undefined || !wanted.includes(got);
    case 'StringLike':
    case 'ArnLike':
      return got !== undefined && like(wanted, got);
    default:
      return got !== undefined && wanted.includes(got);
  }
}

function like(patterns: readonly string[], text: string, ignoreCase = false): boolean {
  return patterns.some((pattern) => {
    const expression = (ignoreCase ? pattern.toLowerCase() : pattern)
      .replaceAll(/[.+^${}()|[\]\\]/g, String.raw`\$&`)
      .replaceAll('*', '.*')
      .replaceAll('?', '.');
    return new RegExp(`^${expression}$`, 's').test(text);
  });
}
