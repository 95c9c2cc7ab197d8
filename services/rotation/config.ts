// What the rotation function needs from its environment; pure, so that the stacks can type the function against it.
// Next: services/rotation/main.ts, which reads it.
import * as z from 'zod';
import { type SecretOwner, secretSchemas } from '../shared/secret-schemas.ts';

const owners = Object.keys(secretSchemas) as [SecretOwner, ...SecretOwner[]];
const secretArn = /^arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:\d{12}:secret:[\w/+=.@-]{1,512}$/;

/** `orbit=<arn>,axon=<arn>`: each service once, each secret once. */
const secretsByOwner = z
  .string()
  .transform((text) => text.split(',').map((pair) => splitOnce(pair.trim())))
  .pipe(z.array(z.tuple([z.enum(owners), z.string().regex(secretArn, 'the arn of a secret')])).min(1))
  .refine((pairs) => new Set(pairs.flat()).size === 2 * pairs.length, 'each service and each secret once')
  .transform((pairs): ReadonlyMap<string, SecretOwner> => new Map(pairs.map(([owner, arn]) => [arn, owner])));

/** The environment variables of the rotation function. Lambda sets those of AWS itself. */
export const RotationEnvironment = z.object({
  AWS_REGION: z.string().min(1),
  AWS_ACCESS_KEY_ID: z.string().min(1),
  AWS_SECRET_ACCESS_KEY: z.string().min(1),
  AWS_SESSION_TOKEN: z.string().min(1).optional(),
  AWS_ENDPOINT_URL_SECRETS_MANAGER: z.url().optional(),
  /** The secrets that may be rotated, by the ARN that Secrets Manager names them with, and whose each is. */
  ROTATION_SECRETS: secretsByOwner,
  /** For one call to Secrets Manager; a step makes at most four. */
  ROTATION_TIMEOUT_MS: z.coerce.number().int().min(100).max(10_000).default(3000),
});

/** At the first `=` only: a secret's name may hold one too. */
function splitOnce(pair: string): string[] {
  const at = pair.indexOf('=');
  return at === -1 ? [pair] : [pair.slice(0, at), pair.slice(at + 1)];
}
