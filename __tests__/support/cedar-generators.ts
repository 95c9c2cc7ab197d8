// Documents, and many requests for each, of which Cedar can say all: also decimals, odd texts and odd names.
// Next: __tests__/support/cedar-differential.ts, which asks both engines.
import * as fc from 'fast-check';
import { type PolicyRequest } from '../../governance/policy/decide.ts';
import { type AttributeValue } from '../../governance/policy/operators.ts';
import { type DocumentDraft, noonMs } from './policy-fixtures.ts';
import { documents, requests } from './policy-generators.ts';

/** Two documents, a time and requests: enough for as many decisions. */
export interface CedarWorld {
  readonly tenant: DocumentDraft;
  readonly platform: DocumentDraft | null;
  readonly nowMs: number;
  readonly requests: readonly PolicyRequest[];
}

interface DraftedRule {
  readonly intents: readonly string[];
  readonly when?: unknown;
}

// `if` and `has` are words of Cedar's own; `d` is compared with fractions.
const more = { d: 'number', if: 'string', has: 'boolean', of: 'string[]', i: 'number' } as const;
const decimals = [-1.5, 0, 0.25, 0.7, 1, 1.0001];
const wholes = [-2, 0, 1, 9_007_199_254_740_991, -9_007_199_254_740_991];
const oddTexts = [
  'a*b',
  'a"b',
  String.raw`a\b`,
  'ä',
  '😀',
  'a\nb',
  '\u{202e}a',
  'axb',
  '\u{0}',
  '2001:db8::1',
  '::ffff:a01:203',
];

const decimal = fc.constantFrom(...decimals);
const whole = fc.constantFrom(...wholes);
const oddText = fc.constantFrom(...oddTexts);
const oddName = fc.constantFrom('context.if', 'context.if', 'subject', 'resource', 'service', 'intent');
const orders = ['eq', 'ne', 'lt', 'lte', 'gt', 'gte'] as const;

const leaf: fc.Arbitrary<unknown> = fc.oneof(
  fc.tuple(fc.constantFrom(...orders), decimal).map(([operator, value]) => ({ [operator]: ['context.d', value] })),
  fc.tuple(fc.constantFrom(...orders), whole).map(([operator, value]) => ({ [operator]: ['context.i', value] })),
  fc.array(decimal, { minLength: 1, maxLength: 3 }).map((values) => ({ in: ['context.d', values] })),
  fc.array(whole, { minLength: 1, maxLength: 3 }).map((values) => ({ in: ['context.i', values] })),
  fc.tuple(fc.constantFrom('eq', 'ne', 'startsWith'), oddName, oddText).map(([operator, name, value]) => ({
    [operator]: [name, value],
  })),
  fc
    .tuple(fc.constantFrom('eq', 'ne'), fc.boolean())
    .map(([operator, value]) => ({ [operator]: ['context.has', value] })),
  fc.constantFrom('eq', 'ne', 'startsWith').map((operator) => ({ [operator]: ['service', 'orbit'] })),
  fc.constantFrom('eq', 'ne').map((operator) => ({ [operator]: ['intent', 'act'] })),
  fc
    .array(fc.constantFrom('orbit', 'axon'), { minLength: 1, maxLength: 2 })
    .map((names) => ({ in: ['service', names] })),
  fc
    .tuple(oddName, fc.constantFrom('*', 'a*', 'a**b', '*"*', String.raw`*\*`, 'a*b', '😀*'))
    .map((pair) => ({ glob: pair })),
  oddText.map((value) => ({ contains: ['context.of', value] })),
  fc
    .tuple(
      fc.constantFrom('context.if', 'subject', 'service'),
      fc.constantFrom('2001:db8::/32', '10.1.0.0/16', '::ffff:10.0.0.0/8'),
    )
    .map((pair) => ({ cidr: pair })),
  fc
    .constantFrom('context.d', 'context.if', 'context.has', 'context.of', 'service', 'subject', 'intent')
    .map((name) => ({
      exists: name,
    })),
);

const several = fc.array(leaf, { minLength: 1, maxLength: 3 });
const condition: fc.Arbitrary<unknown> = fc.oneof(
  leaf,
  leaf.map((each) => ({ not: each })),
  several.map((all) => ({ all })),
  several.map((any) => ({ any })),
  several.map((any) => ({ not: { any: [{ not: { all: any } }] } })),
);

/** How a rule's own condition and another are joined; `null` leaves the rule as it is. */
type Joint = readonly [how: string, other: unknown] | null;

function joints(other: fc.Arbitrary<unknown>): fc.Arbitrary<Joint> {
  return fc.option(fc.tuple(fc.constantFrom('all', 'any', 'instead'), other), { freq: 2 });
}

