// Decisions per second at 10 to 10,000 rules, beside cedar-wasm, casbin and CASL, with every answer checked.
// Next: governance/policy/decide.ts, what is timed.
import * as cedar from '@cedar-policy/cedar-wasm/nodejs';
import { subject } from '@casl/ability';
import { decide } from '../../governance/policy/decide.ts';
import { DecisionRequest } from '../../governance/contract.ts';
import { measure, table, type Timing } from './measure.ts';
import {
  benchRequests,
  benchRules,
  type BenchRequest,
  caslAbility,
  casbinEnforcer,
  cedarText,
  ourPolicy,
} from './policy-sets.ts';

const requestCount = 1024;

/** Prints the table. @throws Error when an engine disagrees about any request */
export async function benchDecide(sizes: readonly number[] = [10, 100, 1000, 10_000]): Promise<void> {
  const rows: Record<string, string | number>[] = [];
  for (const size of sizes) {
    const rules = benchRules(size);
    const requests = benchRequests(rules, requestCount);
    const policy = ourPolicy(rules);
    const nowMs = Date.now();
    check('ours', requests, ({ request }) => decide(policy, null, request, nowMs).allowed);
    const ours = measure((index) => decide(policy, null, pick(requests, index).request, nowMs));
    rows.push(row(size, 'ours', ours, ours));
    // As the handler does it: the request's shape checked by zod first.
    const raw = requests.map(({ request }) => ({ ...request }));
    const checked = measure((index) => decide(policy, null, DecisionRequest.parse(raw[index % requestCount]), nowMs));
    rows.push(row(size, 'ours + zod', checked, ours));
    rows.push(row(size, 'cedar-wasm', benchCedar(size, cedarText(rules), requests), ours));
    const ability = caslAbility(rules);
    const caslAllows = ({ request: { service, intent, context } }: BenchRequest) =>
      ability.can(intent, subject(service, { ...context }));
    check('casl', requests, caslAllows);
    rows.push(
      row(
        size,
        'casl',
        measure((index) => caslAllows(pick(requests, index))),
        ours,
      ),
    );
    if (size <= 1000) {
      const enforcer = await casbinEnforcer(rules);
      const casbinAllows = ({ request: { service, intent, context } }: BenchRequest) =>
        enforcer.enforceSync(service, 'axon:/reason', intent, context['maxTokens'], context['model']);
      check('casbin', requests.slice(0, 64), casbinAllows);
      rows.push(
        row(
          size,
          'casbin',
          measure((index) => casbinAllows(pick(requests, index)), { batch: 1 }),
          ours,
        ),
      );
    }
  }
  process.stdout.write(`${table(rows)}\n`);
}

function benchCedar(size: number, text: string, requests: readonly BenchRequest[]): Timing {
  // Stateful, as its users would: the policies are parsed once and named.
  const name = `bench-${size}`;
  const loaded = cedar.preparsePolicySet(name, { staticPolicies: text });
  if (loaded.type !== 'success') throw new Error(`got ${JSON.stringify(loaded)}, expected cedar to take the policies`);
  const ask = ({ request: { service, intent, context } }: BenchRequest): boolean => {
    const answer = cedar.statefulIsAuthorized({
      principal: { type: 'Service', id: service },
      action: { type: 'Action', id: intent },
      resource: { type: 'Resource', id: 'axon:/reason' },
      context: context as Record<string, string | number>,
      preparsedPolicySetId: name,
      entities: [],
    });
    if (answer.type !== 'success') throw new Error(`got ${JSON.stringify(answer)}, expected an answer of cedar`);
    return answer.response.decision === 'allow';
  };
  check('cedar-wasm', requests.slice(0, 256), ask);
  return measure((index) => ask(pick(requests, index)), { batch: 1 });
}

function check(engine: string, requests: readonly BenchRequest[], allows: (request: BenchRequest) => boolean): void {
  for (const request of requests) {
    if (allows(request) !== request.allowed)
      throw new Error(`got another answer from ${engine} for ${JSON.stringify(request)}, expected ${request.allowed}`);
  }
}

function pick(requests: readonly BenchRequest[], index: number): BenchRequest {
  const request = requests[index % requests.length];
  if (!request) throw new Error('got no requests, expected some');
  return request;
}

function row(
  rules: number,
  engine: string,
  { p50Us, p99Us, perSecond }: Timing,
  ours: Timing,
): Record<string, string | number> {
  return {
    engine,
    rules,
    'p50 µs': p50Us.toFixed(2),
    'p99 µs': p99Us.toFixed(2),
    'decisions/s': Math.round(perSecond),
    'p50 × ours': (p50Us / ours.p50Us).toFixed(1),
  };
}
