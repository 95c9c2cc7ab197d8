// What each field of a policy document means, in words: for editors, which show it, and for the reference of docs/policy.md.
// Next: governance/policy/document.ts, the schemas that are described.
import * as z from 'zod/mini';
import {
  AttributeKey,
  Condition,
  Intent,
  LimitObligation,
  LogObligation,
  PolicyDocument,
  Quota,
  RedactObligation,
  Rule,
  SingleUseObligation,
  Within,
} from './document.ts';

/** An object of the document and its fields, each with what it means. */
export interface DescribedObject {
  readonly name: string;
  readonly meaning: string;
  readonly schema: z.ZodMiniObject;
  readonly fields: Readonly<Record<string, string>>;
}

/** Every object that a document is made of, in the order one meets them. */
export const describedObjects: readonly DescribedObject[] = [
  {
    name: 'Document',
    meaning: 'The whole policy of one tenant, or of the platform.',
    schema: PolicyDocument,
    fields: {
      $schema: 'Where an editor finds the JSON Schema.',
      format: 'The version of this language.',
      tenant: 'Whose requests it decides; "*" is the platform, whose forbids and quotas bind every tenant.',
      revision: 'A number that rises with every publication. An older one is never taken.',
      description: 'For people.',
      validUntil: 'After this instant every request is denied as `policy_expired`.',
      intents: 'What callers may want, by name. A request with another intent is denied.',
      quotas:
        "Counters by name. The platform's bind every permitted decision, a tenant's those permits that name them.",
      rules: 'Permits and forbids. Their order means nothing.',
    },
  },
  {
    name: 'Intent',
    meaning: 'One thing that a caller may want.',
    schema: Intent,
    fields: {
      resource: 'What it acts upon where the request does not say: audience, colon, path.',
      context: 'The attributes it is judged by, each with its type. A request with another attribute is invalid.',
    },
  },
  {
    name: 'Quota',
    meaning: 'How many permitted decisions may pass in a window of time.',
    schema: Quota,
    fields: {
      limit: 'Decisions in one window.',
      windowSeconds: 'Length of the window, up to 31 days.',
      per: 'Counted apart for each combination of these.',
      window:
        '`fixed` windows begin at multiples of their length; a `sliding` one weighs the window before by the share of it still in reach.',
    },
  },
  {
    name: 'Rule',
    meaning: 'A permit or a forbid. A forbid beats every permit; what nothing permits is denied.',
    schema: Rule,
    fields: {
      id: 'Decisions and audit records name it.',
      description: 'For people.',
      effect: 'Whether it permits or forbids. The platform only forbids.',
      services: 'The calling workloads. "*" is for forbids alone.',
      intents: 'What is wanted. "*" is for forbids alone.',
      resources: 'What is acted upon. A permit names each exactly; in a forbid "*" stands for any characters.',
      when: 'The condition. Where an attribute is missing or of the wrong type, a permit does not match and a forbid does.',
      quotas: 'Of a permit: what a permitted decision is charged to. The union over all permits that match.',
      obligations: 'Of a permit: what the executor must do. The union over all permits that match.',
      mode: 'A `shadow` rule never changes an answer; the decision says what it would have done.',
    },
  },
  {
    name: 'Condition',
    meaning:
      'Exactly one operator. An attribute is `context.<key>`, `subject`, `resource`, `service` or `intent`; the platform may also ask for `tenant`.',
    schema: Condition,
    fields: {
      eq: 'The attribute equals the literal, and has its type.',
      ne: 'It has the type of the literal and another value.',
      in: 'It is one of the values, all of one type.',
      lt: 'It is a number below.',
      lte: 'It is a number at most.',
      gt: 'It is a number above.',
      gte: 'It is a number at least.',
      contains: 'The list contains the text.',
      startsWith: 'The text starts with the literal.',
      glob: 'The text matches; "*" stands for any characters, everything else for itself.',
      cidr: 'The text is an address in the network. An IPv4-mapped IPv6 address counts as IPv4.',
      exists: 'The request has the attribute, whatever its type.',
      within: 'The time of the decision lies in a recurring span.',
      all: 'All of these hold.',
      any: 'At least one of these holds.',
      not: 'This does not hold. Of what cannot be known the opposite cannot be known either.',
    },
  },
  {
    name: 'Within',
    meaning: 'A recurring span of local time, daylight saving included.',
    schema: Within,
    fields: {
      days: 'Every day unless said. A span past midnight belongs to the day it began on.',
      from: 'Inside.',
      to: 'Not inside any more; before `from` it is on the next day.',
      timezone: 'An IANA name such as "Europe/Berlin".',
    },
  },
  {
    name: 'Obligation `limit`',
    meaning: 'Caps a number of the call.',
    schema: LimitObligation,
    fields: {
      type: '',
      field: 'The field of the call.',
      max: 'The most it may be; a field that is missing is set to it.',
    },
  },
  {
    name: 'Obligation `redact`',
    meaning: 'Removes fields from the call and from every record before anything reads them.',
    schema: RedactObligation,
    fields: { type: '', fields: 'The fields of the call.' },
  },
  {
    name: 'Obligation `single_use`',
    meaning: 'The grant is also recorded in shared storage, so that no two executors accept it.',
    schema: SingleUseObligation,
    fields: { type: '' },
  },
  {
    name: 'Obligation `log`',
    meaning: 'Adds fields to the audit record and to the request logs.',
    schema: LogObligation,
    fields: { type: '', fields: 'What is added.' },
  },
];

/** The JSON Schema (draft 2020-12) of a policy document, for editors; what it cannot say, `parsePolicy` checks. */
export function policyJsonSchema(): object {
  const metadata = z.registry<{ description: string }>();
  for (const { schema, fields } of describedObjects) {
    for (const [name, description] of Object.entries(fields)) {
      const field = schema.shape[name];
      // A schema that stands in several places is described in none.
      if (field && field !== AttributeKey && description !== '') metadata.add(field as z.ZodMiniType, { description });
    }
  }
  return z.toJSONSchema(PolicyDocument, {
    io: 'input',
    metadata,
    override: ({ zodSchema, jsonSchema }) => {
      // The one rule of Condition that an object schema alone does not carry.
      if (zodSchema === (Condition as z.core.$ZodType))
        Object.assign(jsonSchema, { minProperties: 1, maxProperties: 1 });
    },
  });
}
