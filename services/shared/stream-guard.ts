// Keeps the message of a failing answer stream from the client: the connection is cut, the log has the cause.
// Next: server.ts, which puts it between app and adapter.
import { ServerResponse } from 'node:http';
import type { Http2Bindings, HttpBindings } from '@hono/node-server';
import type { Logger } from './log.ts';

/** An app as the adapter calls it: with the request and Node's own two objects. A Hono app's `fetch` fits. */
export type AppFetch = (request: Request, bindings: object) => Response | Promise<Response>;

type AdapterFetch = (request: Request, bindings: HttpBindings | Http2Bindings) => Response | Promise<Response>;

/**
 * Wraps an app's `fetch` so that an answer stream that fails ends the connection and nothing else.
 *
 * `@hono/node-server` writes `Error: <message>` into the answer when its stream fails; a message may name hosts, keys
 * or data. A cut connection tells the client what it needs: the answer is incomplete.
 */
export function guardStreams(fetch: AppFetch, log: Pick<Logger, 'error'>): AdapterFetch {
  return function fetchGuarded(request, bindings) {
    const { outgoing } = bindings;
    if (!(outgoing instanceof ServerResponse))
      throw new TypeError('got http/2, expected http/1.1, which the guard reads');
    const answer = fetch(request, bindings);
    return answer instanceof Promise
      ? answer.then((response) => guardStream(response, outgoing, log))
      : guardStream(answer, outgoing, log);
  };
}

function guardStream(response: Response, outgoing: ServerResponse, log: Pick<Logger, 'error'>): Response {
  if (isWhole(response) || response.body === null) return response;
  const { status, headers } = response;
  return new Response(cutOnFailure(response.body, outgoing, log), { status, headers });
}

/**
 * Whether the adapter holds the body as text or bytes, so that no stream can fail. Asking for `body` would turn its
 * light response into a full one; if the adapter changes inside, every answer is treated as a stream, which is slower
 * and right.
 */
function isWhole(response: Response): boolean {
  const light = Object.getOwnPropertySymbols(response).find((symbol) => symbol.description === 'cache');
  const cached: unknown = light === undefined ? undefined : Reflect.get(response, light);
  if (!Array.isArray(cached)) return false;
  const body: unknown = cached[1];
  return body === null || typeof body === 'string' || body instanceof Uint8Array;
}

function cutOnFailure(
  body: ReadableStream<Uint8Array>,
  outgoing: ServerResponse,
  log: Pick<Logger, 'error'>,
): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { done, value } = await reader.read();
        if (done) controller.close();
        else controller.enqueue(value);
      } catch (error) {
        log.error({ err: error }, 'answer stream failed, connection cut');
        // INVARIANT: the connection goes first; a clean end would make half an answer look whole.
        outgoing.destroy();
        controller.close();
      }
    },
    cancel: (reason: unknown) => reader.cancel(reason),
  });
}
