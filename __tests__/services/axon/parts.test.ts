// Axon's smaller parts: the replay set, the trusted keys, obligations, the mesh identity and the configuration.
// Next: services/axon/replay-set.ts, trusted-keys.ts, obligations.ts, mesh-identity.ts and config.ts.
import { generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { type Obligation } from '../../../governance/contract.ts';
import { AxonEnvironment } from '../../../services/axon/config.ts';
import { meshCallerProblem } from '../../../services/axon/mesh-identity.ts';
import { applyObligations, readObligations } from '../../../services/axon/obligations.ts';
import { createReplaySet } from '../../../services/axon/replay-set.ts';
import { createTrustedKeys } from '../../../services/axon/trusted-keys.ts';

describe('the replay set', () => {
  it('lets each id through once for as long as it is kept, whatever the clock does', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c', 'd'), fc.integer({ min: -500, max: 400 })), { maxLength: 60 }),
        (steps) => {
          const set = createReplaySet(100, 1000);
          const keptUntil = new Map<string, number>();
          let clockMs = 0;
          let latestMs = 0;
          for (const [jti, stepMs] of steps) {
            clockMs += stepMs;
            latestMs = Math.max(latestMs, clockMs);
            const live = (keptUntil.get(jti) ?? Number.NEGATIVE_INFINITY) > latestMs;
            expect(set.claim(jti, clockMs)).toBe(live ? 'replayed' : 'first');
            if (!live) keptUntil.set(jti, latestMs + 1000);
          }
        },
      ),
    );
  });

  it('never forgets a live id to make room, and makes room as ids end', () => {
    const set = createReplaySet(2, 1000);
    expect([set.claim('a', 0), set.claim('b', 500), set.claim('c', 600), set.claim('a', 900)]).toEqual([
      'first',
      'first',
      'full',
      'replayed',
    ]);
    expect(set.claim('c', 1000)).toBe('first');
    expect(set.size).toBe(2);
  });
});

describe('the trusted keys', () => {
  const spki = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ type: 'spki', format: 'der' });
  it('are ready once all are there, keep an equal key as the same object, and survive KMS being down', async () => {
    let down = true;
    let nowMs = 0;
    const failures: string[] = [];
    const keys = createTrustedKeys({
      keyIds: ['one', 'two'],
      fetchKey: (keyId) =>
        down && keyId === 'two' ? Promise.reject(new Error('down')) : Promise.resolve({ arn: `arn:${keyId}`, spki }),
      onFailure: (keyId) => void failures.push(keyId),
      nowMs: () => nowMs,
    });
    await vi.waitFor(() => expect(failures).toEqual(['two']));
    expect([keys.ready(), keys.get('arn:one') === undefined, keys.get('arn:two')]).toEqual([false, false, undefined]);
    down = false;
    await keys.refresh();
    expect(keys.ready()).toBe(true);
    const before = keys.get('arn:two');
    down = true;
    nowMs += 10_000;
    await keys.refresh();
    expect(keys.get('arn:two')).toBe(before);
    keys.stop();
  });

  it('take no key of another kind', async () => {
    const failures: unknown[] = [];
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({ type: 'spki', format: 'der' });
    const keys = createTrustedKeys({
      keyIds: ['rsa'],
      fetchKey: () => Promise.resolve({ arn: 'arn:rsa', spki: rsa }),
      onFailure: (_keyId, cause) => void failures.push(cause),
    });
    await vi.waitFor(() => expect(String(failures[0])).toContain('expected ecc_nist_p256'));
    expect(keys.get('arn:rsa')).toBeUndefined();
    keys.stop();
  });
});

