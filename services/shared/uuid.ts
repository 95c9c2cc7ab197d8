// Makes time-ordered identifiers: UUID version 7 from the system's strong random source.
// Next: correlation.ts, which names each request with one.
import { randomBytes } from 'node:crypto';

const maxTimestampMs = 2 ** 48 - 1;

/**
 * A UUID version 7: 48 bits of Unix time in milliseconds, then 74 bits from the operating system's random source.
 *
 * Two made within one millisecond are not ordered; nothing here needs them to be.
 *
 * @param nowMs - Unix time in milliseconds, an integer. @defaultValue `Date.now()`
 * @returns 36 lowercase characters, for example `01890a5d-ac96-774b-bcce-b302099a8057`.
 * @throws RangeError when `nowMs` does not fit 48 unsigned bits.
 * @see RFC 9562, section 5.7
 */
export function uuidv7(nowMs: number = Date.now()): string {
  if (!Number.isInteger(nowMs) || nowMs < 0 || nowMs > maxTimestampMs) {
    throw new RangeError(`got time ${nowMs}, expected whole milliseconds between 0 and 2^48-1, pass Date.now()`);
  }
  const bytes = Buffer.alloc(16);
  bytes.writeUIntBE(nowMs, 0, 6);
  randomBytes(10).copy(bytes, 6);
  // INVARIANT: the version nibble is 7 and the two variant bits are 10, whatever the random source gave.
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x70, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = bytes.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
