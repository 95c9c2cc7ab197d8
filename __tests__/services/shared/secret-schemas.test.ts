// What a secret must hold, and that a wrong one is described without a character of it.
// Next: services/shared/secret-schemas.ts.
import { describe, expect, it } from 'vitest';
import {
  AxonSecret,
  createLogKey,
  OrbitSecret,
  parseSecret,
  secretSchemas,
} from '../../../services/shared/secret-schemas.ts';

const logKey = createLogKey();

describe('a secret', () => {
  it('holds a key of 32 random bytes, never the same twice', () => {
    const keys = Array.from({ length: 200 }, createLogKey);
    expect(new Set(keys).size).toBe(200);
    for (const one of keys) {
      expect(Buffer.from(one, 'base64url')).toHaveLength(32);
      expect(OrbitSecret.safeParse({ logKey: one }).success).toBe(true);
    }
  });

  it.each(['orbit', 'axon'] as const)('of %s keeps what is not known here', (owner) => {
    const value = { logKey, later: { a: [1] } };
    expect(parseSecret(secretSchemas[owner], JSON.stringify(value), 'x')).toEqual(value);
  });

  it.each([
    ['31 bytes', Buffer.alloc(31, 7).toString('base64url')],
    ['33 bytes', Buffer.alloc(33, 7).toString('base64url')],
    ['bits beyond the 32 bytes', `${'A'.repeat(42)}B`],
    ['padding', `${logKey}=`],
    ['the other alphabet', `+/${logKey.slice(2)}`],
    ['a line break', `${logKey}\n`],
    ['nothing', ''],
  ])('is refused with a key of %s', (_, key) => {
    expect(OrbitSecret.safeParse({ logKey: key }).success).toBe(false);
  });

  it.each(['', 'sk a', 'sk\r\nx: y', 'ключ', 'k'.repeat(513), 7, null])(
    'of axon is refused with the api key %j',
    (openAiApiKey) => {
      expect(AxonSecret.safeParse({ logKey, openAiApiKey }).success).toBe(false);
      expect(AxonSecret.safeParse({ logKey, openAiApiKey: 'sk-good' }).success).toBe(true);
    },
  );
});

describe('a secret at fault', () => {
  it.each([
    ['no json', 'canary-value {', 'expected a json object'],
    ['a text', '"canary-value"', '$: got a hidden value'],
    [
      'a key of another form',
      '{"logKey":"canary-value"}',
      'logKey: got a hidden value, expected 32 bytes as base64url',
    ],
    ['no key', '{"other":"canary-value"}', 'logKey: got nothing'],
  ])('is named and never shown: %s', (_, text, said) => {
    const failure = failureOf(() => parseSecret(OrbitSecret, text, 'the secret'));
    expect(failure.message).toContain(said);
    expect(failure.message).toMatch(/^the secret: /);
    expect(`${failure.message} ${failure.stack} ${String(failure.cause)}`).not.toContain('canary');
  });
});

function failureOf(work: () => unknown): Error {
  try {
    work();
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error('got no failure, expected one');
}
