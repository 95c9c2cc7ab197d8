// Asks the smoke function how an environment is, behind its production or its test listeners.
// Next: services/smoke/handler.ts, which answers.
import { request as httpRequest } from 'undici';
import { z } from 'zod';
import { type CredentialSource } from '../../services/shared/aws-credentials.ts';
import { awsEndpoint, signRequest } from '../../services/shared/aws.ts';

const Verification = z.object({
  ok: z.boolean(),
  correlationId: z.string(),
  checks: z
    .array(z.object({ check: z.string(), ok: z.boolean(), detail: z.string().optional(), durationMs: z.number() }))
    .min(1),
});

/** Whom to ask, and where AWS is. */
export interface VerifyOptions {
  readonly functionName: string;
  readonly listener: 'test' | 'production';
  readonly region: string;
  readonly endpoint?: string | undefined;
  readonly credentials: CredentialSource;
  readonly say: (line: string) => void;
}

/** Above the function's own timeout. */
const timeoutMs = 180_000;

/**
 * Has every check run, and says how each went.
 *
 * @returns whether all passed
 * @throws Error when the function does not answer, or answers without a check
 */
export async function verifyEnvironment(options: VerifyOptions): Promise<boolean> {
  const { functionName, listener, region, credentials, say } = options;
  const body = JSON.stringify({ verify: true, listener });
  const base = awsEndpoint({ service: 'lambda', region, endpoint: options.endpoint }).replace(/\/$/, '');
  const signed = await signRequest({
    method: 'POST',
    url: `${base}/2015-03-31/functions/${encodeURIComponent(functionName)}/invocations`,
    headers: { 'content-type': 'application/json' },
    body,
    service: 'lambda',
    region,
    credentials: await credentials(),
    payload: 'signed',
  });
  const answer = await httpRequest(signed.url, {
    method: 'POST',
    headers: signed.headers,
    body,
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
  });
  const text = await answer.body.text();
  if (answer.statusCode !== 200 || answer.headers['x-amz-function-error'] !== undefined)
    throw new Error(`${functionName}: got ${answer.statusCode} ${text.slice(0, 300)}, expected a table of checks`);
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
