// What lint claims, held against decisions: every rule that it says does not matter is taken out, alone and with all others.
// Next: governance/policy/lint.ts; __tests__/governance/policy/lint.test.ts, each finding by itself.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compilePolicy } from '../../../governance/policy/compile.ts';
import { decide, type PolicyRequest, type Verdict } from '../../../governance/policy/decide.ts';
import { type PolicyDocument } from '../../../governance/policy/document.ts';
import { explain } from '../../../governance/policy/explain.ts';
import { type LintFinding } from '../../../governance/policy/lint-finding.ts';
import { lintPolicies } from '../../../governance/policy/lint.ts';
import { type DocumentDraft, draft, forbid, noonMs, permit, platformDraft } from '../../support/policy-fixtures.ts';
import { documents, requests } from '../../support/policy-generators.ts';
import { documentFrom } from '../../support/shipped-policies.ts';

const documentOf = (of: DocumentDraft): PolicyDocument => documentFrom(JSON.stringify(of));
const idle = new Set(['unreachable', 'shadowed', 'contradiction', 'wider', 'duplicate']);
const lint = (...drafts: readonly DocumentDraft[]): LintFinding[] => lintPolicies(drafts.map(documentOf), noonMs);
const found = (...drafts: readonly DocumentDraft[]) =>
  lint(...drafts)
    .filter(({ check }) => check !== 'unused-intent')
    .map(({ rule, check, related }) => [rule, check, ...related].join(' '));

const n = (operator: string, value: number) => ({ [operator]: ['context.n', value] });
const s = (operator: string, value: unknown) => ({ [operator]: ['context.s', value] });
const all = (...conditions: object[]) => ({ all: conditions });
const not = (condition: object) => ({ not: condition });
const between = (low: number, high: number) => all({ exists: 'context.n' }, n('gte', low), n('lte', high));

describe('every claim', () => {
  const without = (document: PolicyDocument, names: ReadonlySet<string>): PolicyDocument => ({
    ...document,
    rules: document.rules.filter(({ id }) => !names.has(document.tenant === '*' ? `platform/${id}` : id)),
  });
  const effects = ({ reason, obligations, quotas }: Verdict) => ({
    reason,
    // A permit that says a duty twice demands it twice, which is no more.
    obligations: [...new Set(obligations.map((each) => JSON.stringify(each)))].sort(),
    quotas: quotas.map(({ id }) => id).sort(),
  });
  const compile = (document: PolicyDocument) => compilePolicy(document, 'd');

  it('holds for every request, and still when all that is said to go is gone', () => {
    const claims = new Map<string, number>();
    fc.assert(
      fc.property(
        documents('t1'),
        documents('*'),
        fc.array(requests(), { minLength: 50, maxLength: 50 }),
        (one, two, asked) => {
          const [tenant, platform] = [one, two].map((each) => documentOf({ ...each, validUntil: undefined })) as [
            PolicyDocument,
            PolicyDocument,
          ];
          const findings = lintPolicies([tenant, platform], noonMs);
          const going = findings.filter(({ check, rule }) => idle.has(check) && rule !== null);
          const enforced = (names: readonly (string | null)[]): Set<string> =>
            new Set(names.flatMap((name) => name ?? []));
          const variants = [going, ...going.map((finding) => [finding])].map((some) => {
            const names = enforced(some.map(({ rule }) => rule));
            return {
              hint: some.map(({ check, rule, related }) => `${check} ${rule}: ${related.join()}`).join('; '),
              // A rule on trial has no part in decisions but to be told of.
              own: compile(without(tenant, names)),
              binding: compile(without(platform, names)),
            };
          });
          for (const { check } of findings) claims.set(check, (claims.get(check) ?? 0) + 1);
          const [own, binding] = [compile(tenant), compile(platform)];
          for (const [index, request] of asked.entries()) {
            const nowMs = noonMs + (index % 25) * 7 * 3_600_000;
            const verdict = effects(decide(own, binding, request, nowMs));
            for (const variant of variants)
              expect(effects(decide(variant.own, variant.binding, request, nowMs)), variant.hint).toEqual(verdict);
            checkTraces(request, nowMs);
          }

          function checkTraces(request: PolicyRequest, nowMs: number): void {
            const explained = explain(own, binding, request, nowMs);
            // One that is refused before any rule is asked is explained all the same.
            if (explained.verdict.reason === 'request_invalid') return;
            const traces = new Map(explained.rules.map((trace) => [trace.rule, trace]));
            for (const { check, rule, related, message } of findings) {
              const trace = traces.get(rule ?? '');
              if (!trace) continue;
              const hint = `${check} ${rule}: ${message}`;
              if (check === 'unreachable') expect(trace.matched, hint).toBe(false);
              if (check === 'always') expect(trace.matched, hint).toBe(true);
              if (check === 'only-missing') expect(trace.when?.outcome, hint).not.toBe('true');
              if (!trace.matched) continue;
              if (check === 'narrow' || check === 'limit')
                expect(traces.get(related[0] ?? '')?.matched, hint).toBe(true);
              if (check === 'needs-attribute')
                expect(
                  request.context[/context\.(\w+)/.exec(message)?.[1] ?? ''] ?? request.subject,
                  hint,
                ).toBeDefined();
              if (idle.has(check))
                expect(
                  related.some((name) => traces.get(name)?.matched),
                  hint,
                ).toBe(true);
            }
          }
        },
      ),
      { numRuns: 600 },
    );
    for (const check of ['unreachable', 'shadowed', 'wider', 'narrow', 'always', 'only-missing'])
      expect(claims.get(check), check).toBeGreaterThan(5);
  });
});

