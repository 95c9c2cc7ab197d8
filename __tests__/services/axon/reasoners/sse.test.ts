// Server-sent events: every line ending, every cut, and nothing endless.
// Next: __tests__/services/axon/reasoners/openai-compatible.test.ts.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { maxSseEventCharacters, readSse } from '../../../../services/axon/reasoners/sse.ts';
import { all, cutAt } from './read-events.ts';

const read = (text: string | Uint8Array, places: number[] = []) =>
  all(readSse(cutAt(typeof text === 'string' ? Buffer.from(text) : text, places)));

describe('readSse', () => {
  it('reads CRLF, LF and CR, comments, names, joined data and a byte order mark', async () => {
    const text = '\uFEFF: comment\r\ndata: a\r\ndata:b\r\n\r\nevent: x\ndata:  c\nid: 1\n\ndata\r\rdata: d\n\n';
    expect(await read(text)).toEqual([
      { event: 'message', data: 'a\nb' },
      { event: 'x', data: ' c' },
      { event: 'message', data: '' },
      { event: 'message', data: 'd' },
    ]);
  });

  it('drops an event without a blank line behind it, and one without data', async () => {
    expect(await read('event: x\n\ndata: a\n')).toEqual([]);
  });

  it('reads the same however the bytes are cut, within CRLF and characters too', async () => {
    const line = fc.oneof(
      fc.constantFrom('', ': c', 'data', 'event: e'),
      fc.string({ unit: 'grapheme' }).map((text) => `data: ${text.replaceAll(/[\r\n]/g, '')}`),
    );
    const document = fc
      .array(fc.tuple(line, fc.constantFrom('\r\n', '\n', '\r')))
      .map((lines) => Buffer.from(lines.flat().join('')));
    await fc.assert(
      fc.asyncProperty(document, fc.array(fc.nat()), async (bytes, places) => {
        const cuts = places.map((place) => place % (bytes.byteLength + 1));
        expect(await read(bytes, cuts)).toEqual(await read(bytes));
        expect(await read(bytes, Array.from(bytes.keys()))).toEqual(await read(bytes));
      }),
      { numRuns: 300 },
    );
  });

  it('refuses invalid UTF-8', async () => {
    await expect(read(new Uint8Array([0x64, 0xff, 0x0a]))).rejects.toMatchObject({ code: 'protocol' });
  });

  it.each([
    ['a line that never ends', 'x'.repeat(maxSseEventCharacters + 1)],
    ['an event that never ends', `data: ${'x'.repeat(1000)}\n`.repeat(maxSseEventCharacters / 1000)],
  ])('refuses %s', async (_what, text) => {
    await expect(read(text, [100_000, 500_000, 900_000])).rejects.toMatchObject({ code: 'protocol' });
  });
});
