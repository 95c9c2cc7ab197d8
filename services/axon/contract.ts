// What Axon is asked and answers: the shapes Orbit may import.
// Next: services/axon/app.ts, which serves them.
import { z } from '@hono/zod-openapi';

/** What one call may ask at most. */
export const reasonLimits = {
  bodyBytes: 262_144,
  promptLength: 131_072,
  systemLength: 16_384,
  maxTokens: 8192,
  defaultMaxTokens: 1024,
  tags: 32,
} as const;

/** `POST /reason`: a prompt and how to answer it. */
export const ReasonRequest = z
  .strictObject({
    prompt: z.string().min(1).max(reasonLimits.promptLength),
    system: z.string().min(1).max(reasonLimits.systemLength).optional(),
    maxTokens: z.int().min(1).max(reasonLimits.maxTokens).default(reasonLimits.defaultMaxTokens),
    temperature: z.number().min(0).max(1).optional(),
    model: z.string().min(1).max(256).optional(),
  })
  .openapi('ReasonRequest');
/** A parsed `ReasonRequest`. */
export type ReasonRequest = z.infer<typeof ReasonRequest>;

/** Tokens read and written, as the model counts them. */
export const Usage = z
  .object({ inputTokens: z.int().nonnegative(), outputTokens: z.int().nonnegative() })
  .openapi('Usage');

/** The answer to `POST /reason`. `usage` counts tokens. */
export const ReasonResponse = z
  .object({
    output: z.string(),
    model: z.string(),
    stopReason: z.enum(['end', 'max_tokens', 'content_filter', 'other']),
    usage: Usage,
  })
  .openapi('ReasonResponse');
/** A parsed `ReasonResponse`. */
export type ReasonResponse = z.infer<typeof ReasonResponse>;

/** The answer to `GET /reason`: that a governed call gets through, without a model being asked. */
export const HeartbeatResponse = z
  .object({ message: z.literal('Axon heartbeat OK'), reasoner: z.string(), tenant: z.string(), decisionId: z.string() })
  .openapi('HeartbeatResponse');
