// The shipped policies as described data: every case through the handler, every rule and condition both ways.
// Next: governance/policies/default.cases.json, the cases; governance/cli/run-case.ts, which runs one.
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { readCaseFiles } from '../../governance/cli/case-files.ts';
import { policiesFolder } from '../../governance/cli/policy-files.ts';
import { loadPolicySet } from '../../governance/cli/policy-set.ts';
import { runCase } from '../../governance/cli/run-case.ts';
import { reasons } from '../../governance/contract.ts';
import { measureCoverage } from '../../governance/policy/coverage.ts';

const cases = await readCaseFiles([policiesFolder]);
const set = await loadPolicySet();
const documents = [set.platform, ...set.tenants.values()].flatMap((loaded) => loaded?.document ?? []);
const files = [...new Set(cases.map(({ file }) => path.basename(file)))];

describe.each(files)('%s', (file) => {
  const ofFile = cases.filter((each) => path.basename(each.file) === file);

  it.each(ofFile)('$description', async (each) => {
    expect((await runCase(set, each)).mismatches).toEqual([]);
  });

  it('says all of each decision and enough of each record, each under a description of its own', () => {
    for (const { description, decision, audit = {}, quotas } of ofFile) {
      const said = Object.keys(decision);
      expect(['allowed', 'reason', 'rule', 'obligations', 'shadow'].filter((key) => !said.includes(key))).toEqual([]);
      expect([description, Object.keys(audit).length >= 3, quotas !== undefined]).toEqual([description, true, true]);
    }
    expect(new Set(ofFile.map(({ description }) => description)).size).toBe(ofFile.length);
  });

  it('is what the policy alone decides, wherever the handler asks it', async () => {
    const outcomes = await Promise.all(ofFile.map(async (each) => ({ each, ...(await runCase(set, each)) })));
    const asked = outcomes.filter(({ explained }) => explained !== null);
    expect(asked.length).toBeGreaterThan(10);
    for (const { each, explained } of asked) {
      const { rule, reason } = explained?.verdict ?? {};
      const charged = (each.quotas?.length ?? 0) > 0;
      expect({ description: each.description, rule, reason }).toEqual({
        description: each.description,
        rule: each.decision['rule'],
        // What quotas and bindings deny, the policy has permitted.
        reason: charged ? 'permitted' : each.decision['reason'],
      });
    }
  });
});

describe('the cases', () => {
  it('exercise every rule, and every condition both ways', async () => {
    const outcomes = await Promise.all(cases.map((each) => runCase(set, each)));
    const { rules, covered, total } = measureCoverage(
      documents,
      outcomes.flatMap(({ explained }) => explained ?? []),
    );
    const short = rules.filter(
      ({ decided, conditions }) => !decided || conditions.some(({ holds, fails }) => !holds || !fails),
    );
    expect(short).toEqual([]);
    expect(covered).toBe(total);
    expect(rules.length).toBe(documents.flatMap((document) => document.rules).length);
  });

  it('reach every intent and every quota', () => {
    const intents = documents.flatMap(({ tenant, intents: declared }) =>
      tenant === '*' ? [] : Object.keys(declared).map((intent) => `${tenant} ${intent}`),
    );
    const asked = new Set(
      cases.map(({ request: { tenant = 'default', intent } }) => `${String(tenant)} ${String(intent)}`),
    );
    expect(intents.filter((intent) => !asked.has(intent))).toEqual([]);
    const quotas = documents.flatMap(({ tenant, quotas: declared }) =>
      Object.keys(declared).map((quota) => `${tenant}/${quota}`),
    );
    const charged = new Set(cases.flatMap((each) => each.quotas ?? []));
    expect(quotas.filter((quota) => !charged.has(quota))).toEqual([]);
  });

  it('give every reason that documents, requests and quotas alone can give', () => {
    const given = new Set(cases.map(({ decision }) => decision['reason']));
    expect(reasons.filter((reason) => given.has(reason))).toEqual([
      'permitted',
      'no_matching_permit',
      'forbidden_by_rule',
      'quota_exceeded',
      'unknown_tenant',
      'identity_mismatch',
      'request_invalid',
      'policy_expired',
    ]);
  });
});
