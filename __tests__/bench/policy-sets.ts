// Made-up policies of any size, and requests whose answers are known.
// Next: __tests__/bench/engines.ts, which says them in every engine's language.
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

/** The rules of one tenant. */
export interface BenchTenant {
  readonly tenant: string;
  readonly rules: readonly BenchRule[];
}

const intents = 20;

/** `count` rules over as many tenants; each tenant's rules are the same. */
export function benchTenants(count: number, tenants: number): BenchTenant[] {
  const rules = benchRules(count / tenants);
  return Array.from({ length: tenants }, (_, index) => ({ tenant: `t${index}`, rules }));
}

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

/** A mix of allowed, over the limit, forbidden, and unknown, spread over tenants and rules. */
export function benchRequests(tenants: readonly BenchTenant[], count: number): BenchRequest[] {
  return Array.from({ length: count }, (_, index) => {
    const { tenant, rules } = pick(tenants, index * 31);
    const permits = rules.filter(({ effect }) => effect === 'permit');
    const rule = pick(permits, index * 7919);
    const base = { service: rule.service, intent: rule.intent, tenant, subject: 'user:ada' };
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

/** One of a list, round and round. @throws Error for an empty list */
export function pick<T>(list: readonly T[], index: number): T {
  const found = list[index % list.length];
  if (found === undefined) throw new Error('got an empty list, expected something to pick from');
  return found;
}

export function ourText({ tenant, rules }: BenchTenant): string {
  return JSON.stringify({
    format: 1,
    tenant,
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

export function ourPolicy(tenant: BenchTenant): CompiledPolicy {
  const reading = parsePolicy(ourText(tenant));
  if (!reading.ok) throw new Error(`got ${JSON.stringify(reading.issues.slice(0, 3))}, expected a document`);
  return compilePolicy(reading.document, 'bench');
}
