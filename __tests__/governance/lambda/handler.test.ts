// The Governance handler at its boundary: identity, bindings, quotas, and a deny for everything that can fail.
// Next: governance/lambda/handler.ts.
import { describe, expect, it } from 'vitest';
import { Decision } from '../../../governance/contract.ts';
import { callerIdentity, createHandler, type GovernanceRuntime } from '../../../governance/lambda/handler.ts';
import { type PolicyLookup } from '../../../governance/lambda/store.ts';
import { compilePolicy } from '../../../governance/policy/compile.ts';
import { parsePolicy } from '../../../governance/policy/parse.ts';
import { createAuditTrail } from '../../../governance/lambda/audit.ts';
import { createGrantIssuer } from '../../../governance/lambda/grant.ts';
import { createMemoryQuotaStore } from '../../../governance/lambda/quota.ts';
import { readToken, sha256Base64url } from '../../../governance/token.ts';
import { createTestSigner, functionArn } from '../../support/in-process-runtime.ts';

const binding = { method: 'POST', path: '/reason', bodySha256: sha256Base64url('{}'), jkt: sha256Base64url('key') };
const ask = { service: 'orbit', intent: 'call_reasoning', binding };
const nowMs = Date.parse('2026-06-01T10:00:00Z');

function policyOf(changes: object = {}) {
  const reading = parsePolicy(
    JSON.stringify({
      format: 1,
      tenant: 'default',
      revision: 7,
      intents: { call_reasoning: { resource: 'axon:/reason', context: { maxTokens: 'number', note: 'string' } } },
      quotas: { few: { limit: 2, windowSeconds: 60, per: ['tenant'] } },
      rules: [
        {
          id: 'may',
          effect: 'permit',
          services: ['orbit'],
          intents: ['call_reasoning'],
          resources: ['axon:/reason'],
          quotas: ['few'],
          obligations: [
            { type: 'redact', fields: ['note'] },
            { type: 'log', fields: { team: 'red' } },
          ],
        },
      ],
      ...changes,
    }),
  );
  if (!reading.ok) throw new Error(JSON.stringify(reading.issues));
  return compilePolicy(reading.document, 'digest');
}

function handlerWith(
  changes: Partial<GovernanceRuntime> = {},
  lookup: PolicyLookup = { ok: true, policy: policyOf(), platform: null, confirmedMs: nowMs },
) {
  const lines: string[] = [];
  const reports: string[] = [];
  const grants = createGrantIssuer({ signer: createTestSigner('arn:key'), issuer: 'gov', nowMs: () => nowMs });
  const handler = createHandler({
    store: { lookup: () => Promise.resolve(lookup), close: () => undefined },
    quotas: createMemoryQuotaStore(),
    grants,
    audit: createAuditTrail({
      write: (line) => void lines.push(line),
      attest: (typ, claims) => grants.attest(typ, claims),
    }),
    report: (_level, message) => void reports.push(message),
    nowMs: () => nowMs,
    ...changes,
  });
  const decide = async (event: unknown, alias = 'orbit') =>
    Decision.parse(
      await handler(event, { invokedFunctionArn: alias === '' ? functionArn : `${functionArn}:${alias}` }),
    );
  return { decide, lines, reports };
}

describe('identity', () => {
  it.each([
    [`${functionArn}:orbit`, 'orbit'],
    [`${functionArn}:live`, null],
    [functionArn, null],
    [`${functionArn}:17`, null],
    [`${functionArn}:$LATEST`, null],
    ['arn:aws:sns:eu-central-1:1:function:name:orbit', null],
    ['', null],
  ])('reads %s as %s', (arn, identity) => expect(callerIdentity(arn)).toBe(identity));

  it('never takes the service from the payload', async () => {
    const { decide } = handlerWith();
    expect(await decide({ ...ask, service: 'axon' })).toMatchObject({
      allowed: false,
      reason: 'identity_mismatch',
      rule: null,
    });
    expect((await decide({ ...ask, service: 'axon', binding: undefined })).reason).toBe('identity_mismatch');
    expect((await decide(ask, 'axon')).reason).toBe('identity_mismatch');
  });

  it.each(['live', '', '3'])('gives an invocation by %j a dry run at most', async (alias) => {
    const { decide } = handlerWith();
    expect((await decide(ask, alias)).reason).toBe('identity_mismatch');
    const dry = await decide({ service: 'orbit', intent: 'call_reasoning' }, alias);
    expect(dry).toMatchObject({ allowed: true, reason: 'permitted' });
    expect(dry.grant).toBeUndefined();
  });
});

