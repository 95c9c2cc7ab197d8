// What a grant costs: to sign and to verify, ours beside jose, and one SigV4 signature beside aws4fetch's own.
// Next: governance/token.ts, what is timed.
import { generateKeyPairSync } from 'node:crypto';
import { AwsV4Signer } from 'aws4fetch';
import { jwtVerify, SignJWT } from 'jose';
import { readToken, signToken, verifySignature } from '../../governance/token.ts';
import { signRequest } from '../../services/shared/aws.ts';
import { measureAsync, table, type Timing } from './measure.ts';

const claims = {
  iss: 'agent-runtime-governance',
  aud: 'axon',
  sub: 'orbit',
  tnt: 'default',
  int: 'call_reasoning',
  htm: 'POST',
  htu: '/reason',
  bsh: 'x'.repeat(43),
  cnf: { jkt: 'y'.repeat(43) },
  obl: [],
  jti: 'z',
};

/** Prints the table. */
export async function benchGrants(): Promise<void> {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const token = signToken({ typ: 'govern-grant+jwt' }, claims, privateKey);
  const sign = (index: number) =>
    Promise.resolve(signToken({ typ: 'govern-grant+jwt' }, { ...claims, iat: index }, privateKey));
  const joseSign = (index: number) =>
    new SignJWT({ ...claims, iat: index })
      .setProtectedHeader({ alg: 'EdDSA', typ: 'govern-grant+jwt' })
      .sign(privateKey);
  const verify = () => {
    const read = readToken(token, { typ: 'govern-grant+jwt', alg: 'EdDSA' });
    if (!read || !verifySignature(read, publicKey)) throw new Error('got a grant that does not verify');
    return Promise.resolve();
  };
  const joseVerify = () => jwtVerify(token, publicKey, { algorithms: ['EdDSA'], typ: 'govern-grant+jwt' });
  const body = JSON.stringify({ ...claims, context: { maxTokens: 64 } });
  const request = {
    method: 'POST',
    url: 'https://lambda.eu-central-1.amazonaws.com/2015-03-31/functions/governance/invocations?Qualifier=orbit',
    service: 'lambda',
    region: 'eu-central-1',
  };
  const credentials = { accessKeyId: 'ASIAEXAMPLE', secretAccessKey: 'example', sessionToken: 'token' };
  const cache = new Map<string, ArrayBuffer>();
  const rows = [
    row('grant sign', await measureAsync(sign), await measureAsync(joseSign), 'jose'),
    row('grant verify', await measureAsync(verify), await measureAsync(joseVerify), 'jose'),
    row(
      'sigv4 sign, payload signed',
      await measureAsync(() => signRequest({ ...request, body, credentials, payload: 'signed' })),
      await measureAsync(() => new AwsV4Signer({ ...request, body, ...credentials, cache }).sign()),
      'aws4fetch',
    ),
  ];
  process.stdout.write(`${table(rows)}\n`);
}

function row(what: string, ours: Timing, theirs: Timing, whose: string): Record<string, string | number> {
  return {
    what,
    'p50 µs': ours.p50Us.toFixed(1),
    'p99 µs': ours.p99Us.toFixed(1),
    beside: whose,
    'its p50 µs': theirs.p50Us.toFixed(1),
    ratio: (theirs.p50Us / ours.p50Us).toFixed(2),
  };
}
