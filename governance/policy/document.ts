// The policy document: everything a security engineer may write, as zod schemas, and nothing else.
// Next: governance/policy/parse.ts, which reads one from text and checks what no single field can.
import * as z from 'zod/mini';

/** What one document may hold at most. They bound the time and memory of parsing, compiling and deciding. */
export const policyLimits = {
  documentBytes: 8 * 1024 * 1024,
  nestingDepth: 32,
  rules: 10_000,
  intents: 1000,
  quotas: 1000,
  listItems: 1000,
  conditionDepth: 8,
  conditionNodes: 256,
  textLength: 1024,
} as const;

/** The tenant name of the platform's own document, whose forbids and quotas bind every tenant. */
export const platformTenant = '*';

const pattern = (regex: RegExp, expected: string) => z.string().check(z.regex(regex, expected));
const text = z.string().check(z.minLength(1), z.maxLength(policyLimits.textLength));
const finite = z.number();
const listOf = <T extends z.ZodMiniType>(item: T) =>
  z.array(item).check(z.minLength(1), z.maxLength(policyLimits.listItems));

/** What names look like. */
export const namePatterns = {
  service: /^[a-z][a-z0-9-]{0,62}$/,
  intent: /^[a-z][a-z0-9_]{0,63}$/,
  tenant: /^[a-z0-9][a-z0-9-]{0,62}$/,
  resource: /^[a-z][a-z0-9-]{0,62}:\/[\x21-\x29\x2b-\x7e]{0,255}$/,
  attributeKey: /^[a-zA-Z][a-zA-Z0-9]{0,63}$/,
  subject: /^(user|agent):[\x21-\x7e]{1,200}$/,
} as const;

/** Name of a calling workload: `orbit`. */
export const ServiceName = pattern(namePatterns.service, 'a service name such as "orbit"');
/** Name of what a caller wants to do: `call_reasoning`. */
export const IntentName = pattern(namePatterns.intent, 'an intent name such as "call_reasoning"');
/** Name of a tenant: `default`. The platform's `*` is not one. */
export const TenantName = pattern(namePatterns.tenant, 'a tenant name such as "default"');
/** What is acted upon: `<audience>:<path>`, `axon:/reason`. */
export const ResourceName = pattern(namePatterns.resource, 'a resource such as "axon:/reason"');
/** Name of one context attribute: `maxTokens`. */
export const AttributeKey = pattern(namePatterns.attributeKey, 'a context key such as "maxTokens"');

const orAny = ({ source }: RegExp, expected: string) => pattern(new RegExp(`^\\*$|${source}`), expected);
const resourcePattern = pattern(
  /^(\*|[a-z*][a-z0-9*-]{0,62}:\/[\x21-\x7e]{0,255})$/,
  'a resource such as "axon:/reason", or in a forbid a pattern such as "axon:/*"',
);
const ruleId = pattern(/^[a-z0-9][a-z0-9._-]{0,127}$/, 'an id such as "orbit-may-reason"');
const attribute = pattern(
  /^(context\.[a-zA-Z][a-zA-Z0-9]{0,63}|subject|resource|service|intent|tenant)$/,
  '"context.<key>", "subject", "resource", "service", "intent" or "tenant"',
);
const timeOfDay = pattern(/^([01]\d|2[0-3]):[0-5]\d$/, 'a time of day such as "08:00"');
const timezone = text.check(z.refine(isTimezone, 'an IANA time zone such as "Europe/Berlin"'));

/** The days of the week, Monday first, as `within` names them. */
export const daysOfWeek = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;

/**
 * A recurring span of local time. `from` is inside, `to` is not; when `to` is earlier than `from` the span runs past
 * midnight and belongs to the day it began on.
 */
export const Within = z
  .strictObject({ days: z.optional(listOf(z.enum(daysOfWeek))), from: timeOfDay, to: timeOfDay, timezone })
  .check(z.refine(({ from, to }) => from !== to, '"from" and "to" that differ'));
/** A parsed `Within`. */
export type Within = z.infer<typeof Within>;

const scalar = z.union([z.string().check(z.maxLength(policyLimits.textLength)), finite, z.boolean()]);
const compareNumber = z.tuple([attribute, finite]);
const compareText = z.tuple([attribute, text]);

/**
 * A condition: exactly one operator. A leaf compares one attribute with a literal; `all`, `any` and `not` combine.
 * There are no regular expressions, loops or code, so that every evaluation ends in bounded time.
 */
