// The meaning of a document: which rule wins, what an unknown attribute does, what platform and shadow may and may not.
// Next: governance/policy/decide.ts; properties.test.ts, which says the same of generated documents.
import { describe, expect, it } from 'vitest';
import { decide, type PolicyRequest, type Verdict } from '../../../governance/policy/decide.ts';
import {
  ask,
  compileDraft,
  type DocumentDraft,
  draft,
  forbid,
  noonMs,
  permit,
  platformDraft,
} from '../../support/policy-fixtures.ts';

const denied: Verdict = {
  allowed: false,
  reason: 'no_matching_permit',
  rule: null,
  resource: 'axon:/reason',
  obligations: [],
  quotas: [],
  shadow: [],
};
const quotas = {
  slow: { limit: 1, windowSeconds: 60, per: ['tenant'] },
  fast: { limit: 9, windowSeconds: 1, per: ['subject'], window: 'sliding' },
};
const limit = { type: 'limit', field: 'maxTokens', max: 10 };
const once = { type: 'single_use' };

function verdict(
  rules: readonly unknown[],
  request: PolicyRequest = ask(),
  platform: DocumentDraft | null = null,
  nowMs = noonMs,
): Verdict {
  return decide(compileDraft(draft(rules, { quotas })), platform && compileDraft(platform), request, nowMs);
}

describe('permits and forbids', () => {
  it('permit nothing by themselves', () => {
    expect(verdict([])).toEqual(denied);
    expect(verdict([forbid('f', { when: { eq: ['context.n', 1] } })], ask({ n: 2 }))).toEqual(denied);
  });

  it('a permit permits what it names, and nothing beside it', () => {
    const rules = [permit('p')];
    expect(verdict(rules)).toEqual({ ...denied, allowed: true, reason: 'permitted', rule: 'p' });
    expect(verdict(rules, ask({}, { service: 'axon' }))).toEqual(denied);
    expect(verdict(rules, ask({}, { intent: 'look' }))).toEqual({ ...denied, resource: 'axon:/look' });
    expect(verdict(rules, ask({}, { resource: 'axon:/reason/' }))).toEqual({ ...denied, resource: 'axon:/reason/' });
    expect(verdict(rules, ask({}, { resource: 'axon:/look' })).allowed).toBe(false);
  });

  it('a forbid beats every permit, before or after it', () => {
    const forbidden = { ...denied, reason: 'forbidden_by_rule', rule: 'f' };
    expect(verdict([permit('a'), forbid('f'), permit('z')])).toEqual(forbidden);
    expect(verdict([forbid('f'), permit('a')])).toEqual(forbidden);
  });

  it('of several that decide alike the first by id is named', () => {
    expect(verdict([permit('b'), permit('a'), permit('c')]).rule).toBe('a');
    expect(verdict([permit('a'), forbid('z'), forbid('y')]).rule).toBe('y');
  });

  it.each([
    [{ services: ['orbit'] }, true],
    [{ services: ['axon'] }, false],
    [{ services: ['axon', 'orbit'] }, true],
    [{ intents: ['*'] }, true],
    [{ intents: ['look'] }, false],
    [{ services: ['*', 'orbit'], intents: ['act', '*'] }, true],
    [{ resources: ['axon:/reason'] }, true],
    [{ resources: ['axon:/*'] }, true],
    [{ resources: ['*'] }, true],
    [{ resources: ['*:/reason'] }, true],
    [{ resources: ['axon:/r*n', 'axon:/reason'] }, true],
    [{ resources: ['axon:/look', 'orbit:/*'] }, false],
  ])('a forbid of %j matches: %j', (more, matches) => {
    expect(verdict([permit('p'), forbid('f', more)]).rule).toBe(matches ? 'f' : 'p');
  });
});

describe('an unknown attribute', () => {
  const condition = { lte: ['context.n', 5] };

  it.each<[string, PolicyRequest['context']]>([
    ['missing', {}],
    ['a text', { n: '1' }],
    ['a list', { n: ['1'] }],
    ['a boolean', { n: true }],
  ])('that is %s keeps a permit from matching and lets a forbid match', (_name, context) => {
    expect(verdict([permit('p', { when: condition })], ask(context)).allowed).toBe(false);
    expect(verdict([permit('p'), forbid('f', { when: condition })], ask(context)).rule).toBe('f');
    expect(verdict([permit('p', { when: { not: condition } })], ask(context)).allowed).toBe(false);
    expect(verdict([permit('p'), forbid('f', { when: { not: condition } })], ask(context)).rule).toBe('f');
  });

  it('does the same in a set large enough to be looked up by value', () => {
    const rules = Array.from({ length: 20 }, (_, index) =>
      forbid(`f${index}`, { when: { all: [{ eq: ['context.s', `v${index}`] }, { exists: 'service' }] } }),
    );
    const permits = Array.from({ length: 20 }, (_, index) =>
      permit(`p${index}`, { when: { in: ['context.s', [`w${index}`, 'x']] } }),
    );
    expect(verdict([...rules, permit('p')], ask({ s: 'v7' })).rule).toBe('f7');
    expect(verdict([...rules, permit('p')], ask({ s: 'other' })).rule).toBe('p');
    expect(verdict([...rules, permit('p')], ask({})).rule).toBe('f0');
    expect(verdict([...rules, permit('p')], ask({ s: 7 })).rule).toBe('f0');
    expect(verdict(permits, ask({ s: 'w3' })).rule).toBe('p3');
    expect(verdict(permits, ask({})).allowed).toBe(false);
    expect(verdict(permits, ask({ s: ['w3'] })).allowed).toBe(false);
  });

  it('the subject, is one as any other', () => {
    expect(verdict([permit('p'), forbid('f', { when: { eq: ['subject', 'user:eve'] } })]).rule).toBe('f');
    expect(verdict([permit('p', { when: { startsWith: ['subject', 'user:'] } })]).allowed).toBe(false);
  });
});

