// Evaluates an IAM auth policy as VPC Lattice does: explicit deny, then allow, else nothing is allowed.
// Next: services/local/mesh-gateway.ts, which lets nobody through without it.
import { z } from 'zod';

/**
 * The condition keys a question answers. A statement that names any other is refused when the policy is read: a key
 * nobody fills in matches nothing, so a misspelt one would quietly take a Deny out of force.
 *
 * @see https://docs.aws.amazon.com/vpc-lattice/latest/ug/auth-policies.html
 */
export const authConditionKeys = [
  'vpc-lattice-svcs:RequestMethod',
  'vpc-lattice-svcs:RequestPath',
  'vpc-lattice-svcs:ServiceArn',
  'aws:PrincipalArn',
  'aws:PrincipalAccount',
] as const;

const noVariable = z.string().refine((text) => !text.includes('${'), 'got a policy variable, expected plain text');
// INVARIANT: what cannot match anything is refused here, never passed over: IAM knows no patterns in a principal.
const principalArn = z
  .string()
  .regex(/^(\*|arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]+)$/, 'expected * or the ARN of one role');
const action = z.string().regex(/^(\*|[a-z0-9-]+:[A-Za-z*?]+)$/, 'expected * or service:Action');
const resource = noVariable.regex(/^(\*|arn:.+)$/s, 'expected * or an ARN');
const conditionBlock = z.partialRecord(z.enum(authConditionKeys), oneOrMore(noVariable));

const Statement = z.strictObject({
  Sid: z.string().optional(),
  Effect: z.enum(['Allow', 'Deny']),
  Principal: z.union([z.literal('*'), z.strictObject({ AWS: oneOrMore(principalArn) })]),
  Action: oneOrMore(action),
  Resource: oneOrMore(resource),
  Condition: z
    .strictObject({
      StringEquals: conditionBlock,
      StringNotEquals: conditionBlock,
      StringLike: conditionBlock,
      ArnLike: conditionBlock,
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

/** What is asked. `conditions` holds the request's condition keys; one that is absent matches no condition but a negated one. */
export interface AuthQuestion {
  /** The role, also for a session of it. */
  readonly principalArn: string;
  readonly action: string;
  readonly resource: string;
  readonly conditions: Readonly<Partial<Record<(typeof authConditionKeys)[number], string>>>;
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
  { principalArn: caller, action: asked, resource: on, conditions }: AuthQuestion,
): boolean {
  return (
    (Principal === '*' || Principal.AWS.some((arn) => arn === '*' || arn === caller)) &&
    Action.some((pattern) => glob(pattern.toLowerCase(), asked.toLowerCase())) &&
    Resource.some((pattern) => glob(pattern, on)) &&
    Object.entries(Condition).every(([operator, block]) =>
      authConditionKeys.every((key) => {
        const wanted = block?.[key];
        return wanted === undefined || holds(operator, wanted, conditions[key]);
      }),
    )
  );
}

function holds(operator: string, wanted: readonly string[], got: string | undefined): boolean {
  switch (operator) {
    case 'StringEquals':
      return got !== undefined && wanted.includes(got);
    case 'StringNotEquals':
      return got === undefined || !wanted.includes(got);
    case 'StringLike':
      return got !== undefined && wanted.some((pattern) => glob(pattern, got));
    case 'ArnLike':
      return got !== undefined && wanted.some((pattern) => arnLike(pattern, got));
    default:
      throw new Error(`got condition operator ${operator}, expected a policy that was parsed`);
  }
}

/** Each of an ARN's six parts by itself, so that a `*` in one cannot swallow the next. */
function arnLike(pattern: string, arn: string): boolean {
  const [patterns, parts] = [pattern, arn].map((text) => {
    const fields = text.split(':');
    return [...fields.slice(0, 5), fields.slice(5).join(':')];
  });
  return patterns?.every((part, index) => glob(part, parts?.[index] ?? '')) ?? false;
}

/** `*` is any run of characters, `?` any one. Steps back to the last `*` only, so a long path costs no long search. */
function glob(pattern: string, text: string): boolean {
  let [at, star, resume] = [0, -1, 0];
  let index = 0;
  while (index < text.length) {
    if (pattern[at] === '*') {
      [star, resume] = [at, index];
      at += 1;
    } else if (at < pattern.length && (pattern[at] === '?' || pattern[at] === text[index])) {
      at += 1;
      index += 1;
    } else if (star !== -1) {
      at = star + 1;
      resume += 1;
      index = resume;
    } else return false;
  }
  return /^\**$/.test(pattern.slice(at));
}

function oneOrMore(one: z.ZodType<string>) {
  return z.union([one.transform((value) => [value]), z.array(one).min(1)]);
}