export const Condition = z.strictObject({
  eq: z.optional(z.tuple([attribute, scalar])),
  ne: z.optional(z.tuple([attribute, scalar])),
  in: z.optional(z.tuple([attribute, listOf(z.union([text, finite]))])),
  lt: z.optional(compareNumber),
  lte: z.optional(compareNumber),
  gt: z.optional(compareNumber),
  gte: z.optional(compareNumber),
  contains: z.optional(compareText),
  startsWith: z.optional(compareText),
  glob: z.optional(z.tuple([attribute, text.check(z.maxLength(256))])),
  cidr: z.optional(z.tuple([attribute, text])),
  exists: z.optional(attribute),
  within: z.optional(Within),
  get all() {
    return z.optional(listOf(Condition));
  },
  get any() {
    return z.optional(listOf(Condition));
  },
  get not() {
    return z.optional(Condition);
  },
});
/** A parsed `Condition`. */
export type Condition = z.infer<typeof Condition>;
/** The name of an operator. */
export type Operator = keyof Condition;

/** Caps a numeric field of the call; a missing field is set to the cap. */
export const LimitObligation = z.strictObject({
  type: z.literal('limit'),
  field: AttributeKey,
  max: finite.check(z.nonnegative()),
});
/** Fields removed from the call and from the logs before anything reads them. */
export const RedactObligation = z.strictObject({ type: z.literal('redact'), fields: listOf(AttributeKey) });
/** The grant is also recorded in shared storage, so that no two executors can both accept it. */
export const SingleUseObligation = z.strictObject({ type: z.literal('single_use') });
/** Extra fields for the audit record and the request logs. */
export const LogObligation = z.strictObject({ type: z.literal('log'), fields: z.record(AttributeKey, scalar) });
/** What a permit demands of whoever carries it out. An enforcer that does not know one must refuse. */
export const Obligation = z.discriminatedUnion('type', [
  LimitObligation,
  RedactObligation,
  SingleUseObligation,
  LogObligation,
]);
/** A parsed `Obligation`. */
export type Obligation = z.infer<typeof Obligation>;

/** What a context attribute may be. */
export const AttributeType = z.enum(['string', 'number', 'boolean', 'string[]']);
/** A parsed `AttributeType`. */
export type AttributeType = z.infer<typeof AttributeType>;

/** One thing a caller may want: the resource it acts upon, and the context attributes it is judged by. */
export const Intent = z.strictObject({
  resource: ResourceName,
  context: z._default(z.record(AttributeKey, AttributeType), {}),
});

/** How many permitted decisions may pass in a window, counted apart for each combination of `per`. */
export const Quota = z.strictObject({
  limit: z.int().check(z.positive(), z.maximum(1_000_000_000)),
  windowSeconds: z.int().check(z.positive(), z.maximum(31 * 24 * 3600)),
  per: listOf(z.enum(['tenant', 'service', 'subject', 'intent'])),
  window: z._default(z.enum(['fixed', 'sliding']), 'fixed'),
});
/** A parsed `Quota`. */
export type Quota = z.infer<typeof Quota>;

/** One rule. What it may name depends on its effect; `parsePolicy` checks that. */
export const Rule = z.strictObject({
  id: ruleId,
  description: z.optional(text),
  effect: z.enum(['permit', 'forbid']),
  services: listOf(orAny(namePatterns.service, 'a service name such as "orbit", or "*"')),
  intents: listOf(orAny(namePatterns.intent, 'an intent name such as "call_reasoning", or "*"')),
  resources: z.optional(listOf(resourcePattern)),
  when: z.optional(Condition),
  quotas: z.optional(listOf(ruleId)),
  obligations: z.optional(listOf(Obligation)),
  mode: z._default(z.enum(['enforce', 'shadow']), 'enforce'),
});
/** A parsed `Rule`. */
export type Rule = z.infer<typeof Rule>;

const boundedRecord = <K extends z.ZodMiniType<string>, V extends z.ZodMiniType>(key: K, value: V, most: number) =>
  z.record(key, value).check(z.refine((record) => Object.keys(record).length <= most, `at most ${most} entries`));

/** The whole document of one tenant, or of the platform (`tenant: "*"`). */
export const PolicyDocument = z.strictObject({
  $schema: z.optional(text),
  format: z.literal(1),
  tenant: orAny(namePatterns.tenant, 'a tenant name such as "default", or "*" for the platform'),
  revision: z.int().check(z.positive(), z.maximum(999_999_999)),
  description: z.optional(text),
  validUntil: z.optional(z.iso.datetime({ offset: true })),
  intents: z._default(boundedRecord(IntentName, Intent, policyLimits.intents), {}),
  quotas: z._default(boundedRecord(ruleId, Quota, policyLimits.quotas), {}),
  rules: z.array(Rule).check(z.maxLength(policyLimits.rules)),
});
/** A parsed `PolicyDocument`. */
export type PolicyDocument = z.infer<typeof PolicyDocument>;

function isTimezone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}
