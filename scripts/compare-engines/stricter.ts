// Where ours is stricter than the same policy written in Cedar by hand, as engineers first write it: without `has`.
// Next: scripts/compare-engines/render.ts, which makes a table of them.
import * as cedar from '@cedar-policy/cedar-wasm/nodejs';
import { exportCedar } from '../../governance/policy/cedar/export-cedar.ts';
import { cedarRequests } from '../../governance/policy/cedar/request.ts';
import { compilePolicy } from '../../governance/policy/compile.ts';
import { decide } from '../../governance/policy/decide.ts';
import { type AttributeType } from '../../governance/policy/document.ts';
import { parsePolicy } from '../../governance/policy/parse.ts';
import { askCedar, type CedarTypes, policyText, schemaOf } from './cedar.ts';
import { type Answer, asked } from './situation.ts';

/** One place. The forbid beside an unconditional permit has this condition; with `permits` the one rule is a permit. */
export interface StricterPlace {
  readonly name: string;
  readonly ours: object;
  readonly byHand: string;
  readonly types: Readonly<Record<string, AttributeType>>;
  readonly context: Readonly<Record<string, string | number | boolean | readonly string[]>>;
  readonly permits?: true;
  /** The types and values that the text by hand is given, where they are others. */
  readonly inCedar?: { readonly types: CedarTypes; readonly context: cedar.Context };
}

/** What each answers. */
export interface StricterAnswers {
  readonly ours: Answer;
  /** The text by hand, without a schema. */
  readonly byHand: Answer;
  /** The text by hand, with a schema in which every attribute is required. */
  readonly required: Answer;
  /** The text by hand, with a schema in which every attribute is optional. */
  readonly optional: Answer;
  /** What `policy export cedar` writes, with its own schema. */
  readonly exported: Answer;
}

const number = { maxTokens: 'number' } as const;
const tier = { tier: 'string' } as const;

/** All places. Each is denied by ours. */
export const stricterPlaces: readonly StricterPlace[] = [
  {
    name: 'a forbid compares a number that is missing',
    ours: { gt: ['context.maxTokens', 8192] },
    byHand: 'context.maxTokens > 8192',
    types: number,
    context: {},
  },
  {
    name: 'a forbid compares a number that came as text',
    ours: { gt: ['context.maxTokens', 8192] },
    byHand: 'context.maxTokens > 8192',
    types: number,
    context: { maxTokens: '9000' },
  },
  {
    name: 'a forbid asks for equality with what is missing',
    ours: { eq: ['context.tier', 'blocked'] },
    byHand: 'context.tier == "blocked"',
    types: tier,
    context: {},
  },
  {
    name: 'a forbid asks for equality with a value of another type',
    ours: { eq: ['context.maxTokens', 9000] },
    byHand: 'context.maxTokens == 9000',
    types: number,
    context: { maxTokens: '9000' },
  },
  {
    name: 'a forbid asks for inequality with what is missing',
    ours: { ne: ['context.tier', 'trusted'] },
    byHand: 'context.tier != "trusted"',
    types: tier,
    context: {},
  },
  {
    name: '"not" over what is missing',
    ours: { not: { eq: ['context.tier', 'trusted'] } },
    byHand: '!(context.tier == "trusted")',
    types: tier,
    context: {},
  },
  {
    name: '"not" over a value of another type',
    ours: { not: { startsWith: ['context.tier', 'trusted'] } },
    byHand: '!(context.tier like "trusted*")',
    types: tier,
    context: { tier: 1 },
  },
  {
    name: '"any" whose first part is missing and whose second holds',
    ours: { any: [{ eq: ['context.tier', 'blocked'] }, { gt: ['context.maxTokens', 8192] }] },
    byHand: 'context.tier == "blocked" || context.maxTokens > 8192',
    types: { ...number, ...tier },
    context: { maxTokens: 9000 },
  },
  {
    name: '"all" of which one part holds and one is missing',
    ours: { all: [{ gt: ['context.maxTokens', 8192] }, { eq: ['context.tier', 'blocked'] }] },
    byHand: 'context.maxTokens > 8192 && context.tier == "blocked"',
    types: { ...number, ...tier },
    context: { maxTokens: 9000 },
  },
  {
    name: 'a pattern against a number',
    ours: { glob: ['context.tier', '*blocked*'] },
    byHand: 'context.tier like "*blocked*"',
    types: tier,
    context: { tier: 7 },
  },
  {
    name: 'a text where a list is expected',
    ours: { contains: ['context.tags', 'confidential'] },
    byHand: 'context.tags.contains("confidential")',
    types: { tags: 'string[]' },
    context: { tags: 'confidential' },
  },
  {
    name: 'a flag that came as text',
    ours: { eq: ['context.external', true] },
    byHand: 'context.external',
    types: { external: 'boolean' },
    context: { external: 'true' },
  },
  {
    name: 'a network and text that is no address',
    ours: { cidr: ['context.source', '10.0.0.0/8'] },
    byHand: 'ip(context.source).isInRange(ip("10.0.0.0/8"))',
    types: { source: 'string' },
    context: { source: 'unknown' },
  },
  {
    name: 'a network and an IPv4-mapped address',
    ours: { cidr: ['context.source', '10.0.0.0/8'] },
    byHand: 'ip(context.source).isInRange(ip("10.0.0.0/8"))',
    types: { source: 'string' },
    context: { source: '::ffff:a01:203' },
  },
  {
    name: 'a network and an IPv4-mapped address, passed as an address',
    ours: { cidr: ['context.source', '10.0.0.0/8'] },
    byHand: 'context.source.isInRange(ip("10.0.0.0/8"))',
    types: { source: 'string' },
    context: { source: '::ffff:a01:203' },
    inCedar: { types: { source: 'ipaddr' }, context: { source: { __extn: { fn: 'ip', arg: '::ffff:a01:203' } } } },
  },
  {
    name: 'a forbid with the guard that the validator asks for',
    ours: { eq: ['context.tier', 'blocked'] },
    byHand: 'context has tier && context.tier == "blocked"',
    types: tier,
    context: {},
  },
  {
    name: 'a permit for all but one, and a value of another type',
    ours: { ne: ['context.tier', 'guest'] },
    byHand: 'context.tier != "guest"',
    types: tier,
    context: { tier: 1 },
    permits: true,
  },
  {
    name: 'a key that the policy does not declare',
    ours: { gt: ['context.maxTokens', 8192] },
    byHand: 'context.maxTokens > 8192',
    types: number,
    context: { maxTokens: 1, max_tokens: 9000 },
  },
];