describe('obligations', () => {
  const request = { prompt: 'p', system: 's', maxTokens: 100, temperature: 0.5, model: 'm' };
  it.each<[Obligation[], object]>([
    [[{ type: 'limit', field: 'maxTokens', max: 10 }], { ...request, maxTokens: 10 }],
    [
      [
        { type: 'limit', field: 'maxTokens', max: 10 },
        { type: 'limit', field: 'maxTokens', max: 7.9 },
      ],
      { ...request, maxTokens: 7 },
    ],
    [[{ type: 'limit', field: 'maxTokens', max: 1000 }], request],
    [[{ type: 'redact', fields: ['system', 'model', 'unheardOf'] }], { prompt: 'p', maxTokens: 100, temperature: 0.5 }],
    [[{ type: 'single_use' }, { type: 'log', fields: { a: 1 } }], request],
  ])('%j', (obligations, expected) =>
    expect(applyObligations(request, obligations)).toEqual({ ok: true, request: expected }),
  );

  it('set a missing field to its cap, since what the model would take is not known', () => {
    expect(
      applyObligations({ prompt: 'p', maxTokens: 1 }, [{ type: 'limit', field: 'temperature', max: 0.2 }]),
    ).toEqual({ ok: true, request: { prompt: 'p', maxTokens: 1, temperature: 0.2 } });
  });

  it.each<Obligation[]>([
    [{ type: 'limit', field: 'cost', max: 1 }],
    [{ type: 'limit', field: 'maxTokens', max: 0 }],
    [{ type: 'redact', fields: ['prompt'] }],
  ])('refuse what they cannot do: %j', (obligation) => {
    expect(applyObligations(request, [obligation])).toMatchObject({ ok: false, code: 'obligation_unenforceable' });
  });

  it.each([
    [{ type: 'watermark' }],
    [{ type: 'limit', field: 'maxTokens' }],
    [{ type: 'limit', field: 'maxTokens', max: 1, soft: true }],
  ])('that are not known are a refusal: %j', (claimed) => {
    expect(readObligations({ obl: [{ type: 'single_use' }, claimed] })).toMatchObject({
      ok: false,
      code: 'obligation_unknown',
    });
  });
});

describe('the mesh identity', () => {
  const role = 'arn:aws:iam::111122223333:role/orbit';
  const principal = 'Principal=arn:aws:sts::111122223333:assumed-role/orbit/task';
  it.each([
    [`${principal};SessionName=task;Type=AWS_IAM`, role],
    [`Type=AWS_IAM; ${principal}`, role],
    [principal, 'arn:aws:iam::111122223333:role/services/orbit'],
    ['Principal=arn:aws-us-gov:sts::111122223333:assumed-role/orbit/t', 'arn:aws-us-gov:iam::111122223333:role/orbit'],
  ])('%s is %s', (header, roleArn) => expect(meshCallerProblem(header, roleArn)).toBeUndefined());

  it.each([
    [undefined, role],
    ['', role],
    [principal, undefined],
    [`${principal};${principal}`, role],
    ['Principal=arn:aws:sts::111122223333:assumed-role/orbit-evil/task', role],
    ['Principal=arn:aws:iam::111122223333:user/orbit', role],
    ['SessionName=x', role],
    [`NotPrincipal=x${principal}`, role],
  ])('%s is not %s', (header, roleArn) => expect(meshCallerProblem(header, roleArn)).toMatch(/^got /));
});

describe('the configuration', () => {
  const good = {
    AWS_REGION: 'eu-central-1',
    GOVERNANCE_TRUSTED_KEYS: 'arn:one, arn:two',
    AXON_CALLERS: 'orbit=arn:aws:iam::111122223333:role/orbit',
  };
  it('reads lists and maps', () => {
    const config = AxonEnvironment.parse(good);
    expect([config.GOVERNANCE_TRUSTED_KEYS, config.AXON_CALLERS?.get('orbit')]).toEqual([
      ['arn:one', 'arn:two'],
      'arn:aws:iam::111122223333:role/orbit',
    ]);
  });

  it.each([
    [{ ...good, AXON_CALLERS: undefined }, 'AXON_CALLERS'],
    [{ ...good, AXON_CALLERS: 'orbit=orbit-role' }, 'AXON_CALLERS'],
    [{ ...good, GOVERNANCE_TRUSTED_KEYS: '' }, 'GOVERNANCE_TRUSTED_KEYS'],
    [{ ...good, AXON_REASONER: 'bedrock' }, 'AXON_MODEL'],
    [{ ...good, AXON_REASONER: 'openai-compatible', AXON_MODEL: 'm' }, 'AXON_OPENAI_BASE_URL'],
    [{ ...good, AXON_PORT: '99999' }, 'AXON_PORT'],
    [{ ...good, AXON_TLS: 'yes' }, 'AXON_TLS'],
  ])('names what is wrong: %#', (environment, name) => {
    const parsed = AxonEnvironment.safeParse(environment);
    expect(parsed.error?.issues.map(({ path }) => path[0])).toContain(name);
  });
});
