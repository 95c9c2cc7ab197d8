// Pseudonyms: equal for equal values under one key, unlike in everything else, and nothing of the value in them.
// Next: services/shared/pseudonym.ts.
import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createPseudonymizer } from '../../../services/shared/pseudonym.ts';
import { createLogKey } from '../../../services/shared/secret-schemas.ts';

const key = createLogKey();
const pseudonymize = createPseudonymizer(() => key);

describe('a pseudonym', () => {
  it('is the first 128 bits of an HMAC-SHA-256 under the 32 bytes of the key', () => {
    const expected = createHmac('sha256', Buffer.from(key, 'base64url'))
      .update('["subject","default","user:ada"]')
      .digest();
    expect(pseudonymize('subject', 'default', 'user:ada')).toBe(expected.subarray(0, 16).toString('base64url'));
  });

  it('is the same for the same name, and for no other purpose, parts, order or spelling', () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { maxLength: 4 }), fc.array(fc.string(), { maxLength: 4 }), (one, other) => {
        const same = JSON.stringify(one) === JSON.stringify(other);
        expect(pseudonymize('a', ...one) === pseudonymize('a', ...other)).toBe(same);
        expect(pseudonymize('a', ...one)).not.toBe(pseudonymize('b', ...one));
        expect(pseudonymize('a', ...one)).toMatch(/^[\w-]{22}$/);
      }),
    );
    expect(pseudonymize('a', 'b', 'c')).not.toBe(pseudonymize('a', 'bc'));
    expect(pseudonymize('a', 'b","c')).not.toBe(pseudonymize('a', 'b', 'c'));
  });

  it('is another one as soon as the key is, so that lines before and after cannot be joined', () => {
    let current = createLogKey();
    const following = createPseudonymizer(() => current);
    const before = following('subject', 'user:ada');
    const first = current;
    current = createLogKey();
    expect(following('subject', 'user:ada')).not.toBe(before);
    current = first;
    expect(following('subject', 'user:ada')).toBe(before);
  });

  it('is not made without a key', () => {
    const without = createPseudonymizer(() => {
      throw new Error('no key yet');
    });
    expect(() => without('subject', 'user:ada')).toThrow('no key yet');
  });
});
