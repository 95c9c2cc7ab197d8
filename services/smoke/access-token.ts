// The access token of the smoke tenant: client credentials from a secret, exchanged at the token issuer, once per run.
// Next: services/smoke/checks.ts, which calls Orbit with it.
import * as z from 'zod';
import { type Dispatcher, request } from 'undici';
import { readBounded } from '../shared/read-bounded.ts';
import { readSecretValue, type SecretsManagerAccess } from '../shared/secret-value.ts';

/** What the secret holds, as JSON. The issuer must give tokens of this client the tenant `smoke`. */
export const ClientCredentials = z.strictObject({
  tokenUrl: z.url(),
  clientId: z.string().min(1),
  clientSecret: z.string().min(1),
  scope: z.string().min(1).optional(),
  audience: z.string().min(1).optional(),
});

const Answer = z.object({ access_token: z.string().min(1) });
const answerMaxBytes = 65_536;

/**
 * Reads the secret and asks the issuer by the client credentials grant
 * (https://www.rfc-editor.org/rfc/rfc6749#section-4.4). INVARIANT: no message holds what was read or got.
 *
 * @throws Error when the secret or the issuer's answer is of another form, AwsError when the secret cannot be read
 */
export async function requestAccessToken(
  access: SecretsManagerAccess & { readonly secretId: string; readonly dispatcher?: Dispatcher },
  signal: AbortSignal,
): Promise<string> {
  const { secretId, dispatcher, ...aws } = access;
  const { tokenUrl, clientId, clientSecret, scope, audience } = parseSecret(
    (await readSecretValue(aws, { secretId })).text,
  );
  const form = new URLSearchParams({ grant_type: 'client_credentials' });
  if (scope !== undefined) form.set('scope', scope);
  if (audience !== undefined) form.set('audience', audience);
  const basic = [clientId, clientSecret].map(encodeURIComponent).join(':');
  const response = await request(tokenUrl, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      authorization: `Basic ${Buffer.from(basic).toString('base64')}`,
    },
    body: form.toString(),
    signal,
    ...(dispatcher ? { dispatcher } : {}),
  });
  const text = await readBounded(response.body, answerMaxBytes);
  const answer = Answer.safeParse(parseJson(text));
  if (response.statusCode !== 200 || !answer.success)
    throw new Error(`got ${response.statusCode} from the token issuer, expected 200 with an access_token`);
  return answer.data.access_token;
}

function parseSecret(text: string): z.output<typeof ClientCredentials> {
  const parsed = ClientCredentials.safeParse(parseJson(text));
  if (parsed.success) return parsed.data;
  const fields = parsed.error.issues.map(({ path }) => path.join('.') || 'the secret').join(', ');
  throw new Error(`got a secret whose ${fields} cannot be used, expected tokenUrl, clientId and clientSecret`);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
