// The shape of a problem for /openapi.json, so that every documented error is the one that is sent.
// Next: health.ts and the services' contracts, which name it as their error answer.
import { z } from '@hono/zod-openapi';

/** RFC 9457 problem details as {@link problem} writes them; further members may follow. */
export const problemSchema = z
  .looseObject({
    type: z.string().openapi({ example: 'urn:agent-runtime:problem:request_invalid' }),
    title: z.string().openapi({ example: 'Request invalid' }),
    status: z.int().min(400).max(599),
    code: z.string().openapi({ example: 'request_invalid' }),
    detail: z.string().optional(),
    correlationId: z.string().optional(),
    issues: z.array(z.object({ path: z.string(), got: z.string(), expected: z.string() })).optional(),
  })
  .openapi('Problem');

/** One error answer for a route's `responses`. */
export interface ProblemAnswer {
  readonly description: string;
  readonly content: { readonly 'application/problem+json': { readonly schema: typeof problemSchema } };
}

/** A route's `responses` entry for a status answered with problem+json. */
export function problemAnswer(description: string): ProblemAnswer {
  return { description, content: { 'application/problem+json': { schema: problemSchema } } };
}
