// Reads server-sent events from bytes cut anywhere.
// Next: services/axon/reasoners/openai-compatible.ts, which streams by it.
import { ReasonerError } from './reasoner.ts';

/** One dispatched event. */
export interface SseEvent {
  /** @defaultValue `message` */
  readonly event: string;
  /** All `data` lines, joined by a line feed. */
  readonly data: string;
}

/** Characters of one event, and of one line. */
export const maxSseEventCharacters = 1024 * 1024;

/**
 * Parses an event stream: CRLF, LF and CR end a line, comments and unknown fields are skipped, an event without data
 * is none, and what follows the last blank line is dropped.
 *
 * @throws ReasonerError `protocol` for invalid UTF-8 and for an event that is too long.
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
 */
export async function* readSse(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<SseEvent> {
  let event = '';
  let data: string[] = [];
  let characters = 0;
  for await (const line of readLines(chunks)) {
    if (line === '') {
      if (data.length > 0) yield { event: event === '' ? 'message' : event, data: data.join('\n') };
      event = '';
      data = [];
      characters = 0;
      continue;
    }
    const [name, value] = field(line);
    if (name === 'event') event = value;
    if (name !== 'data') continue;
    characters += value.length + 1;
    refuseLonger(characters);
    data.push(value);
  }
}

/** A comment begins with a colon, and so is a field without a name. */
function field(line: string): [name: string, value: string] {
  const colon = line.indexOf(':');
  if (colon === -1) return [line, ''];
  const value = line.slice(colon + 1);
  return [line.slice(0, colon), value.startsWith(' ') ? value.slice(1) : value];
}

async function* readLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decode = strictDecoder();
  let held = '';
  let afterReturn = false;
  for await (const chunk of chunks) {
    const text = decode(chunk);
    // A chunk may end within a character, and then has no text yet.
    if (text === '') continue;
    // A line ended by CR is out at once, so that the LF of a cut CRLF must not end another.
    const pieces = (afterReturn && text.startsWith('\n') ? text.slice(1) : text).split(/\r\n|\n|\r/);
    afterReturn = text.endsWith('\r');
    const rest = pieces.pop() ?? '';
    for (const piece of pieces) {
      const line = held + piece;
      held = '';
      refuseLonger(line.length);
      yield line;
    }
    held += rest;
    refuseLonger(held.length);
  }
}

/** Drops a byte order mark at the start, as the format says. */
function strictDecoder(): (chunk: Uint8Array) => string {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  return (chunk) => {
    try {
      return decoder.decode(chunk, { stream: true });
    } catch {
      throw new ReasonerError('protocol', 'got an event stream with invalid utf-8, expected utf-8');
    }
  };
}

function refuseLonger(characters: number): void {
  if (characters <= maxSseEventCharacters) return;
  throw new ReasonerError('protocol', `got an event of more than ${maxSseEventCharacters} characters, expected less`);
}