describe('a request', () => {
  it('for another tenant than the document’s is not decided by it', () => {
    expect(verdict([permit('p')], ask({}, { tenant: 't2' }))).toEqual({
      ...denied,
      reason: 'unknown_tenant',
      resource: null,
    });
    expect(verdict([permit('p')], ask({}, { tenant: '*' })).reason).toBe('unknown_tenant');
  });

  it.each(['fly', '*', '', 'constructor', '__proto__', 'toString', 'ACT', 'act '])(
    'of intent %j, which no document declares, is denied',
    (intent) => {
      expect(verdict([permit('p'), forbid('f', { intents: ['*'] })], ask({}, { intent }))).toEqual({
        ...denied,
        resource: null,
      });
    },
  );

  it('without a resource is for its intent’s own', () => {
    expect(verdict([permit('p')], ask({}, { resource: undefined })).resource).toBe('axon:/reason');
    expect(verdict([permit('p')], ask({}, { resource: 'axon:/reason' })).allowed).toBe(true);
    expect(verdict([forbid('f', { when: { eq: ['resource', 'axon:/reason'] } }), permit('p')]).rule).toBe('f');
  });

  it.each(['zz', 'constructor', 'N', '__proto__'])(
    'with a context key %j that its intent does not declare is refused before any rule',
    (key) => {
      const context = Object.fromEntries([[key, 1]]);
      expect(verdict([permit('p'), forbid('f')], ask(context))).toEqual({
        ...denied,
        reason: 'request_invalid',
        detail: `context.${key}: got a key that intent act does not declare, expected one of n, s, b, t`,
      });
    },
  );

  it('with no context is judged without', () => {
    expect(
      verdict([permit('p', { intents: ['look'], resources: ['axon:/look'] })], ask({ n: 1 }, { intent: 'look' }))
        .detail,
    ).toContain('expected one of none');
  });
});

describe('an expired document', () => {
  const at = (time: string) => Date.parse(time);
  const ending = (validUntil: string) =>
    compileDraft(draft([permit('p'), forbid('f', { mode: 'shadow' })], { validUntil }));

  it.each([
    ['2026-03-11T11:59:59Z', '2026-03-11T12:00:00Z', true],
    ['2026-03-11T12:00:00Z', '2026-03-11T12:00:00Z', false],
    ['2026-03-11T12:00:00Z', '2026-03-11T13:00:00+01:00', false],
    ['2026-03-11T12:00:00Z', '2026-03-11T13:00:01+01:00', true],
    ['2030-01-01T00:00:00Z', '2026-03-11T12:00:00Z', false],
  ])('asked at %s with its end at %s decides: %j', (now, end, decides) => {
    expect(decide(ending(end), null, ask(), at(now)).allowed).toBe(decides);
    expect(decide(ending(end), null, ask(), at(now)).reason).toBe(decides ? 'permitted' : 'policy_expired');
  });

  it('of the platform denies every tenant', () => {
    const platform = platformDraft([], { validUntil: '2026-03-11T12:00:00Z' });
    expect(verdict([permit('p')], ask(), platform)).toEqual({ ...denied, reason: 'policy_expired', resource: null });
    expect(verdict([permit('p')], ask(), platform, noonMs - 1).allowed).toBe(true);
  });
});

describe('obligations and quotas', () => {
  it('are those of all permits that match, each once, in order of rule', () => {
    const rules = [
      permit('b', { obligations: [once, limit], quotas: ['slow'] }),
      permit('a', { obligations: [limit], quotas: ['fast', 'slow'] }),
      permit('c', {
        obligations: [{ type: 'redact', fields: ['system'] }],
        quotas: ['slow'],
        when: { eq: ['context.n', 1] },
      }),
    ];
    const { obligations, quotas: charged } = verdict(rules, ask({ n: 2 }));
    expect(obligations).toEqual([limit, once]);
    expect(charged.map(({ id }) => id)).toEqual(['t1/fast', 't1/slow']);
    expect(verdict(rules, ask({ n: 1 })).obligations).toEqual([limit, once, { type: 'redact', fields: ['system'] }]);
  });

  it('are none where the answer is a deny', () => {
    const rules = [permit('p', { obligations: [once], quotas: ['slow'] }), forbid('f')];
    expect(verdict(rules, ask(), platformDraft([], { quotas }))).toMatchObject({
      allowed: false,
      obligations: [],
      quotas: [],
    });
  });

  it('of a permit in shadow are not asked for', () => {
    expect(
      verdict([permit('p'), permit('q', { obligations: [once], quotas: ['slow'], mode: 'shadow' })]),
    ).toMatchObject({ obligations: [], quotas: [] });
  });

  it('carry the whole quota, under a name that no other tenant has', () => {
    expect(verdict([permit('p', { quotas: ['fast'] })]).quotas).toEqual([{ id: 't1/fast', ...quotas.fast }]);
  });
});

