// The same made-up policy in four languages: ours, Cedar, casbin and CASL, and requests whose answers are known.
// Next: __tests__/bench/decide.ts, which times them side by side.
import { AbilityBuilder, createMongoAbility, type MongoAbility } from '@casl/ability';
import { type Enforcer, newEnforcer, newModelFromString } from 'casbin';
import { type CompiledPolicy, compilePolicy } from '../../governance/policy/compile.ts';
import { type PolicyRequest } from '../../governance/policy/decide.ts';
import { parsePolicy } from '../../governance/policy/parse.ts';

/** A request and the answer every engine must give. */
export interface BenchRequest {
  readonly request: PolicyRequest;
  readonly allowed: boolean;
}

/** Rule i permits service `svc-i` its intent under a token limit; every fifth is a forbid for models of that service. */
export interface BenchRule {
  readonly id: string;
  readonly effect: 'permit' | 'forbid';
  readonly service: string;
  readonly intent: string;
  readonly maxTokens: number;
  readonly model: string;
}

const intents = 20;

export function benchRules(count: number): BenchRule[] {
  return Array.from({ length: count }, (_, index) => ({
    id: `rule-${index}`,
    effect: index % 5 === 4 ? 'forbid' : 'permit',
    service: `svc-${Math.floor(index / 5)}`,
    intent: `intent_${index % 5 === 4 ? (index - 1) % intents : index % intents}`,
    maxTokens: 1000 + (index % 7) * 500,
    model: 'retired',
  }));
}

/** A mix of allowed, over the limit, forbidden, and unknown, spread over the rules. */
export function benchRequests(rules: readonly BenchRule[], count: number): BenchRequest[] {
  const permits = rules.filter(({ effect }) => effect === 'permit');
  return Array.from({ length: count }, (_, index) => {
    const rule = permits[(index * 7919) % permits.length];
    if (!rule) throw new Error('got no permits, expected some');
    const base = { service: rule.service, intent: rule.intent, tenant: 'default', subject: 'user:ada' };
    const kind = index % 4;
    if (kind === 1)
      return { request: { ...base, context: { maxTokens: rule.maxTokens + 1, model: 'current' } }, allowed: false };
    if (kind === 2) {
      const forbidden = rules.some(
        ({ effect, service, intent }) => effect === 'forbid' && service === rule.service && intent === rule.intent,
      );
      return { request: { ...base, context: { maxTokens: 10, model: 'retired' } }, allowed: !forbidden };
    }
    if (kind === 3)
      return {
        request: { ...base, service: 'stranger', context: { maxTokens: 10, model: 'current' } },
        allowed: false,
      };
    return { request: { ...base, context: { maxTokens: rule.maxTokens, model: 'current' } }, allowed: true };
  });
}

export function ourText(rules: readonly BenchRule[]): string {
  return JSON.stringify({
    format: 1,
    tenant: 'default',
    revision: 1,
    intents: Object.fromEntries(
      Array.from({ length: intents }, (_, index) => [
        `intent_${index}`,
        { resource: 'axon:/reason', context: { maxTokens: 'number', model: 'string' } },
      ]),
    ),
    rules: rules.map(({ id, effect, service, intent, maxTokens, model }) => ({
      id,
      effect,
      services: [service],
      intents: [intent],
      ...(effect === 'permit'
        ? { resources: ['axon:/reason'], when: { lte: ['context.maxTokens', maxTokens] } }
        : { when: { eq: ['context.model', model] } }),
    })),
  });
}

export function ourPolicy(rules: readonly BenchRule[]): CompiledPolicy {
  const reading = parsePolicy(ourText(rules));
  if (!reading.ok) throw new Error(`got ${JSON.stringify(reading.issues.slice(0, 3))}, expected a document`);
  return compilePolicy(reading.document, 'bench');
}

export function cedarText(rules: readonly BenchRule[]): string {
  return rules
    .map(
      ({ effect, service, intent, maxTokens, model }) =>
        `${effect}(principal == Service::"${service}", action == Action::"${intent}", resource == Resource::"axon:/reason") when { ${effect === 'permit' ? `context.maxTokens <= ${maxTokens}` : `context.model == "${model}"`} };`,
    )
    .join('\n');
}

export async function casbinEnforcer(rules: readonly BenchRule[]): Promise<Enforcer> {
  const model = newModelFromString(`
[request_definition]
r = sub, obj, act, tokens, model
[policy_definition]
p = sub, obj, act, tokens, model, eft
[policy_effect]
e = some(where (p.eft == allow)) && !some(where (p.eft == deny))
[matchers]
m = r.sub == p.sub && r.act == p.act && r.obj == p.obj && ((p.eft == "allow" && r.tokens <= p.tokens) || (p.eft == "deny" && r.model == p.model))
`);
  const enforcer = await newEnforcer(model);
  await enforcer.addPolicies(
    rules.map(({ effect, service, intent, maxTokens, model: retired }) => [
      service,
      'axon:/reason',
      intent,
      String(maxTokens),
      retired,
      effect === 'permit' ? 'allow' : 'deny',
    ]),
  );
  return enforcer;
}

export function caslAbility(rules: readonly BenchRule[]): MongoAbility {
  const { can, cannot, build } = new AbilityBuilder(createMongoAbility);
  for (const { service, intent, maxTokens } of rules.filter((rule) => rule.effect === 'permit')) {
    can(intent, service, { maxTokens: { $lte: maxTokens } });
  }
  for (const { service, intent, model } of rules.filter(({ effect }) => effect === 'forbid'))
    cannot(intent, service, { model });
  return build();
}
