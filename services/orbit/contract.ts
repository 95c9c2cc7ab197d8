// What Orbit is asked and answers.
// Next: services/orbit/app.ts, which serves it; services/orbit/routes.ts, which knows each intent's input.
import { z } from '@hono/zod-openapi';

/** The largest body of `POST /dispatch`, bytes: a reasoning call and what wraps it. */
export const dispatchBodyBytes = 278_528;

/** Attributes that Orbit reads from the input of a reasoning call; a caller may not claim them. */
export const derivedAttributes = ['maxTokens', 'promptLength', 'stream', 'model'] as const;

const contextKeys = 24;
const attributeKey = /^[a-zA-Z][a-zA-Z0-9]{0,63}$/;
const keysLike = ({ source }: RegExp): object => ({ propertyNames: { pattern: source } });
const attribute = z.union([z.string().max(1024), z.number(), z.boolean(), z.array(z.string().max(1024)).max(64)]);

/** `POST /dispatch`: what the caller wants done, the input of it, and attributes the decision may depend on. */
export const DispatchRequest = z
  .strictObject({
    intent: z
      .string()
      .regex(/^[a-z][a-z0-9_]{0,63}$/, 'an intent such as "call_reasoning"')
      .openapi({ example: 'call_reasoning' }),
    input: z
      .record(z.string(), z.unknown())
      .default({})
      .openapi({ example: { prompt: 'Summarise the incident', maxTokens: 256 } }),
    context: z
      .record(z.string().regex(attributeKey, 'a context key such as "tags"'), attribute)
      .refine((context) => Object.keys(context).length <= contextKeys, `at most ${contextKeys} keys`)
      .default({})
      // The generator leaves out what bounds a record's keys (JSON Schema 2020-12, validation 6.5.1 and core 10.3.2.4).
      .openapi({ example: { tags: ['incident'] }, maxProperties: contextKeys, ...keysLike(attributeKey) }),
  })
  .openapi('DispatchRequest', inputOfIntent());
/** A parsed `DispatchRequest`. */
export type DispatchRequest = z.infer<typeof DispatchRequest>;

/** The part of a decision that a caller is told. */
export const DecisionSummary = z
  .object({
    decisionId: z.uuid(),
    reason: z.string(),
    rule: z.string().nullable(),
    obligations: z.array(z.looseObject({ type: z.string() })),
  })
  .openapi('DecisionSummary');
/** A parsed `DecisionSummary`. */
export type DecisionSummary = z.infer<typeof DecisionSummary>;

/** The answer to `POST /dispatch`: what Axon answered, under which decision. */
export const DispatchResponse = z
  .object({ result: z.record(z.string(), z.unknown()), decision: DecisionSummary, correlationId: z.string() })
  .openapi('DispatchResponse');
/** A parsed `DispatchResponse`. */
export type DispatchResponse = z.infer<typeof DispatchResponse>;

/** What each routed intent's input must be, in OpenAPI 3.1's own words; `services/orbit/routes.ts` checks it. */
function inputOfIntent(): object {
  const whenIntent = (intent: string, properties: object, required: readonly string[]) => ({
    if: { properties: { intent: { const: intent } }, required: ['intent'] },
    // oxlint-disable-next-line unicorn/no-thenable -- JSON Schema's own word; nothing awaits a schema
    then: { properties, required },
  });
  const notClaimed = Object.fromEntries(derivedAttributes.map((key) => [key, false]));
  return {
    allOf: [
      whenIntent(
        'call_reasoning',
        { input: { $ref: '#/components/schemas/ReasonRequest' }, context: { properties: notClaimed } },
        ['input'],
      ),
      whenIntent('check_reasoning', { input: { maxProperties: 0 } }, []),
    ],
  };
}
