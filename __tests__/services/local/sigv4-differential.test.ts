// Random requests, signed by AWS's own library and by the services' signer: one signature, and the verifier takes it.
// Next: sigv4-mutation.test.ts, for what it does not take.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  headerOf,
  nowMs,
  signatureOf,
  signWithServices,
  signWithSmithy,
  type ToSign,
  verdict,
} from './signed-request.ts';

const encode = (text: string): string =>
  encodeURIComponent(text).replaceAll(/[!'()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`);

/** Any text that is neither a dot segment nor one in disguise, nor beyond what a URL can hold. */
const segment = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 12 })
  .filter((text) => !text.split(/[/\\]/).some((part) => part === '.' || part === '..'))
  // oxlint-disable-next-line no-control-regex -- control characters are what is kept out
  .filter((text) => !/[\x00-\x1f\x7f]/.test(text) && text.isWellFormed());
const path = fc.array(segment, { maxLength: 4 }).map((segments) => `/${segments.map(encode).join('/')}`);
const query = fc
  .uniqueArray(fc.tuple(segment, fc.oneof(segment, fc.constant(''))), { maxLength: 4, selector: ([name]) => name })
  // Smithy reads the query as an object's own keys, and signs none that looks like one of its own.
  .filter((pairs) => !pairs.some(([name]) => name === '__proto__' || /^x-amz-/i.test(name)))
  .map((pairs) => pairs.map(([name, value]) => `${encode(name)}=${encode(value)}`).join('&'));
const word = fc.stringMatching(/^[!-~]{1,10}$/);
const headers = fc.dictionary(
  fc.stringMatching(/^x-[a-z0-9]{1,8}(-[a-z0-9]{1,6})?$/).filter((name) => !name.startsWith('x-amz')),
  fc.array(word, { minLength: 1, maxLength: 3 }).map((words) => words.join(' ')),
  { maxKeys: 4, noNullPrototype: true },
);
const requests: fc.Arbitrary<ToSign> = fc.record({
  method: fc.constantFrom('GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'HEAD'),
  target: fc.tuple(path, query).map(([where, what]) => (what === '' ? where : `${where}?${what}`)),
  headers,
  body: fc.string({ unit: 'grapheme', maxLength: 40 }),
  service: fc.constantFrom('lambda', 'kms', 'dynamodb', 'vpc-lattice-svcs'),
  region: fc.constantFrom('eu-central-1', 'us-gov-west-1', 'cn-north-1'),
  nowMs: fc.integer({ min: nowMs - 86_400_000, max: nowMs + 3_000_000 }).map((ms) => ms - (ms % 1000)),
});

describe('the three implementations of SigV4', () => {
  for (const payload of ['signed', 'unsigned'] as const) {
    it(`agree on every request with ${payload} payload`, async () => {
      let withBody = 0;
      let withQuery = 0;
      await fc.assert(
        fc.asyncProperty(requests, async (request) => {
          const [ours, theirs] = await Promise.all([
            signWithServices({ ...request, payload }),
            signWithSmithy({ ...request, payload }),
          ]);
          withBody += request.body === '' ? 0 : 1;
          withQuery += request.target.includes('?') ? 1 : 0;
          expect(ours.target).toBe(request.target);
          expect(headerOf(ours, 'authorization')).toBe(headerOf(theirs, 'authorization'));
          expect(signatureOf(ours)).toHaveLength(64);
          const expectation = {
            ...(request.service === undefined ? {} : { service: request.service }),
            ...(request.region === undefined ? {} : { region: request.region }),
            ...(request.nowMs === undefined ? {} : { nowMs: request.nowMs }),
            unsignedPayload: payload === 'unsigned' ? ('required' as const) : ('refused' as const),
          };
          expect(verdict(ours, expectation)).toBe('ok');
          expect(verdict(theirs, expectation)).toBe('ok');
        }),
        { numRuns: 500 },
      );
      // A generator that gave only empty requests would prove nothing.
      expect(withBody).toBeGreaterThan(200);
      expect(withQuery).toBeGreaterThan(200);
    });
  }

  it('disagree once the secret differs', async () => {
    const request = { method: 'POST', target: '/reason', body: '{}' };
    const ours = await signWithServices({ ...request, secretAccessKey: 'another' });
    expect(signatureOf(ours)).not.toBe(signatureOf(await signWithSmithy(request)));
    expect(verdict(ours)).toBe('InvalidSignatureException');
  });
});
