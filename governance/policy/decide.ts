// The decision: pure, synchronous, bounded, the same for the same request and document, whatever the order of rules.
// Next: governance/policy/explain.ts, which says why; governance/lambda/handler.ts, which acts on the answer.
import { type CompiledPolicy, type CompiledQuota, type CompiledRule, type RuleSet } from './compile.ts';
import { type Obligation } from './document.ts';
import { type AttributeValue, type Facts } from './operators.ts';

/** What is asked: who wants to do what, upon what, with which attributes. */
export interface PolicyRequest {
  readonly service: string;
  readonly intent: string;
  readonly tenant: string;
  readonly subject?: string | undefined;
  readonly resource?: string | undefined;
  readonly context: Readonly<Record<string, AttributeValue>>;
}

/** Why the policy alone answers as it does; quotas and failures add their own reasons later. */
export type VerdictReason =
  | 'permitted'
  | 'no_matching_permit'
  | 'forbidden_by_rule'
  | 'request_invalid'
  | 'policy_expired'
  | 'unknown_tenant';

/** A rule in shadow mode that, enforced alone, would have turned the answer around. */
export interface ShadowVerdict {
  readonly rule: string;
  readonly effect: 'permit' | 'forbid';
}

/** The policy's answer. Everything but `permitted` is a deny, with no obligations and no quotas. */
export interface Verdict {
  readonly allowed: boolean;
  readonly reason: VerdictReason;
  /** The deciding rule: the first by id of those that decide alike. */
  readonly rule: string | null;
  /** The resource asked about, the intent's own where the request names none; null when the intent is unknown. */
  readonly resource: string | null;
  readonly obligations: readonly Obligation[];
  /** To be consumed before the answer may be given. */
  readonly quotas: readonly CompiledQuota[];
  readonly shadow: readonly ShadowVerdict[];
  /** What was got and what was expected, when the request does not fit the policy's declarations. */
  readonly detail?: string;
}

const none: readonly never[] = Object.freeze([]);

/**
 * Decides one request.
 *
 * A forbid beats every permit and nothing is permitted by itself. A condition that meets a missing or wrongly typed
 * attribute is unknown: a permit then does not match, a forbid does. Rules in shadow mode never change the answer.
 *
 * @param policy - the tenant's document
 * @param platform - the platform's document, whose forbids and quotas bind every tenant; null where there is none
 * @param request - a request whose shape was checked
 * @param nowMs - the time of the decision, epoch milliseconds
 */
export function decide(
  policy: CompiledPolicy,
  platform: CompiledPolicy | null,
  request: PolicyRequest,
  nowMs: number,
): Verdict {
  // INVARIANT: a document decides only for the tenant it is written for.
  if (policy.tenant !== request.tenant) return deny('unknown_tenant', null, null);
  if (nowMs >= policy.validUntilMs || (platform !== null && nowMs >= platform.validUntilMs))
    return deny('policy_expired', null, null);
  const intent = policy.intents.get(request.intent);
  if (intent === undefined) return deny('no_matching_permit', null, null);
  for (const key in request.context) {
    if (!intent.context.has(key))
      return deny('request_invalid', null, intent.resource, undeclared(key, request.intent, intent.context.keys()));
  }

  const facts: Facts = {
    service: request.service,
    intent: request.intent,
    tenant: request.tenant,
    subject: request.subject,
    resource: request.resource ?? intent.resource,
    context: request.context,
    nowMs,
  };
  const tally: Tally = { forbid: null, permit: null, alsoPermit: null, shadowForbids: null, shadowPermits: null };
  // The platform first, so that its forbid is the one reported; ids are compared within a document only.
  if (platform !== null) visitRules(platform, facts, tally);
  const platformForbid = tally.forbid;
  visitRules(policy, facts, tally);
  return conclude(tally, platformForbid ?? tally.forbid, platform, facts.resource);
}

/** What the rules said, gathered while walking them. Lists stay null until there is something to hold. */
interface Tally {
  forbid: CompiledRule | null;
  permit: CompiledRule | null;
  alsoPermit: CompiledRule[] | null;
  shadowForbids: CompiledRule[] | null;
  shadowPermits: CompiledRule[] | null;
}

function visitRules(policy: CompiledPolicy, facts: Facts, tally: Tally): void {
  visitService(policy, facts.service, facts, tally);
  visitService(policy, '*', facts, tally);
}