describe('of rules that make each other idle', () => {
  it('enough stay: forbids that overlap in a ring', () => {
    const rules = [
      forbid('f1', { when: between(0, 5) }),
      forbid('f2', { when: between(3, 8) }),
      forbid('f3', { when: between(0, 3) }),
      forbid('f4', { when: between(5, 8) }),
    ];
    expect(found(draft(rules)).filter((each) => each.includes('shadowed'))).toEqual([
      'f3 shadowed f1',
      'f4 shadowed f2',
    ]);
  });

  it('one stays of two that are looked up by a value, also where only what is missing shows it', () => {
    const rule = (id: string) => forbid(id, { when: s('eq', 'a') });
    const others = ['b', 'c', 'd'].map((value) => forbid(`of-${value}`, { when: s('eq', value) }));
    const checks = found(draft([rule('one'), ...others, rule('two')])).filter((each) => !each.includes('missing'));
    expect(checks).toEqual(['two duplicate one']);
  });

  it('those stay that demand more', () => {
    const obligations = [{ type: 'single_use' }];
    expect(found(draft([permit('a'), permit('b', { obligations })]))).toEqual(['a wider b']);
    expect(found(draft([permit('a', { obligations }), permit('b')]))).toEqual(['b wider a']);
  });
});

describe('several together', () => {
  it.each<[string, readonly object[], string[]]>([
    [
      'a permit within two others, which demand its duty',
      [
        permit('low', { when: n('lt', 5) }),
        permit('p', { when: between(0, 9) }),
        permit('high', { when: n('gte', 5) }),
      ],
      ['p wider low high'],
    ],
    [
      'a permit within two others, one of which lacks its duty',
      [
        permit('low', { when: n('lt', 5), obligations: [{ type: 'single_use' }] }),
        permit('p', { when: between(0, 9), obligations: [{ type: 'single_use' }] }),
        permit('high', { when: n('gte', 5) }),
      ],
      [],
    ],
    [
      'a permit that a forbid and another permit settle',
      [
        forbid('f', { when: all({ exists: 'context.n' }, n('lt', 5)) }),
        permit('p', { when: between(0, 9) }),
        permit('q', { when: n('gte', 5) }),
      ],
      ['p wider f q'],
    ],
    [
      'one for each service',
      [permit('a'), permit('b', { services: ['axon'] }), permit('p', { services: ['orbit', 'axon'] })],
      ['a wider p', 'b wider p'],
    ],
  ])('%s', (_name, rules, expected) => {
    expect(found(draft(rules)).sort()).toEqual(expected.sort());
  });
});

