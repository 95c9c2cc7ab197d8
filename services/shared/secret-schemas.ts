// What each service's secret holds: one JSON object, checked at the boundary, never shown in a message.
// Next: services/shared/secret.ts, which keeps a service's own; services/rotation/steps.ts, which renews it.
import { randomBytes } from 'node:crypto';
import * as z from 'zod';
import { zodIssues } from './zod-issues.ts';

/**
 * 32 random bytes as base64url without padding (RFC 4648 section 5): 43 characters, the last of which carries four
 * bits, so that one key has one spelling.
 */
const LogKey = z.string().regex(/^[\w-]{42}[AEIMQUYcgkosw048]$/, '32 bytes as base64url');

/**
 * Orbit's secret. `logKey` makes the pseudonyms of its log lines (services/shared/pseudonym.ts). Keys that are not
 * known here are kept: an operator or a later version put them there.
 */
export const OrbitSecret = z.looseObject({ logKey: LogKey });

/**
 * Axon's secret. `logKey` as Orbit's, and another one; `openAiApiKey` is sent by the openai-compatible reasoner. It is
 * issued by somebody else, so a rotation carries it over.
 */
export const AxonSecret = z.looseObject({
  logKey: LogKey,
  openAiApiKey: z
    .string()
    .regex(/^[\x21-\x7e]{1,512}$/, 'up to 512 characters without blanks')
    .optional(),
});

/** The schema of each service that has a secret. */
export const secretSchemas = { orbit: OrbitSecret, axon: AxonSecret } as const;
/** A service that has a secret. */
export type SecretOwner = keyof typeof secretSchemas;
/** What every service's secret has, whatever else is in it. */
export type ServiceSecret = z.output<typeof OrbitSecret>;

/** A new `logKey`: 32 bytes of the operating system's randomness, as base64url. */
export function createLogKey(): string {
  return randomBytes(32).toString('base64url');
}

/**
 * Reads a secret's text.
 *
 * @param text - the `SecretString` as Secrets Manager gave it.
 * @param about - whose it is, for the message.
 * @throws Error that names the keys at fault. INVARIANT: neither message nor cause holds any of the text.
 */
export function parseSecret<Schema extends z.ZodType>(schema: Schema, text: string, about: string): z.output<Schema> {
  const value = parseJson(text, about);
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issues = zodIssues(parsed.error, value, { hide: () => true });
  throw new Error(
    `${about}: ${issues.map(({ path, got, expected }) => `${path}: got ${got}, expected ${expected}`).join('; ')}`,
  );
}

function parseJson(text: string, about: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's own error quotes what it could not read, which here is the secret.
    throw new Error(`${about}: got text that is not json, expected a json object`);
  }
}