describe('the platform’s document', () => {
  const request = ask();

  it('forbids what a tenant permits', () => {
    expect(verdict([permit('p')], request, platformDraft([forbid('stop')]))).toEqual({
      ...denied,
      reason: 'forbidden_by_rule',
      rule: 'platform/stop',
    });
  });

  it('is named before a tenant’s own forbid, whatever their ids', () => {
    expect(verdict([permit('p'), forbid('a')], request, platformDraft([forbid('z')])).rule).toBe('platform/z');
  });

  it('binds every permitted decision to all its quotas', () => {
    const platform = platformDraft([], { quotas });
    const bound = ['*/slow', '*/fast'];
    expect(verdict([permit('p')], request, platform).quotas.map(({ id }) => id)).toEqual(bound);
    expect(verdict([permit('p', { quotas: ['slow'] })], request, platform).quotas.map(({ id }) => id)).toEqual([
      ...bound,
      't1/slow',
    ]);
  });

  it('may single a tenant out', () => {
    const platform = platformDraft([forbid('closed', { intents: ['*'], when: { in: ['tenant', ['t1', 't9']] } })]);
    expect(verdict([permit('p')], request, platform).rule).toBe('platform/closed');
    const other = compileDraft(draft([permit('p')], { tenant: 't2' }));
    expect(decide(other, compileDraft(platform), ask({}, { tenant: 't2' }), noonMs).allowed).toBe(true);
  });

  it('sees an attribute that a tenant gave another type, or none, as unknown, and forbids', () => {
    const platform = compileDraft(platformDraft([forbid('cap', { when: { gt: ['context.n', 10] } })]));
    const intents = { act: { resource: 'axon:/reason', context: { n: 'string' } } };
    const tenant = compileDraft(draft([permit('p')], { intents }));
    expect(decide(tenant, platform, ask({ n: '1' }), noonMs).rule).toBe('platform/cap');
    expect(decide(tenant, platform, ask({}), noonMs).rule).toBe('platform/cap');
  });

  it('declares no intent for a tenant', () => {
    const tenant = compileDraft(draft([], { intents: {} }));
    expect(decide(tenant, compileDraft(platformDraft([])), ask(), noonMs)).toEqual({ ...denied, resource: null });
  });
});

describe('a rule in shadow', () => {
  const mode = 'shadow';

  it('that forbids does not, and says that it would have', () => {
    expect(verdict([permit('p'), forbid('f', { mode })])).toMatchObject({
      allowed: true,
      rule: 'p',
      shadow: [{ rule: 'f', effect: 'forbid' }],
    });
  });

  it('that permits does not, and says that it would have', () => {
    expect(verdict([permit('q', { mode, obligations: [once] })])).toEqual({
      ...denied,
      shadow: [{ rule: 'q', effect: 'permit' }],
    });
  });

  it('that would have changed nothing says nothing', () => {
    expect(verdict([forbid('f', { mode })]).shadow).toEqual([]);
    expect(verdict([permit('p'), permit('q', { mode })]).shadow).toEqual([]);
    expect(verdict([permit('p'), forbid('g'), forbid('f', { mode }), permit('q', { mode })]).shadow).toEqual([]);
  });

  it('is judged by its condition as in force: a forbid matches the unknown, a permit does not', () => {
    const when = { eq: ['context.n', 1] };
    expect(verdict([permit('p'), forbid('f', { mode, when })]).shadow).toEqual([{ rule: 'f', effect: 'forbid' }]);
    expect(verdict([permit('p'), forbid('f', { mode, when })], ask({ n: 2 })).shadow).toEqual([]);
    expect(verdict([permit('q', { mode, when })]).shadow).toEqual([]);
    expect(verdict([permit('q', { mode, when })], ask({ n: 1 })).shadow).toHaveLength(1);
  });

  it('of either document is told once, in order of id, though it is met twice', () => {
    const twice = {
      services: ['*', 'orbit'],
      intents: ['*', 'act'],
      resources: ['axon:/reason', 'axon:/*', '*'],
      mode,
    };
    const told = verdict(
      [permit('p'), forbid('z', twice), forbid('a', { mode })],
      ask(),
      platformDraft([forbid('freeze', twice)]),
    );
    expect(told.shadow.map(({ rule }) => rule)).toEqual(['a', 'platform/freeze', 'z']);
  });
});
