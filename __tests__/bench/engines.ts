// The same policies in the language of each engine, and one way to ask all of them.
// Next: __tests__/bench/decide.ts, which times them side by side.
import { AbilityBuilder, createMongoAbility, subject } from '@casl/ability';
import * as cedar from '@cedar-policy/cedar-wasm/nodejs';
import { newEnforcer, newModelFromString } from 'casbin';
import { Engine, type RuleProperties } from 'json-rules-engine';
import { decide, type PolicyRequest } from '../../governance/policy/decide.ts';
import { readRequest } from '../../governance/lambda/request.ts';
import { type BenchRule, type BenchTenant, ourPolicy } from './policy-sets.ts';

/** Whether an engine allows a request. */
export type Ask = (request: PolicyRequest) => boolean | Promise<boolean>;

/** An engine, loaded as its users would: one policy set per tenant, parsed once. */
export interface BenchEngine {
  readonly name: string;
  /** The largest number of rules of one tenant at which it is waited for. */
  readonly most: number;
  load(tenants: readonly BenchTenant[]): Ask | Promise<Ask>;
}

/** Ours first, which the others are compared with. */
export const engines: readonly BenchEngine[] = [
  {
    name: 'ours, request checked',
    most: 10_000,
    load(tenants) {
      const policies = new Map(tenants.map((each) => [each.tenant, ourPolicy(each)]));
      const nowMs = Date.now();
      return (event) => {
        // As the handler does it: what comes in is anything until it is read.
        const reading = readRequest(event);
        const policy = reading.ok ? policies.get(reading.request.tenant) : undefined;
        return reading.ok && policy !== undefined && decide(policy, null, reading.request, nowMs).allowed;
      };
    },
  },
  {
    name: 'ours, decide alone',
    most: 10_000,
    load(tenants) {
      const policies = new Map(tenants.map((each) => [each.tenant, ourPolicy(each)]));
      const nowMs = Date.now();
      return (request) => {
        const policy = policies.get(request.tenant);
        return policy !== undefined && decide(policy, null, request, nowMs).allowed;
      };
    },
  },
  { name: 'cedar-wasm', most: 10_000, load: loadCedar },
  { name: 'casbin', most: 1000, load: loadCasbin },
  { name: 'casl', most: 10_000, load: loadCasl },
  { name: 'json-rules-engine', most: 1000, load: loadJsonRules },
];

/** Stateful: each tenant's policies are parsed once and named. */
function loadCedar(tenants: readonly BenchTenant[]): Ask {
  for (const { tenant, rules } of tenants) {
    const loaded = cedar.preparsePolicySet(tenant, { staticPolicies: rules.map(cedarRule).join('\n') });
    if (loaded.type !== 'success')
      throw new Error(`got ${JSON.stringify(loaded)}, expected cedar to take the policies`);
  }
  return ({ tenant, service, intent, context }) => {
    const answer = cedar.statefulIsAuthorized({
      principal: { type: 'Service', id: service },
      action: { type: 'Action', id: intent },
      resource: { type: 'Resource', id: 'axon:/reason' },
      context: context as Record<string, string | number>,
      preparsedPolicySetId: tenant,
      entities: [],
    });
    if (answer.type !== 'success') throw new Error(`got ${JSON.stringify(answer)}, expected an answer of cedar`);
    return answer.response.decision === 'allow';
  };
}

function cedarRule({ effect, service, intent, maxTokens, model }: BenchRule): string {
  const when = effect === 'permit' ? `context.maxTokens <= ${maxTokens}` : `context.model == "${model}"`;
  return `${effect}(principal == Service::"${service}", action == Action::"${intent}", resource == Resource::"axon:/reason") when { ${when} };`;
}

const casbinModel = `
[request_definition]
r = sub, obj, act, tokens, model
[policy_definition]
p = sub, obj, act, tokens, model, eft
[policy_effect]
e = some(where (p.eft == allow)) && !some(where (p.eft == deny))
[matchers]
m = r.sub == p.sub && r.act == p.act && r.obj == p.obj && ((p.eft == "allow" && r.tokens <= p.tokens) || (p.eft == "deny" && r.model == p.model))
`;

async function loadCasbin(tenants: readonly BenchTenant[]): Promise<Ask> {
  const enforcers = new Map(
    await Promise.all(
      tenants.map(async ({ tenant, rules }) => {
        const enforcer = await newEnforcer(newModelFromString(casbinModel));
        await enforcer.addPolicies(
          rules.map(({ effect, service, intent, maxTokens, model }) => [
            service,
            'axon:/reason',
            intent,
            String(maxTokens),
            model,
            effect === 'permit' ? 'allow' : 'deny',
          ]),
        );
        return [tenant, enforcer] as const;
      }),
    ),
  );
  return ({ tenant, service, intent, context }) =>
    enforcers.get(tenant)?.enforceSync(service, 'axon:/reason', intent, context['maxTokens'], context['model']) ??
    false;
}

function loadCasl(tenants: readonly BenchTenant[]): Ask {
  const abilities = new Map(
    tenants.map(({ tenant, rules }) => {
      const { can, cannot, build } = new AbilityBuilder(createMongoAbility);
      const permits = rules.filter(({ effect }) => effect === 'permit');
      for (const { service, intent, maxTokens } of permits) can(intent, service, { maxTokens: { $lte: maxTokens } });
      const forbids = rules.filter(({ effect }) => effect === 'forbid');
      for (const { service, intent, model } of forbids) cannot(intent, service, { model });
      return [tenant, build()];
    }),
  );
  return ({ tenant, service, intent, context }) =>
    abilities.get(tenant)?.can(intent, subject(service, { ...context })) ?? false;
}

function loadJsonRules(tenants: readonly BenchTenant[]): Ask {
  const loaded = new Map(
    tenants.map(({ tenant, rules }) => [tenant, new Engine(rules.map(jsonRule), { allowUndefinedFacts: true })]),
  );
  return async ({ tenant, service, intent, context }) => {
    const { events } = (await loaded.get(tenant)?.run({ service, intent, ...context })) ?? { events: [] };
    const effects = new Set(events.map(({ type }) => type));
    return effects.has('permit') && !effects.has('forbid');
  };
}

function jsonRule({ effect, service, intent, maxTokens, model }: BenchRule): RuleProperties {
  return {
    conditions: {
      all: [
        { fact: 'service', operator: 'equal', value: service },
        { fact: 'intent', operator: 'equal', value: intent },
        effect === 'permit'
          ? { fact: 'maxTokens', operator: 'lessThanInclusive', value: maxTokens }
          : { fact: 'model', operator: 'equal', value: model },
      ],
    },
    event: { type: effect },
  };
}
