// Every way a policy document can be wrong, with the exact place, what was got and what was expected.
// Next: governance/policy/parse.ts; json.test.ts for what goes wrong before there is a document.
import { describe, expect, it } from 'vitest';
import { policyLimits } from '../../../governance/policy/document.ts';
import { formatIssue } from '../../../governance/policy/issues.ts';
import { parsePolicy, printPolicy } from '../../../governance/policy/parse.ts';
import { draft, forbid, permit, platformDraft } from '../../support/policy-fixtures.ts';

const lines = (document: unknown): string[] => {
  const reading = parsePolicy(typeof document === 'string' ? document : JSON.stringify(document));
  return reading.ok ? [] : reading.issues.map(formatIssue);
};
const when = (condition: unknown) => draft([forbid('r', { when: condition })]);
const nested = (depth: number): unknown => (depth === 1 ? { exists: 'subject' } : { not: nested(depth - 1) });
const attributeNames = '"context.<key>", "subject", "resource", "service", "intent" or "tenant"';

describe('a document', () => {
  it.each<[string, unknown, string]>([
    ['is an object', [], 'input: got [], expected an object'],
    ['is an object, not null', 'null', 'input: got null, expected an object'],
    ['has a format', draft([], { format: 2 }), 'format: got 2, expected 1'],
    [
      'has a tenant',
      draft([], { tenant: 'A b' }),
      'tenant: got "A b", expected a tenant name such as "default", or "*" for the platform',
    ],
    [
      'has a tenant that is no pattern',
      draft([], { tenant: 'acme*' }),
      'tenant: got "acme*", expected a tenant name such as "default", or "*" for the platform',
    ],
    ['has a revision from 1', draft([], { revision: 0 }), 'revision: got 0, expected more than 0'],
    ['has a whole revision', draft([], { revision: 1.5 }), 'revision: got 1.5, expected an int'],
    [
      'has a revision of at most nine digits',
      draft([], { revision: 1_000_000_000 }),
      'revision: got 1000000000, expected at most 999999999',
    ],
    [
      'ends at a date and time',
      draft([], { validUntil: '2027-06-30' }),
      'validUntil: got "2027-06-30", expected a time such as "2027-06-30T00:00:00Z"',
    ],
    [
      'ends on a day there is',
      draft([], { validUntil: '2027-02-30T00:00:00Z' }),
      'validUntil: got "2027-02-30T00:00:00Z", expected a time such as "2027-06-30T00:00:00Z"',
    ],
    ['has rules', { ...draft([]), rules: undefined }, 'rules: got nothing, expected an array'],
    ['has no key of its own making', draft([], { rule: 1 }), 'rule: got 1, expected no such key'],
    [
      'has intents of a name',
      draft([], { intents: { 'Act!': { resource: 'axon:/x' } } }),
      'intents["Act!"]: got "Act!", expected an intent name such as "call_reasoning"',
    ],
    [
      'has intents of a resource',
      draft([], { intents: { act: {} } }),
      'intents.act.resource: got nothing, expected a string',
    ],
    [
      'has intents of one resource',
      draft([], { intents: { act: { resource: 'axon:/*' } } }),
      'intents.act.resource: got "axon:/*", expected a resource such as "axon:/reason"',
    ],
    [
      'knows four attribute types',
      draft([], { intents: { act: { resource: 'axon:/x', context: { n: 'int' } } } }),
      'intents.act.context.n: got "int", expected "string" or "number" or "boolean" or "string[]"',
    ],
    [
      'has plain context keys',
      draft([], { intents: { act: { resource: 'axon:/x', context: { 'a.b': 'string' } } } }),
      'intents.act.context["a.b"]: got "a.b", expected a context key such as "maxTokens"',
    ],
    [
      'has quotas above zero',
      draft([], { quotas: { q: { limit: 0, windowSeconds: 60, per: ['tenant'] } } }),
      'quotas.q.limit: got 0, expected more than 0',
    ],
    [
      'has quotas per something',
      draft([], { quotas: { q: { limit: 1, windowSeconds: 60, per: [] } } }),
      'quotas.q.per: got [], expected at least 1 items',
    ],
    [
      'has quotas per something known',
      draft([], { quotas: { q: { limit: 1, windowSeconds: 60, per: ['user'] } } }),
      'quotas.q.per[0]: got "user", expected "tenant" or "service" or "subject" or "intent"',
    ],
    [
      'has quotas of at most a month',
      draft([], { quotas: { q: { limit: 1, windowSeconds: 2_678_401, per: ['tenant'] } } }),
      'quotas.q.windowSeconds: got 2678401, expected at most 2678400',
    ],
  ])('%s', (_name, document, line) => expect(lines(document)).toEqual([line]));
});

