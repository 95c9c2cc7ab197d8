// One HTTP request of a check, bounded in time and size, and what of its answer a check may judge.
// Next: services/smoke/checks.ts, which judges it.
import { type Dispatcher, request } from 'undici';
import { readBounded } from '../shared/read-bounded.ts';

/** A request to a listener. */
export interface Probe {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** What came back: the status, and the JSON object in the body, empty where it is none. */
export interface ProbeAnswer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/** Sends a probe. @throws Error when no answer came before the signal, or the answer is too long */
export type SendProbe = (probe: Probe, signal: AbortSignal) => Promise<ProbeAnswer>;

const answerMaxBytes = 262_144;

/** Sends by undici; follows no redirect and repeats nothing. */
export function createProbeSender(dispatcher: Dispatcher): SendProbe {
  return async function sendProbe({ method, url, headers = {}, body }, signal) {
    const response = await request(url, { method, headers, body: body ?? null, dispatcher, signal });
    const text = await readBounded(response.body, answerMaxBytes);
    return { status: response.statusCode, body: parseObject(text) };
  };
}

function parseObject(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}