describe('a permit and a forbid', () => {
  it.each<[string, readonly object[], readonly object[], string[]]>([
    [
      'of exactly the same',
      [
        permit('p', { when: n('lt', 5) }),
        forbid('f', { services: ['orbit'], resources: ['axon:/reason'], when: n('lt', 5) }),
      ],
      [],
      ['f missing-attribute', 'p contradiction f'],
    ],
    [
      'of more than the permit',
      [permit('p', { when: n('lt', 5) }), forbid('f', { when: all({ exists: 'context.n' }, n('lt', 6)) })],
      [],
      ['p shadowed f'],
    ],
    [
      'that trips over a key which the intent does not declare',
      [permit('p', { intents: ['look'] })],
      [forbid('f', { intents: ['*'], when: n('gt', 5) })],
      ['p shadowed platform/f', 'platform/f missing-attribute'],
    ],
    [
      'of this tenant by its name',
      [permit('p')],
      [forbid('f', { when: { eq: ['tenant', 't1'] } })],
      ['p shadowed platform/f'],
    ],
    ['of another tenant by its name', [permit('p')], [forbid('f', { when: { eq: ['tenant', 't2'] } })], []],
    [
      'that asks whether the key is there',
      [permit('p', { intents: ['look'] })],
      [forbid('f', { intents: ['*'], when: all({ exists: 'context.n' }, n('gt', 5)) })],
      [],
    ],
  ])('%s', (_name, rules, platform, expected) => {
    expect(found(draft(rules), platformDraft(platform)).sort()).toEqual(expected);
  });
});

describe('what its author may have meant otherwise', () => {
  it.each<[string, readonly object[], string[]]>([
    [
      'a narrower permit with duties',
      [permit('wide'), permit('p', { when: n('lt', 5), obligations: [{ type: 'single_use' }] })],
      ['p narrow wide'],
    ],
    [
      'one that reaches further somewhere',
      [
        permit('wide', { when: n('lt', 9) }),
        permit('p', { when: s('eq', 'a'), obligations: [{ type: 'single_use' }] }),
      ],
      [],
    ],
    [
      'a higher limit for some',
      [
        permit('wide', { obligations: [{ type: 'limit', field: 'maxTokens', max: 5 }] }),
        permit('p', { when: n('lt', 5), obligations: [{ type: 'limit', field: 'maxTokens', max: 9 }] }),
      ],
      ['p limit wide', 'p narrow wide'],
    ],
    [
      'a lower limit for some',
      [
        permit('wide', { obligations: [{ type: 'limit', field: 'maxTokens', max: 9 }] }),
        permit('p', { when: n('lt', 5), obligations: [{ type: 'limit', field: 'maxTokens', max: 5 }] }),
      ],
      ['p narrow wide'],
    ],
    ['a permit that says what must not be', [permit('p', { when: s('ne', 'a') })], ['p needs-attribute']],
    [
      'a permit that says it, or that nothing is there',
      [permit('p', { when: { any: [not({ exists: 'context.s' }), s('ne', 'a')] } })],
      [],
    ],
    ['a permit that demands it besides', [permit('p', { when: all({ exists: 'context.s' }, s('ne', 'a')) })], []],
    [
      'a forbid that only what is missing meets',
      [permit('p'), forbid('f', { when: all({ exists: 'context.n' }, n('lt', 3), n('gt', 5)) })],
      ['f only-missing'],
    ],
    [
      'a forbid on trial that meets no permit',
      [
        permit('p', { when: n('lt', 5) }),
        forbid('f', { when: all({ exists: 'context.n' }, n('gt', 5)), mode: 'shadow' }),
      ],
      ['f idle'],
    ],
    [
      'a forbid on trial that meets one',
      [
        permit('p', { when: n('lt', 7) }),
        forbid('f', { when: all({ exists: 'context.n' }, n('gt', 5)), mode: 'shadow' }),
      ],
      [],
    ],
    [
      'a permit on trial within another',
      [permit('p', { when: n('lt', 5) }), permit('q', { when: n('lt', 3), mode: 'shadow' })],
      ['q wider p'],
    ],
  ])('%s', (_name, rules, expected) => {
    expect(found(draft(rules)).sort()).toEqual(expected);
  });
});
