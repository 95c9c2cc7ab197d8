// Every attack on a governed call, as data: what is spoilt, and the code it is refused with. The reasoner never runs.
// Next: services/axon/verify.ts, the defence.
import { createHmac, generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { readToken, sha256Base64url, signToken, thumbprint, publicJwk } from '../../governance/token.ts';
import { type RefusalCode, refusals } from '../../services/axon/verify.ts';
import { createProofKey } from '../../services/orbit/proof-key.ts';
import {
  createRuntime,
  createTestSigner,
  type GovernedRequest,
  governedRequest,
  type Runtime,
  send,
} from '../support/in-process-runtime.ts';

const nowMs = Date.parse('2026-06-01T10:00:00Z');
const clock = { offsetMs: 0 };
let runtime: Runtime;
let request: GovernedRequest;

beforeAll(async () => {
  runtime = await createRuntime({ nowMs: () => nowMs, axonNowMs: () => nowMs + clock.offsetMs });
});
afterAll(() => runtime.close());
beforeEach(async () => {
  clock.offsetMs = 0;
  request = await governedRequest(runtime);
  runtime.reasonerCalls.length = 0;
});

interface Attack {
  readonly name: string;
  readonly code: RefusalCode;
  readonly spoil: (call: GovernedRequest) => GovernedRequest | Promise<GovernedRequest>;
}

const withHeader = (call: GovernedRequest, name: string, value: string): GovernedRequest => ({
  ...call,
  headers: { ...call.headers, [name]: value },
});
const without = (call: GovernedRequest, name: string): GovernedRequest => ({
  ...call,
  headers: Object.fromEntries(Object.entries(call.headers).filter(([key]) => key !== name)),
});
const grantOf = (call: GovernedRequest) => call.headers['governance-grant'] ?? '';
const certificateOf = (call: GovernedRequest) => call.headers['governance-certificate'] ?? '';
const part = (token: string, index: number): Record<string, unknown> =>
  JSON.parse(Buffer.from(token.split('.')[index] ?? '', 'base64url').toString());
const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
const resigned = (token: string, header: object, claims: object) =>
  `${encode(header)}.${encode(claims)}.${token.split('.')[2]}`;
const flip = (token: string, index: number): string => {
  const place = token.split('.').slice(0, index).join('.').length + 10;
  return `${token.slice(0, place)}${token[place] === 'A' ? 'B' : 'A'}${token.slice(place + 1)}`;
};
const foreignKey = generateKeyPairSync('ed25519').privateKey;
/** A proof for the call by any key, with any claim changed. */
const reproved = (call: GovernedRequest, change: object, key = foreignKey): GovernedRequest => {
  const claims = { ...part(call.headers['dpop'] ?? '', 1), ...change };
  return withHeader(call, 'dpop', signToken({ typ: 'dpop+jwt', jwk: publicJwk(key) }, claims, key));
};
/** A grant signed by a key of the attacker's, certified by whoever the attacker finds. */
async function forgedGrant(
  call: GovernedRequest,
  certify: (claims: object) => string | Promise<string>,
): Promise<GovernedRequest> {
  const certificate = await certify({ ...part(certificateOf(call), 1), cnf: { jwk: publicJwk(foreignKey) } });
  const grant = signToken({ typ: 'govern-grant+jwt' }, { ...part(grantOf(call), 1), jti: 'forged-jti' }, foreignKey);
  return withHeader(withHeader(call, 'governance-certificate', certificate), 'governance-grant', grant);
}
const hmac = (secret: string, typ: string, claims: object) => {
  const input = `${encode({ alg: 'HS256', typ })}.${encode(claims)}`;
  return `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`;
};

/** What a Governance that lost its way might sign: certificate and grant by the trusted KMS key, with claims changed. */
async function minted(call: GovernedRequest, certificateChange: object, grantChange: object): Promise<GovernedRequest> {
  const claims = { ...part(certificateOf(call), 1), cnf: { jwk: publicJwk(foreignKey) }, ...certificateChange };
  const input = `${encode(part(certificateOf(call), 0))}.${encode(claims)}`;
  const certificate = `${input}.${(await runtime.signer.sign(input)).signature.toString('base64url')}`;
  const grant = signToken({ typ: 'govern-grant+jwt' }, { ...part(grantOf(call), 1), ...grantChange }, foreignKey);
  const proof = runtime.proofKey.prove({
    method: 'POST',
    path: '/reason',
    bodySha256: sha256Base64url(call.body),
    grant,
  });
  return withHeader(
    withHeader(withHeader(call, 'governance-certificate', certificate), 'governance-grant', grant),
    'dpop',
    proof,
  );
}
const nowSeconds = nowMs / 1000;

const attacks: readonly Attack[] = [
  {
    name: 'a certificate of another issuer',
    code: 'certificate_invalid',
    spoil: (call) => minted(call, { iss: 'elsewhere' }, {}),
  },
  {
    name: 'a certificate for a day',
    code: 'certificate_invalid',
    spoil: (call) => minted(call, { exp: nowSeconds + 86_400 }, {}),
  },
  {
    name: 'a certificate for half a key',
    code: 'certificate_invalid',
    spoil: (call) => minted(call, { cnf: { jwk: { kty: 'OKP', crv: 'Ed25519', x: 'AA' } } }, {}),
  },
  {
    name: 'a certificate that begins tomorrow',
    code: 'certificate_expired',
    spoil: (call) => minted(call, { nbf: nowSeconds + 86_400 }, {}),
  },
  { name: 'a grant of another issuer', code: 'grant_invalid', spoil: (call) => minted(call, {}, { iss: 'elsewhere' }) },
  { name: 'a grant for an hour', code: 'grant_invalid', spoil: (call) => minted(call, {}, { exp: nowSeconds + 3600 }) },
  {
    name: 'a grant that outlives its certificate',
    code: 'grant_invalid',
    spoil: (call) => minted(call, { exp: nowSeconds + 10 }, { exp: nowSeconds + 20 }),
  },
  {
    name: 'a grant for another audience',
    code: 'audience_mismatch',
    spoil: (call) => minted(call, {}, { aud: 'billing' }),
  },
  { name: 'a grant for another path', code: 'path_mismatch', spoil: (call) => minted(call, {}, { htu: '/admin' }) },
  {
    name: 'a grant of a service without a role here',
    code: 'caller_mismatch',
    spoil: (call) => minted(call, {}, { sub: 'billing' }),
  },
  {
    name: 'a grant with an obligation nobody knows',
    code: 'obligation_unknown',
    spoil: (call) => minted(call, {}, { obl: [{ type: 'watermark' }] }),
  },
  {
    name: 'a single_use grant without a table',
    code: 'obligation_unenforceable',
    spoil: (call) => minted(call, {}, { obl: [{ type: 'single_use' }] }),
  },
  { name: 'a grant without an id', code: 'grant_invalid', spoil: (call) => minted(call, {}, { jti: undefined }) },
  { name: 'no grant: a direct call', code: 'grant_missing', spoil: (call) => without(call, 'governance-grant') },
  { name: 'no certificate', code: 'certificate_missing', spoil: (call) => without(call, 'governance-certificate') },
  { name: 'no proof', code: 'proof_missing', spoil: (call) => without(call, 'dpop') },
  {
    name: 'a tampered body',
    code: 'body_mismatch',
    spoil: (call) => ({ ...call, body: call.body.replace('64', '65') }),
  },
  { name: 'one space more in the body', code: 'body_mismatch', spoil: (call) => ({ ...call, body: `${call.body} ` }) },
  { name: 'an empty body', code: 'body_mismatch', spoil: (call) => ({ ...call, body: '' }) },
  { name: 'another method', code: 'method_mismatch', spoil: (call) => ({ ...call, method: 'GET' }) },
  { name: 'a query added', code: 'path_mismatch', spoil: (call) => ({ ...call, target: '/reason?admin=1' }) },
  {
    name: 'a tenant the grant is not for',
    code: 'tenant_mismatch',
    spoil: (call) => withHeader(call, 'x-tenant', 'acme'),
  },
  {
    name: 'another workload behind the mesh',
    code: 'caller_mismatch',
    spoil: (call) =>
      withHeader(
        call,
        'x-amzn-lattice-identity',
        'Principal=arn:aws:sts::111122223333:assumed-role/agent-runtime-dev-axon-role/t;Type=AWS_IAM',
      ),
  },
  {
    name: 'the same role name in another account',
    code: 'caller_mismatch',
    spoil: (call) =>
      withHeader(
        call,
        'x-amzn-lattice-identity',
        'Principal=arn:aws:sts::999922223333:assumed-role/agent-runtime-dev-orbit-role/t;Type=AWS_IAM',
      ),
  },
  {
    name: 'two principals in the mesh header',
    code: 'caller_mismatch',
    spoil: (call) =>
      withHeader(
        call,
        'x-amzn-lattice-identity',
        `${call.headers['x-amzn-lattice-identity']};Principal=arn:aws:sts::1:assumed-role/x/y`,
      ),
  },
  {
    name: 'no mesh identity: around the mesh',
    code: 'caller_mismatch',
    spoil: (call) => without(call, 'x-amzn-lattice-identity'),
  },
  {
    name: 'grant with alg none',
    code: 'grant_invalid',
    spoil: (call) =>
      withHeader(
        call,
        'governance-grant',
        resigned(grantOf(call), { alg: 'none', typ: 'govern-grant+jwt' }, part(grantOf(call), 1)),
      ),
  },
  {
    name: 'grant with alg none and no signature',
    code: 'grant_invalid',
    spoil: (call) =>
      withHeader(
        call,
        'governance-grant',
        `${encode({ alg: 'none', typ: 'govern-grant+jwt' })}.${encode(part(grantOf(call), 1))}.`,
      ),
  },
  {
    name: 'grant by HMAC with the public key',
    code: 'grant_invalid',
    spoil: (call) =>
      withHeader(
        call,
        'governance-grant',
        hmac(
          (part(certificateOf(call), 1)['cnf'] as { jwk: { x: string } }).jwk.x,
          'govern-grant+jwt',
          part(grantOf(call), 1),
        ),
      ),
  },
  {
    name: 'grant with a critical header',
    code: 'grant_invalid',
    spoil: (call) =>
      withHeader(
        call,
        'governance-grant',
        resigned(grantOf(call), { ...part(grantOf(call), 0), crit: ['b64'], b64: false }, part(grantOf(call), 1)),
      ),
  },
  {
    name: 'grant with claims changed',
    code: 'grant_invalid',
    spoil: (call) =>
      withHeader(
        call,
        'governance-grant',
        resigned(grantOf(call), part(grantOf(call), 0), { ...part(grantOf(call), 1), exp: 9_999_999_999 }),
      ),
  },
  {
    name: 'grant with a flipped payload character',
    code: 'grant_invalid',
    spoil: (call) => withHeader(call, 'governance-grant', flip(grantOf(call), 1)),
  },
  {
    name: 'grant with a flipped signature character',
    code: 'grant_invalid',
    spoil: (call) => withHeader(call, 'governance-grant', flip(grantOf(call), 2)),
  },
  {
    name: 'grant with a fourth segment',
    code: 'grant_invalid',
    spoil: (call) => withHeader(call, 'governance-grant', `${grantOf(call)}.x`),
  },
  {
    name: 'grant with base64 padding',
    code: 'grant_invalid',
    spoil: (call) => withHeader(call, 'governance-grant', `${grantOf(call)}==`),
  },
  {
    name: 'the proof passed as grant',
    code: 'grant_invalid',
    spoil: (call) => withHeader(call, 'governance-grant', call.headers['dpop'] ?? ''),
  },
  {
    name: 'an endless grant header',
    code: 'grant_invalid',
    spoil: (call) => withHeader(call, 'governance-grant', `${grantOf(call)}${'A'.repeat(9000)}`),
  },
  {
    name: 'grant of one tenant in another tenant’s request',
    code: 'proof_invalid',
    spoil: async (call) =>
      withHeader(call, 'governance-grant', grantOf(await governedRequest(runtime, { request: { tenant: 'acme' } }))),
  },
  {
    name: 'forged certificate',
    code: 'certificate_invalid',
    spoil: (call) => forgedGrant(call, (claims) => resigned(certificateOf(call), part(certificateOf(call), 0), claims)),
  },
  {
    name: 'certificate with alg none',
    code: 'certificate_invalid',
    spoil: (call) =>
      forgedGrant(call, (claims) =>
        resigned(certificateOf(call), { ...part(certificateOf(call), 0), alg: 'none' }, claims),
      ),
  },
  {
    name: 'certificate signed with EdDSA by the attacker',
    code: 'certificate_invalid',
    spoil: (call) =>
      forgedGrant(call, (claims) =>
        signToken({ typ: 'govern-cert+jwt', kid: runtime.signer.keyId }, claims, foreignKey),
      ),
  },
  {
    name: 'certificate of another KMS key',
    code: 'certificate_untrusted',
    spoil: (call) =>
      forgedGrant(call, (claims) => kmsCertificate('arn:aws:kms:eu-central-1:111122223333:key/other', claims)),
  },
  {
    name: 'certificate of another KMS key under the trusted name',
    code: 'certificate_invalid',
    spoil: (call) => forgedGrant(call, (claims) => kmsCertificate(runtime.signer.keyId, claims)),
  },
  {
    name: 'grant passed as certificate',
    code: 'certificate_invalid',
    spoil: (call) => withHeader(call, 'governance-certificate', grantOf(call)),
  },
  {
    name: 'grant by a key the certificate does not certify',
    code: 'grant_invalid',
    spoil: (call) =>
      withHeader(call, 'governance-grant', signToken({ typ: 'govern-grant+jwt' }, part(grantOf(call), 1), foreignKey)),
  },
  { name: 'proof by another key', code: 'proof_key_mismatch', spoil: (call) => reproved(call, {}) },
  {
    name: 'proof by another key that claims the right one',
    code: 'proof_invalid',
    spoil: (call) =>
      withHeader(
        call,
        'dpop',
        signToken(
          part(call.headers['dpop'] ?? '', 0) as { typ: string },
          part(call.headers['dpop'] ?? '', 1),
          foreignKey,
        ),
      ),
  },
  {
    name: 'proof for another grant',
    code: 'proof_invalid',
    spoil: async (call) => withHeader(call, 'dpop', (await governedRequest(runtime)).headers['dpop'] ?? ''),
  },
  {
    name: 'proof with alg none',
    code: 'proof_invalid',
    spoil: (call) =>
      withHeader(
        call,
        'dpop',
        resigned(
          call.headers['dpop'] ?? '',
          { ...part(call.headers['dpop'] ?? '', 0), alg: 'none' },
          part(call.headers['dpop'] ?? '', 1),
        ),
      ),
  },
  {
    name: 'proof with a private key inside',
    code: 'proof_invalid',
    spoil: (call) =>
      withHeader(
        call,
        'dpop',
        signToken(
          { typ: 'dpop+jwt', jwk: foreignKey.export({ format: 'jwk' }) },
          part(call.headers['dpop'] ?? '', 1),
          foreignKey,
        ),
      ),
  },
  {
    name: 'proof for another path',
    code: 'proof_invalid',
    spoil: (call) =>
      withHeader(
        call,
        'dpop',
        runtime.proofKey.prove({
          method: 'POST',
          path: '/other',
          bodySha256: sha256Base64url(call.body),
          grant: grantOf(call),
        }),
      ),
  },
  {
    name: 'proof for another method',
    code: 'proof_invalid',
    spoil: (call) =>
      withHeader(
        call,
        'dpop',
        runtime.proofKey.prove({
          method: 'GET',
          path: '/reason',
          bodySha256: sha256Base64url(call.body),
          grant: grantOf(call),
        }),
      ),
  },
  {
    name: 'proof for another body',
    code: 'proof_invalid',
    spoil: (call) =>
      withHeader(
        call,
        'dpop',
        runtime.proofKey.prove({
          method: 'POST',
          path: '/reason',
          bodySha256: sha256Base64url('x'),
          grant: grantOf(call),
        }),
      ),
  },
  { name: 'a clock ahead by more than the skew', code: 'grant_expired', spoil: (call) => at(30_000 + 5000, call) },
  { name: 'a clock behind by more than the skew', code: 'grant_not_yet_valid', spoil: (call) => at(-6000, call) },
  { name: 'a certificate long over', code: 'certificate_expired', spoil: (call) => at(900_000 + 5000, call) },
];

function at(offsetMs: number, call: GovernedRequest): GovernedRequest {
  clock.offsetMs = offsetMs;
  return call;
}

async function kmsCertificate(keyId: string, claims: object): Promise<string> {
  const input = `${encode({ typ: 'govern-cert+jwt', alg: 'ES256', kid: keyId })}.${encode(claims)}`;
  return `${input}.${(await createTestSigner(keyId).sign(input)).signature.toString('base64url')}`;
}

describe('attacks on a governed call', () => {
  it('lets the call through that every attack starts from', async () => {
    const response = await send(runtime, request);
    expect(response.status).toBe(200);
    expect(runtime.reasonerCalls).toHaveLength(1);
  });

  it.each(attacks)('refuses $name with $code', async ({ code, spoil }) => {
    const response = await send(runtime, await spoil(request));
    const problem = (await response.json()) as { code: string; status: number };
    expect({ code: problem.code, status: response.status }).toEqual({ code, status: refusals[code] });
    expect(response.headers.get('content-type')).toBe('application/problem+json');
    expect(runtime.reasonerCalls).toEqual([]);
  });

  it('accepts clocks apart by just less than the skew', async () => {
    for (const offsetMs of [-5000, 34_000]) {
      clock.offsetMs = offsetMs;
      const fresh = await governedRequest(runtime);
      expect((await send(runtime, fresh)).status).toBe(200);
    }
  });

  it('lets a call through that is minted without a change, so that each change is what refuses it', async () => {
    expect((await send(runtime, await minted(request, {}, {}))).status).toBe(200);
  });

  it('lets a grant through once, and refuses its replay', async () => {
    expect((await send(runtime, request)).status).toBe(200);
    const again = await send(runtime, request);
    expect([again.status, ((await again.json()) as { code: string }).code]).toEqual([403, 'replayed']);
    expect(runtime.reasonerCalls).toHaveLength(1);
  });

  it('lets exactly one of many concurrent uses of one grant win', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => send(runtime, request)));
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([
      200,
      ...Array.from({ length: 19 }, () => 403),
    ]);
    expect(runtime.reasonerCalls).toHaveLength(1);
  });

  it('does not remember a grant that it refused, so that a spoilt copy cannot use it up', async () => {
    expect((await send(runtime, { ...request, body: 'x' })).status).toBe(403);
    expect((await send(runtime, request)).status).toBe(200);
  });

  it('refuses rather than forget when its memory of grants is full', async () => {
    const small = await createRuntime({ replayCapacity: 2 });
    const calls = await Promise.all([1, 2, 3].map(() => governedRequest(small)));
    const answers = [];
    for (const call of calls) answers.push((await send(small, call)).status);
    expect(answers).toEqual([200, 200, 503]);
    const [first] = calls;
    expect(first && ((await (await send(small, first)).json()) as { code: string }).code).toBe('replayed');
    small.close();
  });

  it('refuses a proof whose time is not now', async () => {
    const stale = createProofKey(() => nowMs - 36_000);
    const call = await governedRequest(runtime, { proofKey: stale });
    expect(((await (await send(runtime, call)).json()) as { code: string }).code).toBe('proof_expired');
  });

  it('has its attacks cover every refusal code that a request alone can cause', () => {
    const elsewhere = ['replayed', 'replay_set_full', 'proof_expired', 'single_use_unavailable'];
    const covered = new Set([...attacks.map(({ code }) => code), ...elsewhere]);
    expect(Object.keys(refusals).filter((code) => !covered.has(code))).toEqual([]);
  });

  it('reads the thumbprint a grant is bound to from the key that proves it', () => {
    const jwk = readToken(request.headers['dpop'] ?? '', { typ: 'dpop+jwt', alg: 'EdDSA', parameters: ['jwk'] })
      ?.header['jwk'];
    expect(thumbprint(jwk as Parameters<typeof thumbprint>[0])).toBe(runtime.proofKey.jkt);
  });
});