function visitService(policy: CompiledPolicy, service: string, facts: Facts, tally: Tally): void {
  const byIntent = policy.index.get(service);
  if (byIntent === undefined) return;
  visitIntent(byIntent, facts.intent, facts, tally);
  visitIntent(byIntent, '*', facts, tally);
}

type ByIntent = NonNullable<ReturnType<CompiledPolicy['index']['get']>>;

function visitIntent(byIntent: ByIntent, intent: string, facts: Facts, tally: Tally): void {
  const bucket = byIntent.get(intent);
  if (bucket === undefined) return;
  const exact = bucket.byResource.get(facts.resource);
  if (exact !== undefined) visitSet(exact, facts, tally);
  visitSet(bucket.anyResource, facts, tally);
  for (const { matches, rules } of bucket.byPattern) {
    if (matches(facts.resource)) visitSet(rules, facts, tally);
  }
}

function visitSet(set: RuleSet, facts: Facts, tally: Tally): void {
  for (const rule of set.unkeyed) visitRule(rule, facts, tally);
  for (const { read, type, byValue, all } of set.keyed) {
    const value = read(facts);
    // Without a comparable value every rule of the group is unknown, and its forbids match.
    const rules = typeof value === type ? byValue.get(value as AttributeValue) : all;
    if (rules !== undefined) for (const rule of rules) visitRule(rule, facts, tally);
  }
}

function visitRule(rule: CompiledRule, facts: Facts, tally: Tally): void {
  const truth = rule.test(facts);
  if (rule.effect === 'forbid') {
    if (truth === 'false') return;
    if (!rule.enforced) (tally.shadowForbids ??= []).push(rule);
    else if (tally.forbid === null || rule.id < tally.forbid.id) tally.forbid = rule;
    return;
  }
  if (truth !== 'true') return;
  if (!rule.enforced) (tally.shadowPermits ??= []).push(rule);
  else if (tally.permit === null) tally.permit = rule;
  else (tally.alsoPermit ??= []).push(rule);
}

function conclude(
  tally: Tally,
  forbid: CompiledRule | null,
  platform: CompiledPolicy | null,
  resource: string,
): Verdict {
  if (forbid !== null) return deny('forbidden_by_rule', forbid.id, resource);
  if (tally.permit === null) {
    return { ...deny('no_matching_permit', null, resource), shadow: shadowOf(tally.shadowPermits) };
  }
  const permits = tally.alsoPermit === null ? null : unique([tally.permit, ...tally.alsoPermit]);
  const binding = platform?.bindingQuotas ?? none;
  return {
    allowed: true,
    reason: 'permitted',
    rule: permits?.[0]?.id ?? tally.permit.id,
    resource,
    obligations:
      permits === null ? tally.permit.obligations : unionOf(permits.flatMap(({ obligations }) => obligations)),
    quotas:
      permits === null && binding.length === 0
        ? tally.permit.quotas
        : [...new Set([...binding, ...(permits ?? [tally.permit]).flatMap(({ quotas }) => quotas)])],
    shadow: shadowOf(tally.shadowForbids),
  };
}

function deny(reason: VerdictReason, rule: string | null, resource: string | null, detail?: string): Verdict {
  const verdict = { allowed: false, reason, rule, resource, obligations: none, quotas: none, shadow: none };
  return detail === undefined ? verdict : { ...verdict, detail };
}

function shadowOf(rules: readonly CompiledRule[] | null): readonly ShadowVerdict[] {
  return rules === null ? none : unique(rules).map(({ id, effect }) => ({ rule: id, effect }));
}

/** A rule that names a resource twice over (exactly and by pattern) is met twice; it counts once. Sorted by id. */
function unique(rules: readonly CompiledRule[]): CompiledRule[] {
  return [...new Set(rules)].sort((a, b) => (a.id < b.id ? -1 : 1));
}

function unionOf(obligations: readonly Obligation[]): Obligation[] {
  return [...new Map(obligations.map((obligation) => [JSON.stringify(obligation), obligation])).values()];
}

function undeclared(key: string, intent: string, declared: Iterable<string>): string {
  return `context.${key}: got a key that intent ${intent} does not declare, expected one of ${[...declared].join(', ') || 'none'}`;
}
