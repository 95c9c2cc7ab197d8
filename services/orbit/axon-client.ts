// Calls Axon through the mesh: signed for the mesh, with grant, certificate and proof for Axon itself.
// Next: services/axon/app.ts, which verifies all of it again.
import { type Dispatcher, request as httpRequest } from 'undici';
import { governedHeaders } from '../../governance/contract.ts';
import { type CredentialSource, signRequest } from '../shared/aws.ts';
import { type Correlation } from '../shared/correlation.ts';
import { deadlineHeader } from '../shared/deadline.ts';
import { ServiceError } from '../shared/errors.ts';
import { type PreparedCall } from './routes.ts';

/** One governed call. */
export interface AxonCall {
  readonly call: Pick<PreparedCall, 'method' | 'path' | 'body'>;
  readonly grant: string;
  readonly certificate: string;
  readonly proof: string;
  readonly tenant: string;
  readonly correlation: Correlation;
  readonly accept: 'application/json' | 'text/event-stream';
  readonly signal: AbortSignal;
  readonly remainingMs: number;
}

/** Sends a governed call. @throws ServiceError `upstream_failed` when Axon does not answer, or the signal's reason */
export type AxonClient = (call: AxonCall) => Promise<Dispatcher.ResponseData>;

/** Where Axon is and who calls. `mesh: lattice` signs with SigV4 and an unsigned payload, the only mode Lattice takes. */
export interface AxonClientOptions {
  readonly url: string;
  readonly mesh: 'lattice' | 'service-connect' | 'app-mesh';
  readonly region: string;
  readonly credentials: CredentialSource;
  readonly dispatcher: Dispatcher;
}

/** Makes the client. It never repeats a call: a grant is good for one. */
export function createAxonClient({ url, mesh, region, credentials, dispatcher }: AxonClientOptions): AxonClient {
  const origin = new URL(url).origin;
  return async function callAxon({
    call,
    grant,
    certificate,
    proof,
    tenant,
    correlation,
    accept,
    signal,
    remainingMs,
  }) {
    const { method, path, body } = call;
    const headers = {
      accept,
      ...(body.length > 0 ? { 'content-type': 'application/json' } : {}),
      [governedHeaders.grant]: grant,
      [governedHeaders.certificate]: certificate,
      [governedHeaders.proof]: proof,
      'x-tenant': tenant,
      'x-correlation-id': correlation.correlationId,
      traceparent: correlation.traceparent,
      [deadlineHeader]: String(Math.max(1, remainingMs)),
    };
    try {
      const signed = mesh === 'lattice' ? await signForLattice(method, `${origin}${path}`) : {};
      return await httpRequest(`${origin}${path}`, {
        method,
        headers: { ...headers, ...signed },
        body: body.length > 0 ? body : null,
        dispatcher,
        signal,
        headersTimeout: remainingMs,
        bodyTimeout: remainingMs,
      });
    } catch (error) {
      if (signal.reason instanceof ServiceError) throw signal.reason;
      throw new ServiceError('upstream_failed', 'axon did not answer', { cause: error });
    }
  };

  // The grant's bsh restores the body integrity that an unsigned payload gives up.
  async function signForLattice(method: string, target: string): Promise<Record<string, string>> {
    const signed = await signRequest({
      method,
      url: target,
      headers: {},
      service: 'vpc-lattice-svcs',
      region,
      credentials: await credentials(),
      payload: 'unsigned',
    });
    return signed.headers;
  }
}
