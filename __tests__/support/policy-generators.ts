// Documents and requests at random, from alphabets so small that rules and requests meet often.
// Next: __tests__/governance/policy/properties.test.ts, which says what must hold of all of them.
import * as fc from 'fast-check';
import { type PolicyRequest } from '../../governance/policy/decide.ts';
import { type AttributeValue } from '../../governance/policy/operators.ts';
import { type DocumentDraft, noonMs } from './policy-fixtures.ts';

/** A tenant's document, the platform's or none, a request and its time: all that a decision depends on. */
export interface World {
  readonly tenant: DocumentDraft;
  readonly platform: DocumentDraft | null;
  readonly request: PolicyRequest;
  readonly nowMs: number;
}

const texts = ['a', 'b', 'ab', '', '10.1.2.3', '::ffff:10.1.2.3', '11.0.0.1', 'fd00::1'];
const subjects = ['user:a', 'user:b', 'agent:a'];
const resources = ['axon:/reason', 'axon:/look', 'axon:/files'];
const context = { n: 'number', s: 'string', b: 'boolean', t: 'string[]', toString: 'string' };
const intents = {
  act: { resource: 'axon:/reason', context },
  see: { resource: 'axon:/look', context },
  bare: { resource: 'axon:/reason' },
};
const windows = {
  quotaA: { limit: 1, windowSeconds: 1, per: ['tenant'] },
  quotaB: { limit: 2, windowSeconds: 1, per: ['subject'] },
};
const quotas = { 'quota-a': windows.quotaA, 'quota-b': windows.quotaB };

const number = fc.constantFrom(0, 1, 2, 3);
const text = fc.constantFrom(...texts);
const nonEmpty = fc.constantFrom(...texts.filter((each) => each !== ''));
const textAttribute = fc.constantFrom('context.s', 'context.s', 'context.toString', 'subject', 'resource');
const anyText = fc.oneof(nonEmpty, fc.constantFrom(...subjects, ...resources));
const network = fc.constantFrom('10.0.0.0/8', '10.1.0.0/16', '0.0.0.0/0', 'fd00::/8', '::/0');
const time = fc.constantFrom('00:00', '06:00', '11:30', '12:00', '12:30', '18:00');

