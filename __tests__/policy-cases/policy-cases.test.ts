// The shipped policies as described data: every case through the handler, every rule and condition both ways.
// Next: governance/policies/default.cases.json, the cases; __tests__/support/case-runner.ts, which runs one.
import { afterAll, describe, expect, it } from 'vitest';
import { DecisionRequest } from '../../governance/contract.ts';
import { createFolderStore } from '../../governance/lambda/store.ts';
import { decide } from '../../governance/policy/decide.ts';
import { type ConditionTrace, explain, type RuleTrace } from '../../governance/policy/explain.ts';
import { runCase } from '../support/case-runner.ts';
import {
  compileShippedPolicies,
  documentFrom,
  policiesFolder,
  type PolicyCase,
  readPolicyCases,
  readPolicyFiles,
} from '../support/policy-cases.ts';

const cases = readPolicyCases();
const policies = compileShippedPolicies();
const platform = policies.get('*') ?? null;
const store = await createFolderStore({ folder: policiesFolder, report: () => undefined });
const files = [...new Set(cases.map(({ file }) => file))];

afterAll(() => store.close());

describe.each(files)('%s', (file) => {
  const ofFile = cases.filter((each) => each.file === file);

  it.each(ofFile)('$description', async (each) => {
    const { decision, record, recordCount } = await runCase(store, each);
    expect(decision).toMatchObject(each.decision);
    expect(record).toMatchObject(each.audit);
    expect(recordCount).toBe(each.times);
    // What is on record is what was answered; no token is, nor what the case says must not be.
    expect(record).toMatchObject({ decisionId: decision.decisionId, reason: decision.reason, seq: each.times });
    const written = JSON.stringify(record);
    expect(['"grant"', '"certificate"', ...each.unrecorded].filter((text) => written.includes(text))).toEqual([]);
    expect(decision.grant !== undefined).toBe(decision.allowed && !each.dryRun);
  });

  it('is what the policy alone decides, wherever the handler asks it', () => {
    const verdicts = ofFile.flatMap((each) => {
      const asked = asksPolicy(each) ? askedOf(each) : null;
      return asked ? [{ each, verdict: decide(asked.policy, platform, asked.request, asked.nowMs) }] : [];
    });
    expect(verdicts.length).toBeGreaterThan(10);
    expect(
      verdicts.map(({ each, verdict }) => ({
        description: each.description,
        rule: verdict.rule,
        shadow: verdict.shadow,
        quotas: verdict.quotas.map(({ id }) => id),
        reason: verdict.reason,
      })),
    ).toEqual(
      verdicts.map(({ each: { description, decision, quotas } }) => ({
        description,
        rule: decision.rule,
        shadow: decision.shadow,
        quotas,
        reason: quotas.length > 0 ? 'permitted' : decision.reason,
      })),
    );
  });

  it('tells its cases apart', () => {
    expect(new Set(ofFile.map(({ description }) => description)).size).toBe(ofFile.length);
  });
});

describe('the cases', () => {
  const rules = readPolicyFiles().flatMap(({ text }) => rulesIn(text));
  const conditional = rules.filter((rule) => rule.conditional);
  const explanations = cases.flatMap((each) => {
    const asked = askedOf(each);
    return asked
      ? [{ tenant: asked.policy.tenant, ...explain(asked.policy, platform, asked.request, asked.nowMs) }]
      : [];
  });

  it.each(rules)('let rule $id of tenant $tenant match and decide', ({ tenant, id }) => {
    expect(tracesOf(tenant, id).some(({ matched }) => matched)).toBe(true);
    const verdicts = explanationsOf(tenant).map(({ verdict }) => verdict);
    expect(verdicts.some(({ rule, shadow }) => rule === id || shadow.some((each) => each.rule === id))).toBe(true);
  });

  it.each(conditional)('have one that rule $id of tenant $tenant does not match', ({ tenant, id }) => {
    expect(tracesOf(tenant, id).some(({ matched }) => !matched)).toBe(true);
  });

  it.each(conditional)('make every condition of $id of tenant $tenant true and false', ({ tenant, id }) => {
    const outcomes = new Map<string, Set<string>>();
    for (const { when } of tracesOf(tenant, id)) if (when) noteOutcomes(when, 'when', outcomes);
    expect(outcomes.size).toBeGreaterThan(0);
    const oneSided = [...outcomes].filter(([, seen]) => !seen.has('true') || !seen.has('false'));
    expect(oneSided.map(([path, seen]) => `${path} is only ${[...seen].join(', ')}`)).toEqual([]);
  });

  it('reach every intent and every quota', () => {
    const documents = readPolicyFiles().map(({ text }) => documentFrom(text));
    const intents = documents.flatMap(({ tenant, intents: declared }) =>
      Object.keys(declared).map((intent) => `${tenant} ${intent}`),
    );
    const asked = new Set(cases.map(({ request }) => `${request.tenant ?? 'default'} ${request.intent}`));
    expect(intents.filter((intent) => !intent.startsWith('*') && !asked.has(intent))).toEqual([]);
    const quotas = documents.flatMap(({ tenant, quotas: declared }) =>
      Object.keys(declared).map((quota) => `${tenant}/${quota}`),
    );
    const charged = new Set(cases.flatMap((each) => each.quotas));
    expect(quotas.filter((quota) => !charged.has(quota))).toEqual([]);
  });

  it('give every reason that documents, requests and quotas alone can give', () => {
    expect([...new Set(cases.map(({ decision }) => decision.reason))].sort()).toEqual([
      'forbidden_by_rule',
      'identity_mismatch',
      'no_matching_permit',
      'permitted',
      'policy_expired',
      'quota_exceeded',
      'request_invalid',
      'unknown_tenant',
    ]);
  });

  function explanationsOf(tenant: string) {
    return explanations.filter((each) => tenant === '*' || each.tenant === tenant);
  }

  function tracesOf(tenant: string, id: string): RuleTrace[] {
    return explanationsOf(tenant).flatMap((each) => each.rules.filter(({ rule }) => rule === id));
  }
});

/** Whether the handler gets as far as asking the policy. */
function asksPolicy({ decision: { reason, rule } }: PolicyCase): boolean {
  return (
    reason !== 'identity_mismatch' && reason !== 'unknown_tenant' && (reason !== 'request_invalid' || rule !== null)
  );
}

/** The policy's own arguments for a case, or null when the request names no tenant of ours. */
function askedOf({ request, at }: PolicyCase) {
  const parsed = DecisionRequest.safeParse(request);
  const policy = parsed.success ? policies.get(parsed.data.tenant) : undefined;
  return parsed.success && policy ? { policy, request: parsed.data, nowMs: Date.parse(at) } : null;
}

function rulesIn(text: string): { tenant: string; id: string; conditional: boolean }[] {
  const { tenant, rules } = documentFrom(text);
  return rules.map(({ id, when }) => ({
    tenant,
    id: tenant === '*' ? `platform/${id}` : id,
    conditional: when !== undefined,
  }));
}

function noteOutcomes(trace: ConditionTrace, path: string, outcomes: Map<string, Set<string>>): void {
  const seen = outcomes.get(path) ?? new Set();
  outcomes.set(path, seen.add(trace.outcome));
  trace.conditions?.forEach((inner, index) => noteOutcomes(inner, `${path}.${trace.operator}[${index}]`, outcomes));
}