describe('a rule', () => {
  it.each<[string, unknown, string]>([
    ['is an object', draft([5]), 'rules[0]: got 5, expected an object'],
    [
      'has an id',
      draft([permit('Rule One')]),
      'rules[0].id: got "Rule One", expected an id such as "orbit-may-reason"',
    ],
    [
      'has an id that cannot be taken for the platform’s',
      draft([permit('platform/x')]),
      'rules[0].id: got "platform/x", expected an id such as "orbit-may-reason"',
    ],
    [
      'has an id of its own',
      draft([permit('r'), forbid('q'), permit('r')]),
      'rules[2].id: got "r", expected an id of its own; rules[0] has it',
    ],
    [
      'permits or forbids',
      draft([permit('r', { effect: 'allow' })]),
      'rules[0].effect: got "allow", expected "permit" or "forbid"',
    ],
    [
      'enforces or is in shadow',
      draft([permit('r', { mode: 'off' })]),
      'rules[0].mode: got "off", expected "enforce" or "shadow"',
    ],
    ['names services', draft([permit('r', { services: [] })]), 'rules[0].services: got [], expected at least 1 items'],
    [
      'names services by name',
      draft([forbid('r', { services: ['orb*'] })]),
      'rules[0].services[0]: got "orb*", expected a service name such as "orbit", or "*"',
    ],
    [
      'names declared intents',
      draft([permit('r', { intents: ['fly'] })]),
      'rules[0].intents[0]: got "fly", expected an intent that this document declares',
    ],
    [
      'names no intent of Object.prototype',
      draft([permit('r', { intents: ['constructor'] })]),
      'rules[0].intents[0]: got "constructor", expected an intent that this document declares',
    ],
    [
      'names declared quotas',
      draft([permit('r', { quotas: ['q'] })]),
      'rules[0].quotas[0]: got "q", expected a quota that this document declares',
    ],
    [
      'names no quota of Object.prototype',
      draft([permit('r', { quotas: ['constructor'] })]),
      'rules[0].quotas[0]: got "constructor", expected a quota that this document declares',
    ],
    [
      'that permits names its services',
      draft([permit('r', { services: ['*'] })]),
      'rules[0].services[0]: got "*", expected exact names in a permit',
    ],
    [
      'that permits names its intents',
      draft([permit('r', { intents: ['*'] })]),
      'rules[0].intents[0]: got "*", expected exact names in a permit',
    ],
    [
      'that permits names its resources',
      draft([permit('r', { resources: ['axon:/*'] })]),
      'rules[0].resources[0]: got "axon:/*", expected exact names in a permit',
    ],
    [
      'that permits has resources',
      draft([permit('r', { resources: undefined })]),
      'rules[0].resources: got nothing, expected the resources that the permit covers',
    ],
    [
      'in shadow is held to the same',
      draft([permit('r', { services: ['*'], mode: 'shadow' })]),
      'rules[0].services[0]: got "*", expected exact names in a permit',
    ],
    [
      'that forbids has no quota',
      draft([forbid('r', { quotas: ['q'] })], { quotas: { q: { limit: 1, windowSeconds: 1, per: ['tenant'] } } }),
      'rules[0].quotas: got ["q"], expected no quotas in a forbid',
    ],
    [
      'that forbids has no obligation',
      draft([forbid('r', { obligations: [{ type: 'single_use' }] })]),
      'rules[0].obligations: got [{"type":"single_use"}], expected no obligations in a forbid',
    ],
    [
      'of the platform never permits',
      platformDraft([permit('r')]),
      'rules[0].effect: got "permit", expected "forbid": the platform document never permits',
    ],
    [
      'names resources',
      draft([forbid('r', { resources: ['reason'] })]),
      'rules[0].resources[0]: got "reason", expected a resource such as "axon:/reason", or in a forbid a pattern such as "axon:/*"',
    ],
    [
      'has obligations of known types',
      draft([permit('r', { obligations: [{ type: 'beg' }] })]),
      'rules[0].obligations[0].type: got "beg", expected one of the known kinds',
    ],
    [
      'caps at zero or above',
      draft([permit('r', { obligations: [{ type: 'limit', field: 'maxTokens', max: -1 }] })]),
      'rules[0].obligations[0].max: got -1, expected at least 0',
    ],
    [
      'has no key of its own making',
      draft([permit('r', { unless: {} })]),
      'rules[0].unless: got {}, expected no such key',
    ],
  ])('%s', (_name, document, line) => expect(lines(document)).toEqual([line]));
});

