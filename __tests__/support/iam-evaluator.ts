// Whether AWS would let a request through: identity policies within a boundary, resource policy, key policy, each as JSON.
// Next: __tests__/support/policy-documents.ts, which gets the JSON out of a synthesized module.
import {
  conditionsHold,
  type ConditionBlock,
  fillVariables,
  matchesArn,
  matchesGlob,
  type RequestContext,
} from './iam-conditions.ts';

type OneOrMore<T> = T | readonly T[];

/** A statement of a policy (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html). */
export interface PolicyStatement {
  readonly Sid?: string;
  readonly Effect: 'Allow' | 'Deny';
  readonly Action?: OneOrMore<string>;
  readonly NotAction?: OneOrMore<string>;
  readonly Resource?: OneOrMore<string>;
  readonly NotResource?: OneOrMore<string>;
  readonly Principal?: '*' | Readonly<Record<string, OneOrMore<string>>>;
  readonly NotPrincipal?: unknown;
  readonly Condition?: ConditionBlock;
}

/** A policy as IAM stores it. */
export interface PolicyDocument {
  readonly Version?: string;
  readonly Statement: OneOrMore<PolicyStatement>;
}

/** Who asks: a role by its ARN, or a service of AWS by its name. */
export type Caller = { readonly role: string } | { readonly service: string };

/** What is asked. */
export interface AccessRequest {
  readonly caller: Caller;
  /** e.g. `secretsmanager:GetSecretValue` */
  readonly action: string;
  /** ARN of what it is done to; `*` for an action that takes none. */
  readonly resource: string;
  /** Values of condition keys. `aws:PrincipalArn` and its like follow from the caller. */
  readonly context?: RequestContext;
}

/** Every policy that has a say. A layer that is not given does not exist: nothing is allowed or denied by it. */
export interface AccessPolicies {
  readonly identity?: readonly PolicyDocument[];
  readonly boundary?: PolicyDocument;
  /** Of the resource: a secret, a repository, a queue; or a role's trust policy. */
  readonly resource?: PolicyDocument;
  /** Of a KMS key, without which nobody uses it. */
  readonly key?: PolicyDocument;
}

/** A layer of {@link AccessPolicies}. */
export type PolicyLayer = keyof AccessPolicies;

/** What AWS would say, and by which layer. `sid` is that of the statement that denies. */
export type Verdict =
  | { readonly allowed: true }
  | { readonly allowed: false; readonly denial: 'explicit'; readonly by: PolicyLayer; readonly sid: string | undefined }
  | { readonly allowed: false; readonly denial: 'implicit'; readonly by: PolicyLayer };

/**
 * Evaluates a request as AWS documents it, within one account or across two: an explicit deny wins; a role needs an allow of
 * its identity policies, within its boundary, or of the resource's policy; another account's role needs both; a key is used
 * only by an allow of its policy, which may leave the decision to the account's IAM. An allow of a resource policy that names
 * the account (`:root`) leaves it to IAM too; one that names the role is bounded by the boundary.
 *
 * @throws Error for what is not known here: `NotPrincipal`, or a condition operator
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html
 */
export function evaluateAccess(request: AccessRequest, policies: AccessPolicies): Verdict {
  const asked = withCaller(request);
  const { identity = [], boundary, resource, key } = policies;
  const layers: readonly (readonly [PolicyLayer, readonly PolicyDocument[]])[] = [
    ['identity', identity],
    ['boundary', listed(boundary)],
    ['resource', listed(resource)],
    ['key', listed(key)],
  ];
  for (const [by, documents] of layers) {
    const denying = findStatement(documents, 'Deny', asked);
    if (denying) return { allowed: false, denial: 'explicit', by, sid: denying.Sid };
  }
  const isAllowedBy = (...documents: readonly PolicyDocument[]) =>
    findStatement(documents, 'Allow', asked) !== undefined;
  const isBounded = boundary === undefined || isAllowedBy(boundary);
  const ofResource = grantOf(key ?? resource, asked);
  if ('service' in asked.caller) return ofResource === 'direct' ? allowed : implicit(key ? 'key' : 'resource');
  if (key !== undefined && ofResource === 'none') return implicit('key');
  const isForeign = accountOf(asked.resource) !== '' && accountOf(asked.resource) !== accountOf(asked.caller.role);
  if (isForeign && ofResource === 'none') return implicit(key ? 'key' : 'resource');
  if (!isBounded) return implicit('boundary');
  if (ofResource === 'direct' && !isForeign) return allowed;
  return isAllowedBy(...identity) ? allowed : implicit('identity');
}

