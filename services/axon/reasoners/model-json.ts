// JSON from a model server: read strictly, and refused without repeating a character of it.
// Next: services/axon/reasoners/http-reasoner.ts, which reads whole answers by it.
import type { z } from 'zod';
import { ReasonerError } from './reasoner.ts';

/**
 * Parses bytes or text as JSON.
 *
 * @param what - named in the failure, for example `answer`.
 * @throws ReasonerError `protocol` for invalid UTF-8 or JSON. It has no cause: a parser's message quotes the text.
 */
export function parseModelJson(content: Uint8Array | string, what: string): unknown {
  try {
    return JSON.parse(
      typeof content === 'string' ? content : new TextDecoder('utf-8', { fatal: true }).decode(content),
    );
  } catch {
    throw new ReasonerError('protocol', `got an ${what} that is not JSON in UTF-8, expected JSON`);
  }
}

/**
 * Checks the shape of parsed JSON.
 *
 * @throws ReasonerError `protocol` naming the first place that is wrong, never the value there.
 */
export function expectShape<Schema extends z.ZodType>(schema: Schema, value: unknown, what: string): z.output<Schema> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const place = parsed.error.issues[0]?.path.join('.') ?? '';
  throw new ReasonerError(
    'protocol',
    `got an ${what} of another shape${place === '' ? '' : ` at ${place}`}, expected the documented one`,
  );
}

/** Fields of an error's text that happens to be a JSON object; empty for anything else. */
export function errorFields(text: string): Readonly<Record<string, unknown>> {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === 'object' && parsed !== null ? { ...parsed } : {};
  } catch {
    return {};
  }
}