describe('a permit', () => {
  it('carries a grant for exactly what was asked', async () => {
    const { decide } = handlerWith();
    const decision = await decide(ask);
    const claims = readToken(decision.grant ?? '', { typ: 'govern-grant+jwt', alg: 'EdDSA' })?.claims;
    expect(decision).toMatchObject({
      allowed: true,
      rule: 'may',
      policy: { tenant: 'default', revision: 7, digest: 'digest' },
      quota: { limit: 2, remaining: 1 },
    });
    expect(claims).toMatchObject({
      iss: 'gov',
      aud: 'axon',
      sub: 'orbit',
      tnt: 'default',
      int: 'call_reasoning',
      htm: 'POST',
      htu: '/reason',
      bsh: binding.bodySha256,
      cnf: { jkt: binding.jkt },
      did: decision.decisionId,
    });
    expect(decision.expiresAt).toBe('2026-06-01T10:00:30.000Z');
  });

  it('is refused for a path that is not the resource’s', async () => {
    const { decide } = handlerWith();
    expect(await decide({ ...ask, binding: { ...binding, path: '/admin' } })).toMatchObject({
      reason: 'request_invalid',
      detail: expect.stringContaining('/admin'),
    });
  });

  it('charges no quota for a dry run, and exactly its limit otherwise', async () => {
    const { decide } = handlerWith();
    for (let call = 0; call < 5; call += 1)
      expect((await decide({ ...ask, binding: undefined })).reason).toBe('permitted');
    const reasons = await Promise.all(Array.from({ length: 6 }, async () => (await decide(ask)).reason));
    expect(reasons.toSorted()).toEqual([
      ...Array.from({ length: 2 }, () => 'permitted'),
      ...Array.from({ length: 4 }, () => 'quota_exceeded'),
    ]);
    expect((await decide(ask)).quota).toEqual({ id: 'default/few', limit: 2, remaining: 0, retryAfterSeconds: 60 });
  });
});

describe('every failure is a deny with its reason', () => {
  const thrower = () => Promise.reject(new Error('down'));
  it.each<[string, Partial<GovernanceRuntime>, PolicyLookup | undefined, string]>([
    ['an unknown tenant', {}, { ok: false, reason: 'unknown_tenant', detail: 'd' }, 'unknown_tenant'],
    ['no policy', {}, { ok: false, reason: 'policy_unavailable', detail: 'd' }, 'policy_unavailable'],
    ['a broken policy', {}, { ok: false, reason: 'policy_invalid', detail: 'd' }, 'policy_invalid'],
    ['a stale policy', {}, { ok: false, reason: 'policy_stale', detail: 'd' }, 'policy_stale'],
    [
      'an expired policy',
      {},
      { ok: true, policy: policyOf({ validUntil: '2026-05-31T00:00:00Z' }), platform: null, confirmedMs: nowMs },
      'policy_expired',
    ],
    [
      'a document of another tenant',
      {},
      { ok: true, policy: policyOf({ tenant: 'acme' }), platform: null, confirmedMs: nowMs },
      'unknown_tenant',
    ],
    ['a store that throws', { store: { lookup: thrower, close: () => undefined } }, undefined, 'evaluation_error'],
    ['quotas out of reach', { quotas: { consume: thrower } }, undefined, 'governance_unavailable'],
    [
      'no signing key',
      { grants: { issue: thrower, attest: thrower, prepare: thrower } },
      undefined,
      'governance_unavailable',
    ],
    [
      'an audit trail that cannot write',
      {
        audit: {
          append: () => {
            throw new Error('disk full');
          },
          checkpoint: () => Promise.resolve(),
        },
      },
      undefined,
      'governance_unavailable',
    ],
  ])('%s', async (_name, changes, lookup, reason) => {
    const { decide } = handlerWith(changes, lookup);
    const decision = await decide(ask);
    expect(decision).toMatchObject({ allowed: false, reason, obligations: [] });
    expect(decision.grant).toBeUndefined();
  });

  it.each([
    null,
    1,
    'x',
    [],
    {},
    { service: 'orbit' },
    { ...ask, extra: 1 },
    { ...ask, tenant: '*' },
    { ...ask, context: { maxTokens: { $gt: 1 } } },
    { ...ask, context: { __proto__x: 1 } },
  ])('an event that is no request: %j', async (event) => {
    const { decide, lines } = handlerWith();
    expect(await decide(event)).toMatchObject({
      allowed: false,
      reason: 'request_invalid',
      detail: expect.stringMatching(/got .+ expected /),
    });
    expect(lines).toHaveLength(1);
  });
});

describe('the audit record', () => {
  it('has the decision and the request, and neither tokens nor what the policy redacts', async () => {
    const { decide, lines } = handlerWith();
    const decision = await decide({
      ...ask,
      subject: 'user:ada',
      context: { maxTokens: 1, note: 'private' },
      correlationId: 'corr-0001',
    });
    const [line = ''] = lines;
    expect(JSON.parse(line)).toMatchObject({
      message: 'decision',
      seq: 1,
      decisionId: decision.decisionId,
      reason: 'permitted',
      rule: 'may',
      tenant: 'default',
      correlationId: 'corr-0001',
      identity: 'orbit',
      granted: true,
      request: {
        service: 'orbit',
        intent: 'call_reasoning',
        subject: 'user:ada',
        context: { maxTokens: 1 },
        dryRun: false,
      },
      log: { team: 'red' },
    });
    for (const secret of ['private', decision.grant ?? 'grant', decision.certificate ?? 'certificate'])
      expect(line).not.toContain(secret);
  });

  it('is written for denies too', async () => {
    const { decide, lines } = handlerWith();
    await decide({ ...ask, intent: 'unknown_intent' });
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ allowed: false, reason: 'no_matching_permit', granted: false });
  });
});

it('accepts the smallest request there is', async () => {
  const { decide } = handlerWith();
  expect((await decide({ service: 'orbit', intent: 'call_reasoning' })).reason).toBe('permitted');
});
