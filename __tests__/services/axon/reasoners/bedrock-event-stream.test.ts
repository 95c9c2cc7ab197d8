// Frames of a Bedrock stream: every cut, every flipped bit, every size.
// Next: __tests__/services/axon/reasoners/bedrock.test.ts.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { crc32 } from 'node:zlib';
import { maxFrameBytes, readEventStream } from '../../../../services/axon/reasoners/bedrock-event-stream.ts';
import { bedrockEvent, converseFrames } from '../../../support/recorded-model-servers.ts';
import { all, cutAt } from './read-events.ts';

const bytes = Buffer.concat(converseFrames);
const read = (of: Uint8Array, places: number[] = []) => all(readEventStream(cutAt(of, places)));

describe('readEventStream', () => {
  it('reads frames with their headers and bodies', async () => {
    const frames = await read(bytes);
    expect(frames.map(({ headers }) => headers.get(':event-type'))).toEqual([
      'messageStart',
      'contentBlockDelta',
      'contentBlockDelta',
      'contentBlockStop',
      'messageStop',
      'metadata',
    ]);
    expect(Buffer.from(frames[1]?.body ?? []).toString()).toContain('Grüße, ');
  });

  it('reads the same however the bytes are cut', async () => {
    const whole = await read(bytes);
    expect(await read(bytes, Array.from(bytes.keys()))).toEqual(whole);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(bytes.byteLength)), async (places) => {
        expect(await read(bytes, places)).toEqual(whole);
      }),
      { numRuns: 200 },
    );
  });

  it('refuses any flipped bit', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.byteLength - 1), fc.nat(7), async (at, bit) => {
        const damaged = Buffer.from(bytes);
        damaged.writeUInt8(damaged.readUInt8(at) ^ (1 << bit), at);
        await expect(read(damaged)).rejects.toMatchObject({ name: 'ReasonerError', code: 'protocol' });
      }),
      { numRuns: 300 },
    );
  });

  it('refuses a wrong checksum of the prelude as soon as it is there, without waiting for the frame', async () => {
    const damaged = Buffer.from(bytes);
    damaged.writeUInt8(damaged.readUInt8(2) ^ 1, 2);
    const events = readEventStream(endless(damaged.subarray(0, 12)));
    await expect(events.next()).rejects.toThrow('matching checksums');
  });

  it('refuses bytes that end within a frame, and takes none at all', async () => {
    await expect(read(bytes.subarray(0, -1))).rejects.toThrow('ends within a frame');
    await expect(read(bytes.subarray(0, 5))).rejects.toThrow('ends within a frame');
    expect(await read(new Uint8Array())).toEqual([]);
  });

  it.each([0, 15, maxFrameBytes + 1, 0xff_ff_ff_ff])(
    'refuses a frame of %i bytes, however right its checksum',
    async (size) => {
      await expect(read(prelude(size))).rejects.toThrow('got a frame of');
    },
  );

  it('takes a frame of nearly the largest size, in small chunks', async () => {
    const large = bedrockEvent('contentBlockDelta', { delta: { text: 'x'.repeat(maxFrameBytes - 1000) } });
    const places = Array.from({ length: 10_000 }, (_, index) => index * 100);
    expect(await read(large, places)).toHaveLength(1);
  });

  it('refuses headers that reach beyond their frame', async () => {
    const event = Buffer.from(bedrockEvent('messageStart', {}));
    event.writeUInt32BE(event.byteLength + 100, 4);
    event.writeUInt32BE(crc32(event.subarray(0, 8)), 8);
    event.writeUInt32BE(crc32(event.subarray(0, -4)), event.byteLength - 4);
    await expect(read(event)).rejects.toMatchObject({ code: 'protocol' });
  });
});

function prelude(size: number): Buffer {
  const made = Buffer.alloc(12);
  made.writeUInt32BE(size, 0);
  made.writeUInt32BE(crc32(made.subarray(0, 8)), 8);
  return made;
}

async function* endless(first: Uint8Array): AsyncGenerator<Uint8Array> {
  yield first;
  await new Promise(() => undefined);
}