/** Asks both engines. @throws Error when our document is not valid */
export function answerStricter(place: StricterPlace): StricterAnswers {
  const { ours, byHand, types, context, permits, inCedar } = place;
  const names = { services: [asked.service], intents: [asked.intent] };
  const permit = { id: 'permit', effect: 'permit', ...names, resources: [asked.resource] };
  const rules = permits
    ? [{ ...permit, when: ours }]
    : [permit, { id: 'forbid', effect: 'forbid', ...names, when: ours }];
  const intents = { [asked.intent]: { resource: asked.resource, context: types } };
  const reading = parsePolicy(JSON.stringify({ format: 1, tenant: 'default', revision: 1, intents, rules }));
  if (!reading.ok) throw new Error(`got ${JSON.stringify(reading.issues)}, expected a document`);
  const request = { service: asked.service, intent: asked.intent, tenant: 'default', context };
  const nowMs = Date.now();

  const exported = exportCedar(reading.document, null);
  const converted = cedarRequests(exported.vocabulary)(request, nowMs);
  const byExport =
    converted &&
    cedar.isAuthorized({
      ...converted,
      context: converted.context as cedar.Context,
      policies: { staticPolicies: exported.text },
      schema: exported.schema,
      validateRequest: true,
      entities: [],
    });
  const whole = policyText(byHand);
  const text = permits ? whole.slice(whole.indexOf('\n') + 1).replace('forbid', 'permit') : whole;
  const given = inCedar ?? { types: cedarTypes(types), context: context as cedar.Context };
  const ask = (required: boolean | null): Answer =>
    askCedar(text, given.context, required === null ? null : schemaOf(given.types, required));
  return {
    ours: decide(compilePolicy(reading.document, 'digest'), null, request, nowMs).allowed ? 'allow' : 'deny',
    byHand: ask(null),
    required: ask(true),
    optional: ask(false),
    exported: byExport?.type === 'success' ? byExport.response.decision : 'error',
  };
}

function cedarTypes(types: StricterPlace['types']): CedarTypes {
  const names = { number: 'Long', boolean: 'Boolean', string: 'String', 'string[]': 'Set' } as const;
  return Object.fromEntries(Object.entries(types).map(([key, type]) => [key, names[type]]));
}
