// Requests whose signature is right for what they are, and which are refused for what they are.
// Next: sigv4-mutation.test.ts, where it is the signature that no longer fits.
import { describe, expect, it } from 'vitest';
import { signByHand, verdict } from './signed-request.ts';

const invalid = 'InvalidSignatureException';
const incomplete = 'IncompleteSignatureException';

describe('a request that its key holder signed as it stands', () => {
  const names = ['host', 'x-amz-date', 'x-amz-security-token'];

  it.each([
    ['in order', {}],
    ['with a query', { target: '/reason?a=1&b=%2F' }],
    ['with a colon in the path', { target: '/arn:aws:lambda' }],
    ['with an escaped colon in the path', { target: '/arn%3Aaws%3Alambda' }],
    ['with a slash at the end', { target: '/reason/' }],
    ['with dots that are no dot segment', { target: '/a..b/.c/...' }],
    ['with a header more', { headers: [['x-a', 'one']] }],
  ] as const)('is let in %s', (_, wrong) => {
    expect(verdict(signByHand(wrong))).toBe('ok');
  });

  it.each([
    ['a method in lower case', invalid, { method: 'get' }],
    ['a method that holds the next line', invalid, { method: 'GET\n/admin' }],
    ['no method', invalid, { method: '' }],
    ['no path', invalid, { target: '' }],
    ['a path that is not absolute', invalid, { target: 'reason' }],
    ['an absolute target', invalid, { target: 'http://other/reason' }],
    ['a doubled slash', invalid, { target: '/a//reason' }],
    ['a dot segment', invalid, { target: '/./reason' }],
    ['a dot dot segment', invalid, { target: '/a/../reason' }],
    ['an escaped dot dot segment', invalid, { target: '/a/%2E%2E/reason' }],
    ['a dot dot segment behind an escaped slash', invalid, { target: '/a%2F..%2Freason' }],
    ['a dot dot segment behind an escaped backslash', invalid, { target: '/a%5C..%5Creason' }],
    ['a backslash', invalid, { target: '/a\\reason' }],
    ['a fragment', invalid, { target: '/reason#a' }],
    ['a space', invalid, { target: '/reason a' }],
    ['an escaped null', invalid, { target: '/reason%00' }],
    ['a needless escape', invalid, { target: '/%72eason' }],
    ['a lower-case escape', invalid, { target: '/a%2freason' }],
    ['a broken escape', invalid, { target: '/reason%' }],
    ['an escape that is no UTF-8', invalid, { target: '/reason%FF' }],
    ['a question mark without a query', invalid, { target: '/reason?' }],
    ['a parameter given twice', invalid, { target: '/reason?a=1&a=2' }],
    ['a parameter without an equals sign', invalid, { target: '/reason?a' }],
    ['a parameter without a name', invalid, { target: '/reason?=1' }],
    ['a plus for a space', invalid, { target: '/reason?a=1+1' }],
    ['a broken escape in the query', invalid, { target: '/reason?a=%zz' }],
    ['a scope of another day', invalid, { scopeDate: '20261122' }],
    ['a time that no clock shows', incomplete, { amzDate: '20261123T115960Z' }],
    ['host outside the signature', incomplete, { signedNames: ['x-amz-date', 'x-amz-security-token'] }],
    ['the token outside the signature', incomplete, { signedNames: ['host', 'x-amz-date'] }],
    ['an x-amz header outside the signature', incomplete, { headers: [['x-amz-target', 'a']], signedNames: names }],
    ['a list out of order', incomplete, { signedNames: names.toReversed() }],
    ['a list that names a header twice', incomplete, { signedNames: ['host', ...names] }],
    ['a list that names an absent header', incomplete, { signedNames: [...names, 'x-b'] }],
    [
      'a signed header given twice',
      incomplete,
      {
        headers: [
          ['x-a', '1'],
          ['x-a', '2'],
        ],
      },
    ],
    ['two spaces in a signed value', invalid, { headers: [['x-a', 'one  two']] }],
    ['a value beyond ASCII', invalid, { headers: [['x-a', 'é']] }],
    ['another payload hash than its body’s', invalid, { headers: [['x-amz-content-sha256', '0'.repeat(64)]] }],
    ['an unsigned payload', invalid, { headers: [['x-amz-content-sha256', 'UNSIGNED-PAYLOAD']] }],
  ] as const)('is refused all the same with %s as %s', (_, code, wrong) => {
    expect(verdict(signByHand(wrong))).toBe(code);
  });
});