const within = fc
  .record({
    days: fc.constantFrom(['wed'], ['tue'], ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']),
    from: time,
    to: time,
    timezone: fc.constantFrom('UTC', 'Asia/Kathmandu', 'America/New_York'),
  })
  .filter(({ from, to }) => from !== to)
  .map((span) => ({ within: span }));

/** A leaf that any intent with the common context may use; one that names the subject or resource for those without. */
function leaf(bare: boolean): fc.Arbitrary<unknown> {
  const attribute = bare ? fc.constantFrom('subject', 'resource') : textAttribute;
  const numeric = fc.tuple(fc.constant('context.n'), number);
  const ofText = [
    fc.tuple(attribute, anyText).map((pair) => ({ eq: pair })),
    fc.tuple(attribute, anyText).map((pair) => ({ ne: pair })),
    fc.tuple(attribute, fc.array(anyText, { minLength: 1, maxLength: 3 })).map((pair) => ({ in: pair })),
    fc.tuple(attribute, fc.constantFrom('a', 'user:', 'axon:/', '1')).map((pair) => ({ startsWith: pair })),
    fc
      .tuple(attribute, fc.constantFrom('*', 'a*', '*b', 'user:*', '*1*1', 'axon:/*o*'))
      .map((pair) => ({ glob: pair })),
    fc.tuple(attribute, network).map((pair) => ({ cidr: pair })),
    attribute.map((name) => ({ exists: name })),
    within,
  ];
  if (bare) return fc.oneof(...ofText);
  return fc.oneof(
    ...ofText,
    ...(['eq', 'ne', 'lt', 'lte', 'gt', 'gte'] as const).map((operator) =>
      numeric.map((pair) => ({ [operator]: pair })),
    ),
    fc.tuple(fc.constant('context.n'), fc.array(number, { minLength: 1, maxLength: 3 })).map((pair) => ({ in: pair })),
    fc.tuple(fc.constant('context.b'), fc.boolean()).map((pair) => ({ eq: pair })),
    fc.tuple(fc.constant('context.t'), nonEmpty).map((pair) => ({ contains: pair })),
    fc.constantFrom('context.n', 'context.b', 'context.t').map((name) => ({ exists: name })),
  );
}

/** A condition of at most three levels. */
function condition(bare: boolean, depth = 3): fc.Arbitrary<unknown> {
  if (depth === 1) return leaf(bare);
  const inner = condition(bare, depth - 1);
  const several = fc.array(inner, { minLength: 1, maxLength: 3 });
  return fc.oneof(
    { weight: 4, arbitrary: leaf(bare) },
    { weight: 3, arbitrary: several.map((conditions) => ({ all: conditions })) },
    { weight: 1, arbitrary: several.map((conditions) => ({ any: conditions })) },
    { weight: 1, arbitrary: inner.map((each) => ({ not: each })) },
  );
}

const obligation = fc.constantFrom<unknown>(
  { type: 'single_use' },
  { type: 'limit', field: 'maxTokens', max: 5 },
  { type: 'redact', fields: ['system'] },
  { type: 'log', fields: { team: 'a' } },
);
const mode = fc.constantFrom('enforce', 'enforce', 'enforce', 'shadow');
const someOf = <T>(...items: T[]) => fc.subarray(items, { minLength: 1 });
/** The intents a rule names, and whether its condition must do without context. */
const intentChoice = fc.oneof(
  { weight: 4, arbitrary: fc.constant({ intents: ['act'], bare: false }) },
  { weight: 1, arbitrary: fc.constant({ intents: ['act', 'see'], bare: false }) },
  { weight: 1, arbitrary: fc.constant({ intents: ['bare', 'act'], bare: true }) },
);

/** A permit, without its id. */
export function permits(): fc.Arbitrary<object> {
  return intentChoice.chain(({ intents: named, bare }) =>
    fc
      .record(
        {
          effect: fc.constant('permit'),
          services: fc.constantFrom(['orbit'], ['orbit'], ['axon'], ['axon', 'orbit', 'orbit']),
          intents: fc.constant(named),
          resources: fc.oneof(
            { weight: 3, arbitrary: fc.constant(['axon:/reason']) },
            { weight: 1, arbitrary: someOf(...resources) },
          ),
          when: condition(bare),
          quotas: fc.subarray(['quota-a', 'quota-b']),
          obligations: fc.array(obligation, { minLength: 1, maxLength: 2 }),
          mode,
        },
        { requiredKeys: ['effect', 'services', 'intents', 'resources'] },
      )
      .map((rule) => withoutEmptyQuotas(rule)),
  );
}

/** A forbid, without its id. */
export function forbids(): fc.Arbitrary<object> {
  const choice = fc.oneof(intentChoice, fc.constant({ intents: ['*'], bare: false }));
  return choice.chain(({ intents: named, bare }) =>
    fc.record(
      {
        effect: fc.constant('forbid'),
        services: fc.constantFrom(['*'], ['orbit'], ['axon'], ['*', 'orbit']),
        intents: fc.constant(named),
        resources: fc.oneof(
          fc.constant(['axon:/reason']),
          someOf('axon:/*', '*', '*:/look', 'axon:/reason', 'axon:/files*'),
        ),
        // An unconditional forbid would hide all else too often.
        when: fc.oneof(
          { weight: 3, arbitrary: fc.tuple(condition(bare), leaf(bare)).map((all) => ({ all })) },
          { weight: 1, arbitrary: condition(bare) },
        ),
        mode,
      },
      { requiredKeys: ['effect', 'services', 'intents', 'when'] },
    ),
  );
}

/** A document of a tenant (permits and forbids) or of the platform (forbids), ids shuffled against positions. */
export function documents(tenant: string): fc.Arbitrary<DocumentDraft> {
  const rule =
    tenant === '*' ? forbids() : fc.oneof({ weight: 3, arbitrary: permits() }, { weight: 1, arbitrary: forbids() });
  const rules = fc.array(rule, { maxLength: tenant === '*' ? 4 : 14 }).chain((all) =>
    fc
      .shuffledSubarray(
        all.map((_, index) => `r${index}`),
        { minLength: all.length, maxLength: all.length },
      )
      .map((ids) => all.map((each, index) => ({ id: ids[index], ...each }))),
  );
  return fc
    .record({
      rules,
      quotas: fc.constantFrom(quotas, tenant === '*' ? {} : quotas),
      validUntil: fc.constantFrom(undefined, undefined, undefined, '2026-03-11T12:00:00Z'),
    })
    .map((parts) => ({ format: 1, tenant, revision: 1, intents, ...parts }));
}

const value: fc.Arbitrary<AttributeValue> = fc.oneof(number, text, fc.boolean(), fc.array(nonEmpty, { maxLength: 3 }));
const mostly = (typed: fc.Arbitrary<AttributeValue>) =>
  fc.oneof({ weight: 6, arbitrary: typed }, { weight: 1, arbitrary: value });

/** A request: attributes missing or of another type now and then, tenant and intent known most of the time. */
export function requests(): fc.Arbitrary<PolicyRequest> {
  const typed = {
    n: mostly(number),
    s: mostly(text),
    b: mostly(fc.boolean()),
    t: mostly(fc.array(nonEmpty, { maxLength: 3 })),
    toString: mostly(text),
  };
  const declared = fc.record(typed, { requiredKeys: [] });
  const attributes = fc.record({ ...typed, undeclared: value }, { requiredKeys: ['undeclared'] });
  const of = (intent: fc.Arbitrary<string>, given: fc.Arbitrary<PolicyRequest['context']>) =>
    fc.record(
      {
        service: fc.constantFrom('orbit', 'orbit', 'orbit', 'orbit', 'orbit', 'orbit', 'axon', 'ghost'),
        intent,
        tenant: fc.constantFrom(...Array.from({ length: 19 }, () => 't1'), 't2'),
        subject: fc.constantFrom(...subjects),
        resource: fc.constantFrom('axon:/reason', 'axon:/reason', 'axon:/reason', ...resources),
        context: given,
      },
      { requiredKeys: ['service', 'intent', 'tenant', 'context'] },
    );
  return fc.oneof(
    {
      weight: 12,
      arbitrary: of(fc.constantFrom('act', 'act', 'act', 'see'), declared as fc.Arbitrary<PolicyRequest['context']>),
    },
    { weight: 2, arbitrary: of(fc.constant('bare'), fc.constant({})) },
    {
      weight: 1,
      arbitrary: of(
        fc.constantFrom('act', 'bare', 'fly', 'constructor', '*'),
        attributes as fc.Arbitrary<PolicyRequest['context']>,
      ),
    },
  );
}

/** Everything that a decision depends on. */
export function worlds(): fc.Arbitrary<World> {
  return fc.record({
    tenant: documents('t1'),
    platform: fc.oneof(fc.constant(null), documents('*')),
    request: requests(),
    nowMs: fc.constantFrom(noonMs, noonMs - 1, noonMs - 6 * 3_600_000, noonMs - 9 * 3_600_000),
  });
}

function withoutEmptyQuotas(rule: { readonly quotas?: readonly string[] }): object {
  const { quotas: charged, ...rest } = rule;
  return charged && charged.length > 0 ? { ...rest, quotas: charged } : rest;
}