/** What Cedar has no literal for. */
const unsayable: fc.Arbitrary<unknown> = fc.oneof(
  fc
    .tuple(fc.constantFrom(...orders), fc.constantFrom(0.000_01, 1e300))
    .map(([operator, value]) => ({ [operator]: ['context.d', value] })),
  fc
    .tuple(fc.constantFrom(...orders), fc.constantFrom(2 ** 53, -1e21))
    .map(([operator, value]) => ({ [operator]: ['context.i', value] })),
  fc.constantFrom('eq', 'ne', 'startsWith', 'glob').map((operator) => ({ [operator]: ['context.if', 'a\ud800'] })),
  fc.constantFrom(
    { in: ['context.i', [1, 1e17]] },
    { contains: ['context.of', '\udfff'] },
    { ne: ['service', '\ud800'] },
  ),
);

/** No permit for anyone; it makes `d` a decimal in every document. */
const fraction = {
  id: 'fraction',
  effect: 'permit',
  services: ['nobody'],
  intents: ['act', 'see'],
  resources: ['axon:/reason'],
  when: { lt: ['context.d', -99.5] },
};

function cedarDocuments(tenant: string, joint: fc.Arbitrary<Joint>): fc.Arbitrary<DocumentDraft> {
  return fc.tuple(documents(tenant), fc.array(joint, { minLength: 14, maxLength: 14 })).map(([document, joined]) => {
    const intents = document['intents'] as Record<string, { context?: object }>;
    const widened = (name: string) => ({ ...intents[name], context: { ...intents[name]?.context, ...more } });
    const rules = (document['rules'] as DraftedRule[]).map((rule, index) => join(rule, joined[index] ?? null));
    return {
      ...document,
      intents: { ...intents, act: widened('act'), see: widened('see') },
      rules: tenant === '*' ? rules : [...rules, fraction],
    };
  });
}

function join(rule: DraftedRule, joined: Joint): object {
  if (joined === null || rule.intents.includes('bare')) return rule;
  const [how, other] = joined;
  return { ...rule, when: how === 'instead' || rule.when === undefined ? other : { [how]: [rule.when, other] } };
}

const anything: fc.Arbitrary<AttributeValue> = fc.oneof(
  fc.constantFrom(2, 77),
  oddText,
  fc.boolean(),
  fc.constant(['a']),
);
const mostly = (typed: fc.Arbitrary<AttributeValue>) =>
  fc.oneof({ weight: 7, arbitrary: typed }, { weight: 1, arbitrary: anything });

/** What {@link more} declares, some of it, some of another type. */
const moreContext = fc.record(
  {
    d: mostly(decimal),
    i: mostly(whole),
    if: mostly(oddText),
    has: mostly(fc.boolean()),
    of: mostly(fc.array(oddText, { maxLength: 2 })),
  },
  { requiredKeys: [] },
);

/** Names of what a caller computes: none of them may come from a request. */
const posing = fc.constantFrom<PolicyRequest['context']>(
  { request_subject: 'user:a' },
  { wrong_type: ['d', 'n', 's'] },
  { window_1: true },
  { address_of_s: '10.1.2.3' },
  JSON.parse('{"__proto__":"a"}') as PolicyRequest['context'],
);

/** Numbers and texts that no value of Cedar is equal to. */
const unheldContext = fc.record(
  {
    d: fc.constantFrom(0.000_01, -1e300, 0.250_01),
    i: fc.constantFrom(0.5, 2 ** 53, -1e21),
    n: fc.constantFrom(0.5, 1.5, 2.999),
    if: fc.constantFrom('a\ud800', '\udfff'),
    of: fc.constant(['a', '\ud800']),
  },
  { requiredKeys: [] },
);

function cedarRequest(added: fc.Arbitrary<object>): fc.Arbitrary<PolicyRequest> {
  return fc
    .tuple(requests(), added)
    .map(([request, context]) =>
      request.intent === 'act' || request.intent === 'see'
        ? { ...request, context: { ...request.context, ...(context as PolicyRequest['context']) } }
        : request,
    );
}

/** Worlds with as many requests. */
export function cedarWorlds(requestCount: number): fc.Arbitrary<CedarWorld> {
  return worldsOf(
    requestCount,
    condition,
    fc.oneof({ weight: 40, arbitrary: moreContext }, { weight: 1, arbitrary: posing }),
  );
}

/** Worlds of which Cedar cannot say or hold everything. */
export function unsayableWorlds(requestCount: number): fc.Arbitrary<CedarWorld> {
  const mixed = fc.oneof(
    unsayable,
    unsayable.map((each) => ({ not: each })),
    fc.tuple(unsayable, leaf).map((any) => ({ any })),
    condition,
  );
  return worldsOf(requestCount, mixed, fc.oneof(moreContext, unheldContext));
}

function worldsOf(
  requestCount: number,
  other: fc.Arbitrary<unknown>,
  added: fc.Arbitrary<object>,
): fc.Arbitrary<CedarWorld> {
  return fc.record({
    tenant: cedarDocuments('t1', joints(other)),
    platform: fc.oneof(fc.constant(null), cedarDocuments('*', joints(other))),
    nowMs: fc.constantFrom(noonMs, noonMs - 1, noonMs - 1, noonMs - 6 * 3_600_000, noonMs - 9 * 3_600_000),
    requests: fc.array(cedarRequest(added), { minLength: requestCount, maxLength: requestCount }),
  });
}
