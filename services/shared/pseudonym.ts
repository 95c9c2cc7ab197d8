// Pseudonyms for log lines: equal values get equal ones, and nobody without the key can tell which value it was.
// Next: services/shared/secret.ts, where the key comes from.
import { createHmac, createSecretKey, type KeyObject } from 'node:crypto';

/**
 * Makes a pseudonym of some parts, for one purpose.
 *
 * @param purpose - keeps apart what is made for different fields, for example `subject`.
 * @param parts - what is named; the same text in other parts, or in another order, is another name.
 * @returns 22 characters of base64url: the first 128 bits of an HMAC-SHA-256 (RFC 2104).
 */
export type Pseudonymize = (purpose: string, ...parts: readonly string[]) => string;

/**
 * Makes pseudonyms under the key of the moment. A plain hash would not do: who holds the log could hash every user
 * name and look. Under a key that is rotated, lines from before and after cannot be joined, and once the old key is
 * gone nobody can say whose the old ones were. (Secrets Manager keeps one old version, as AWSPREVIOUS: gone means two
 * rotations later.) Governance's audit records name the subject all the same: that is what they are for.
 *
 * @param logKey - asked for every pseudonym: 32 bytes as base64url.
 * @throws whatever `logKey` throws.
 */
export function createPseudonymizer(logKey: () => string): Pseudonymize {
  let held: { readonly text: string; readonly key: KeyObject } | undefined;
  return function pseudonymize(purpose, ...parts) {
    const text = logKey();
    if (held?.text !== text) held = { text, key: createSecretKey(text, 'base64url') };
    // JSON keeps the parts apart: no two lists of strings have one spelling.
    return createHmac('sha256', held.key)
      .update(JSON.stringify([purpose, ...parts]))
      .digest()
      .subarray(0, 16)
      .toString('base64url');
  };
}
