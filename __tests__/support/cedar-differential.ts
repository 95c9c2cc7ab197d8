// One request to both engines: ours, and Cedar with what the exporter wrote. Every part of the answer is held together.
// Next: __tests__/governance/policy/cedar-differential.test.ts and __tests__/bench/cedar-differential.ts, which run it.
import { compilePolicy } from '../../governance/policy/compile.ts';
import { exportCedar } from '../../governance/policy/cedar/export-cedar.ts';
import { cedarRequests } from '../../governance/policy/cedar/request.ts';
import { decide, type PolicyRequest, type Verdict } from '../../governance/policy/decide.ts';
import { type CedarAnswer, type CedarTexts, loadCedar, loadExport, textsOf } from './cedar-engine.ts';
import { type CedarWorld } from './cedar-generators.ts';
import { documentFrom } from './shipped-policies.ts';

/** A request that the engines answer differently. */
export interface Disagreement {
  readonly request: PolicyRequest;
  readonly ours: { readonly allowed: boolean; readonly reason: string; readonly rule: string | null };
  readonly cedar: CedarAnswer;
}

/** How many answers of each reason. */
export type Tally = Map<string, number>;

/**
 * Asks both engines everything of a world.
 *
 * @param tally - agreements are counted here by our reason
 * @param spoil - changes the exported policies, to see that it is noticed
 * @returns the requests they answer differently
 */
export function compareWorld(
  world: CedarWorld,
  tally: Tally,
  spoil: (texts: CedarTexts) => CedarTexts = (texts) => texts,
): Disagreement[] {
  const { policy, platform, exported } = load(world);
  const ask = loadExport('differential', exported, spoil(textsOf(exported)));
  return world.requests.flatMap((request) => {
    const verdict = decide(policy, platform, request, world.nowMs);
    const { allowed, reason, rule } = verdict;
    const answer = ask(request, world.nowMs);
    if (!agree(verdict, answer)) return [{ request, ours: { allowed, reason, rule }, cedar: answer }];
    tally.set(reason, (tally.get(reason) ?? 0) + 1);
    return [];
  });
}

/**
 * Asks Cedar without a schema, with every value as the request has it, so that nothing keeps a wrongly typed one from
 * the policies. Keys that the intent does not declare are ours to refuse, and only a schema tells Cedar of them.
 *
 * @returns a request that Cedar allows and ours does not, or null
 */
export function findLaxer(world: CedarWorld, tally: Tally): Disagreement | null {
  const { policy, platform, exported } = load(world);
  const ask = loadCedar('unchecked', textsOf(exported), null);
  const convert = cedarRequests(exported.vocabulary);
  for (const request of world.requests) {
    const { allowed, reason, rule } = decide(policy, platform, request, world.nowMs);
    const converted = convert(request, world.nowMs);
    if (!converted || reason === 'request_invalid') continue;
    const { wrong_type: wrong, ...context } = converted.context;
    const untouched = Array.isArray(wrong) ? wrong.map((key: string) => [key, request.context[key]]) : [];
    const answer = ask({ ...converted, context: { ...context, ...Object.fromEntries(untouched) } });
    if (answer.allowed && !allowed) return { request, ours: { allowed, reason, rule }, cedar: answer };
    const outcome = answer.failed.length > 0 ? 'a permit failed' : reason;
    tally.set(outcome, (tally.get(outcome) ?? 0) + 1);
  }
  return null;
}

/** The same answer for the same reason, by the same rule, and no policy that failed. */
function agree({ allowed, reason, rule }: Verdict, answer: CedarAnswer): boolean {
  if (answer.allowed !== allowed || answer.failed.length > 0) return false;
  switch (reason) {
    case 'permitted':
    case 'forbidden_by_rule':
      return !answer.refused && decidingRule(answer.reasons) === rule;
    case 'no_matching_permit':
      return answer.reasons.length === 0;
    case 'policy_expired':
      return answer.refused || answer.reasons.includes('#expiry');
    case 'request_invalid':
    case 'unknown_tenant':
      return answer.refused;
  }
}

/** Of all rules that decided alike ours names the first by id, the platform's before the tenant's. */
function decidingRule(policies: readonly string[]): string | undefined {
  const rules = policies.map((id) => id.replace(/#\d+$/, '')).sort();
  return rules.find((rule) => rule.startsWith('platform/')) ?? rules[0];
}

function load(world: CedarWorld) {
  const tenant = documentFrom(JSON.stringify(world.tenant));
  const platform = world.platform && documentFrom(JSON.stringify(world.platform));
  return {
    policy: compilePolicy(tenant, 'digest'),
    platform: platform && compilePolicy(platform, 'digest'),
    exported: exportCedar(tenant, platform),
  };
}
