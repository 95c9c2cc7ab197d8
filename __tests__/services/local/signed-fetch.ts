// A stand-in listening on the loopback interface, and calls to it signed as a client of it would sign them.
// Next: lambda-endpoint.test.ts, which makes them.
import { type RequestListener } from 'node:http';
import { onTestFinished } from 'vitest';
import { listenLoopback } from '../../../services/local/loopback-server.ts';
import { createPrincipals, type TemporaryCredentials } from '../../../services/local/principals.ts';
import { signRequest } from '../../../services/shared/aws.ts';

export const account = '000000000000';
export const region = 'eu-central-1';

/** The roles that there are. */
export const testPrincipals = () =>
  createPrincipals({ account, prefix: 'test', names: ['orbit', 'axon', 'governance'] });

/** Listens until the test ends; answers the URL. */
export async function serve(handler: RequestListener): Promise<string> {
  const server = await listenLoopback(handler, 0, { name: 'test', setting: 'TEST_PORT' });
  onTestFinished(() => server.close());
  return server.url;
}

export interface SignedFetch {
  readonly url: string;
  readonly service: string;
  readonly credentials: TemporaryCredentials;
  readonly method?: string;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly nowMs?: number;
}

/** What came back; `json` is null where there was no body. */
export interface FetchedAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly json: unknown;
}

/** Signs and sends. `spoil` changes the headers once they are signed. */
export async function signedFetch(
  { method = 'POST', body = '', ...call }: SignedFetch,
  spoil: (headers: Record<string, string>) => Record<string, string> = (headers) => headers,
): Promise<FetchedAnswer> {
  const signed = await signRequest({ ...call, method, body, region, payload: 'signed' });
  const response = await fetch(signed.url, {
    method,
    headers: spoil(signed.headers),
    ...(method === 'GET' ? {} : { body }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, json: text === '' ? null : JSON.parse(text) };
}