const allowed: Verdict = { allowed: true };
function implicit(by: PolicyLayer): Verdict {
  return { allowed: false, denial: 'implicit', by };
}

function listed(document: PolicyDocument | undefined): readonly PolicyDocument[] {
  return document === undefined ? [] : [document];
}

interface Asked extends AccessRequest {
  readonly context: RequestContext;
}

function withCaller(request: AccessRequest): Asked {
  const { caller, context = {} } = request;
  const own: RequestContext =
    'role' in caller
      ? {
          'aws:PrincipalArn': caller.role,
          'aws:PrincipalAccount': accountOf(caller.role),
          'aws:PrincipalIsAWSService': 'false',
        }
      : { 'aws:PrincipalServiceName': caller.service, 'aws:PrincipalIsAWSService': 'true' };
  return { ...request, context: { ...own, ...context } };
}

/** Whether a resource's policy allows the caller itself, or leaves it to the IAM of the caller's account. */
function grantOf(document: PolicyDocument | undefined, asked: Asked): 'direct' | 'account' | 'none' {
  const allowing = statementsOf(document).filter(({ Effect }) => Effect === 'Allow');
  const matching = allowing.filter((statement) => statementMatches(statement, asked));
  if (matching.some((statement) => principalMatches(statement, asked.caller) === 'itself')) return 'direct';
  return matching.length > 0 ? 'account' : 'none';
}

function findStatement(
  documents: readonly PolicyDocument[],
  effect: PolicyStatement['Effect'],
  asked: Asked,
): PolicyStatement | undefined {
  return documents
    .flatMap(statementsOf)
    .find((statement) => statement.Effect === effect && statementMatches(statement, asked));
}

function statementsOf(document: PolicyDocument | undefined): readonly PolicyStatement[] {
  return document === undefined ? [] : [document.Statement].flat();
}

function statementMatches(statement: PolicyStatement, { caller, action, resource, context }: Asked): boolean {
  const { Action, NotAction, Resource, NotResource, Condition = {} } = statement;
  const isAction = (pattern: string) => matchesGlob(pattern.toLowerCase(), action.toLowerCase());
  const isResource = (pattern: string) => {
    const filled = fillVariables(pattern, context);
    return filled !== undefined && matchesArn(filled, resource);
  };
  return (
    matchesEither(Action, NotAction, isAction) &&
    matchesEither(Resource, NotResource, isResource) &&
    principalMatches(statement, caller) !== 'not' &&
    conditionsHold(Condition, context)
  );
}

/** An element, or its `Not…`; a policy of a resource need not name the resource. */
function matchesEither(
  element: OneOrMore<string> | undefined,
  notElement: OneOrMore<string> | undefined,
  matches: (pattern: string) => boolean,
): boolean {
  if (notElement !== undefined) return ![notElement].flat().some(matches);
  return element === undefined || [element].flat().some(matches);
}

/** An identity policy names no principal: it is its own. */
function principalMatches({ Principal, NotPrincipal }: PolicyStatement, caller: Caller): 'itself' | 'account' | 'not' {
  if (NotPrincipal !== undefined)
    throw new Error('got NotPrincipal, expected Principal: AWS advises against the other');
  if (Principal === undefined || Principal === '*') return 'itself';
  const named = (type: string) => [Principal[type] ?? []].flat();
  if (named('AWS').includes('*')) return 'itself';
  if ('service' in caller) return named('Service').includes(caller.service) ? 'itself' : 'not';
  const account = accountOf(caller.role);
  if (named('AWS').includes(caller.role)) return 'itself';
  const isAccount = (principal: string) =>
    principal === account || /^arn:[^:]+:iam::(\d{12}):root$/.exec(principal)?.[1] === account;
  return named('AWS').some(isAccount) ? 'account' : 'not';
}

/** The account of an ARN; empty where it has none, as a bucket's. */
function accountOf(arn: string): string {
  return arn.split(':')[4] ?? '';
}