describe('a condition', () => {
  it.each<[string, unknown, string]>([
    ['has an operator', when({}), 'rules[0].when: got {}, expected exactly one operator'],
    [
      'has one operator',
      when({ exists: 'subject', eq: ['subject', 'a'] }),
      'rules[0].when: got {"eq":["subject","a"],"exists":"subject"}, expected exactly one operator',
    ],
    [
      'has a known operator',
      when({ matches: ['subject', '.*'] }),
      'rules[0].when.matches: got ["subject",".*"], expected no such key',
    ],
    ['has an attribute', when({ eq: ['who', 'a'] }), `rules[0].when.eq[0]: got "who", expected ${attributeNames}`],
    [
      'has an attribute of the request',
      when({ exists: 'context.__proto__' }),
      `rules[0].when.exists: got "context.__proto__", expected ${attributeNames}`,
    ],
    [
      'has a declared attribute',
      when({ exists: 'context.zz' }),
      'rules[0].when.exists: got "context.zz", expected a context key that act declares',
    ],
    [
      'has no attribute of Object.prototype',
      when({ exists: 'context.toString' }),
      'rules[0].when.exists: got "context.toString", expected a context key that act declares',
    ],
    ['compares numbers with lt', when({ lt: ['context.n', '5'] }), 'rules[0].when.lt[1]: got "5", expected a number'],
    [
      'compares an attribute of type number with lt',
      when({ lt: ['context.s', 5] }),
      'rules[0].when.lt[0]: got "context.s (string)", expected an attribute of type number for "lt"',
    ],
    [
      'compares like with like',
      when({ eq: ['context.n', 'a'] }),
      'rules[0].when.eq[0]: got "context.n (number)", expected an attribute of type string for "eq"',
    ],
    [
      'looks into lists with contains',
      when({ contains: ['context.s', 'a'] }),
      'rules[0].when.contains[0]: got "context.s (string)", expected an attribute of type string[] for "contains"',
    ],
    [
      'lists values of one type',
      when({ in: ['context.s', ['a', 1]] }),
      'rules[0].when.in[1]: got ["a",1], expected values of one type',
    ],
    ['lists values', when({ in: ['context.s', []] }), 'rules[0].when.in[1]: got [], expected at least 1 items'],
    [
      'names a network',
      when({ cidr: ['context.s', '10.0.0.1/8'] }),
      'rules[0].when.cidr[1]: got "10.0.0.1/8", expected an IPv4 or IPv6 network such as "10.0.0.0/8"',
    ],
    [
      'tests the tenant in the platform document alone',
      when({ eq: ['tenant', 't2'] }),
      'rules[0].when.eq[0]: got "tenant", expected no test of the tenant outside the platform document',
    ],
    [
      'under not is held to the same',
      when({ not: { all: [{ exists: 'context.zz' }] } }),
      'rules[0].when.not.all[0].exists: got "context.zz", expected a context key that act declares',
    ],
    [
      'has times of day',
      when({ within: { from: '8:00', to: '24:00', timezone: 'UTC' } }),
      'rules[0].when.within.from: got "8:00", expected a time of day such as "08:00"',
    ],
    [
      'has a time zone there is',
      when({ within: { from: '08:00', to: '09:00', timezone: 'Mars/Olympus' } }),
      'rules[0].when.within.timezone: got "Mars/Olympus", expected an IANA time zone such as "Europe/Berlin"',
    ],
    [
      'has a span of some length',
      when({ within: { from: '08:00', to: '08:00', timezone: 'UTC' } }),
      'rules[0].when.within: got {"from":"08:00","to":"08:00","timezone":"UTC"}, expected "from" and "to" that differ',
    ],
    [
      'has days of the week',
      when({ within: { days: ['monday'], from: '08:00', to: '09:00', timezone: 'UTC' } }),
      'rules[0].when.within.days[0]: got "monday", expected "mon" or "tue" or "wed" or "thu" or "fri" or "sat" or "sun"',
    ],
    [
      'nests eight deep at most',
      when(nested(9)),
      `rules[0].when${'.not'.repeat(8)}: got {"exists":"subject"}, expected at most 8 levels of conditions`,
    ],
    [
      'holds 256 conditions at most',
      when({ all: Array.from({ length: 256 }, () => ({ exists: 'subject' })) }),
      'rules[0].when.all[255]: got {"exists":"subject"}, expected at most 256 conditions in one rule',
    ],
  ])('%s', (_name, document, line) => expect(lines(document)).toContain(line));

  it('may nest eight deep and hold 256 conditions, itself included', () => {
    expect(lines(when(nested(8)))).toEqual([]);
    expect(lines(when({ all: Array.from({ length: 255 }, () => ({ exists: 'subject' })) }))).toEqual([]);
  });

  it('of a rule for several intents needs the attribute in each of them', () => {
    const rule = { services: ['orbit'], resources: ['axon:/reason'], when: { exists: 'context.n' } };
    expect(lines(draft([permit('r', { ...rule, intents: ['act', 'look'] })]))).toEqual([
      'rules[0].when.exists: got "context.n", expected a context key that act, look declares',
    ]);
    expect(lines(draft([forbid('r', { intents: ['*'], when: { exists: 'context.n' } })]))).toEqual([]);
    expect(lines(draft([forbid('r', { intents: ['*'], when: { exists: 'context.zz' } })]))).toHaveLength(1);
  });

  it('of the platform may test the tenant', () => {
    expect(lines(platformDraft([forbid('r', { when: { in: ['tenant', ['t2']] } })]))).toEqual([]);
  });
});

