// Asks the smoke function how an environment is, behind its production or its test listeners.
// Next: services/smoke/handler.ts, which answers.
import { z } from 'zod';
import { type SendToLambda } from './lambda.ts';

const Verification = z.object({
  ok: z.boolean(),
  correlationId: z.string(),
  checks: z
    .array(z.object({ check: z.string(), ok: z.boolean(), detail: z.string().optional(), durationMs: z.number() }))
    .min(1),
});

/** Whom to ask, and how. */
export interface VerifyOptions {
  readonly functionName: string;
  readonly listener: 'test' | 'production';
  readonly sendToLambda: SendToLambda;
  readonly say: (line: string) => void;
}

/**
 * Has every check run, and says how each went.
 *
 * @returns whether all passed
 * @throws Error when the function does not answer, or answers without a check
 */
export async function verifyEnvironment(options: VerifyOptions): Promise<boolean> {
  const { functionName, listener, sendToLambda, say } = options;
  const path = `${encodeURIComponent(functionName)}/invocations`;
  const { status, headers, text } = await sendToLambda('POST', path, { verify: true, listener });
  if (status !== 200 || headers['x-amz-function-error'] !== undefined)
    throw new Error(`${functionName}: got ${status} ${text.slice(0, 300)}, expected a table of checks`);
  const parsed = Verification.safeParse(JSON.parse(text));
  if (!parsed.success) throw new Error(`${functionName}: got an answer that is no table of checks, expected one`);
  const { ok, checks, correlationId } = parsed.data;
  for (const each of checks)
    say(
      `${each.ok ? 'ok  ' : 'FAIL'}  ${each.check}  ${each.durationMs} ms${each.detail === undefined ? '' : `  ${each.detail}`}`,
    );
  say(`${checks.filter((each) => each.ok).length} of ${checks.length} passed, correlation id ${correlationId}`);
  // What it says of the whole is held against what it says of each.
  return ok && checks.every((each) => each.ok);
}