describe('several defects', () => {
  it('are all reported at once, those of the schema before those of the rules together', () => {
    const rules = [
      permit('r', { effect: 'allow', mode: 'off', extra: 1 }),
      7,
      forbid('s', { when: { lt: ['context.n', 'x'] } }),
    ];
    expect(
      lines(draft(rules, { format: 2, revision: 'one', unknown: true }))
        .map((line) => line.split(':')[0] ?? '')
        .sort(),
    ).toEqual([
      'format',
      'revision',
      'rules[0].effect',
      'rules[0].extra',
      'rules[0].mode',
      'rules[1]',
      'rules[2].when.lt[1]',
      'unknown',
    ]);
    const forms = [
      permit('r', { services: ['*'], intents: ['fly'], quotas: ['q'], when: { exists: 'tenant' } }),
      forbid('r', { obligations: [{ type: 'single_use' }] }),
    ];
    expect(
      lines(draft(forms))
        .map((line) => line.split(':')[0] ?? '')
        .sort(),
    ).toEqual([
      'rules[0].intents[0]',
      'rules[0].quotas[0]',
      'rules[0].services[0]',
      'rules[0].when.exists',
      'rules[1].id',
      'rules[1].obligations',
    ]);
  });

  it('show long values cut short', () => {
    const [line = ''] = lines(draft([], { tenant: 'x'.repeat(100_000) }));
    expect(line.length).toBeLessThan(220);
  });
});

describe('limits', () => {
  it('hold rules, list items and the length of texts', () => {
    const many = Array.from({ length: policyLimits.rules + 1 }, (_, index) => forbid(`r${index}`));
    expect(lines(draft(many))[0]).toMatch(/^rules: got .*, expected at most 10000 items$/);
    expect(lines(draft(many.slice(1)))).toEqual([]);
    expect(lines(when({ in: ['context.s', Array.from({ length: 1001 }, String)] }))).toEqual([
      expect.stringContaining('at most 1000 items'),
    ]);
    expect(lines(when({ eq: ['context.s', 'x'.repeat(1025)] }))).toHaveLength(1);
    const quota = { limit: 1, windowSeconds: 1, per: ['tenant'] };
    const quotas = Object.fromEntries(Array.from({ length: 1001 }, (_, index) => [`q${index}`, quota]));
    expect(lines(draft([], { quotas }))).toEqual([expect.stringMatching(/^quotas: .* expected at most 1000 entries$/)]);
  });
});

describe('what was left out', () => {
  it('is filled in, and printed and read again as the same', () => {
    const reading = parsePolicy(
      JSON.stringify({
        format: 1,
        tenant: 't1',
        revision: 1,
        intents: { look: { resource: 'axon:/look' } },
        quotas: { q: { limit: 1, windowSeconds: 1, per: ['tenant'] } },
        rules: [{ id: 'r', effect: 'forbid', services: ['*'], intents: ['*'] }],
      }),
    );
    expect(reading).toMatchObject({
      ok: true,
      document: {
        intents: { look: { context: {} } },
        quotas: { q: { window: 'fixed' } },
        rules: [{ mode: 'enforce' }],
      },
    });
    expect(reading.ok && parsePolicy(printPolicy(reading.document))).toEqual(reading);
  });
});
