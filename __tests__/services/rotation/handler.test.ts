// The rotation function against a Secrets Manager that moves versions and labels as AWS does, and refuses strangers.
// Next: services/rotation/handler.ts.
import { describe, expect, it } from 'vitest';
import { createRotationHandler } from '../../../services/rotation/handler.ts';
import { createSecretStore, type SecretStore } from '../../../services/rotation/secret-store.ts';
import type { RotationStep } from '../../../services/rotation/steps.ts';
import { createLogKey, type SecretOwner } from '../../../services/shared/secret-schemas.ts';
import { readSecretValue } from '../../../services/shared/secret-value.ts';
import { axonName, orbitName, startSecretAccount } from './secret-account.ts';

const steps: readonly RotationStep[] = ['createSecret', 'setSecret', 'testSecret', 'finishSecret'];
const openAiApiKey = 'sk-example-0123456789';

interface Changes {
  readonly store?: (store: SecretStore) => SecretStore;
  readonly allowed?: readonly string[];
  readonly enabled?: boolean;
}

async function startRotation({ store: change = (store) => store, allowed, enabled = true }: Changes = {}) {
  const local = await startSecretAccount();
  const { secrets } = local;
  if (enabled) for (const name of [orbitName, axonName]) secrets.enableRotation(name);
  const owners: readonly (readonly [string, SecretOwner])[] = [
    [secrets.arnOf(orbitName), 'orbit'],
    [secrets.arnOf(axonName), 'axon'],
  ];
  const lines: string[] = [];
  const handler = createRotationHandler({
    secrets: new Map(owners.filter(([, owner]) => allowed?.includes(owner) ?? true)),
    store: change(createSecretStore(local.as('secrets-rotation'))),
    report: (level, message, fields) => void lines.push(JSON.stringify({ level, message, ...fields })),
  });
  const step = (name: string, versionId: string, Step: string) =>
    handler({ SecretId: secrets.arnOf(name), ClientRequestToken: versionId, Step });
  const current = async (name: string): Promise<Record<string, unknown>> => {
    const role = name === orbitName ? 'orbit' : 'axon';
    return JSON.parse((await readSecretValue(local.as(role), { secretId: name })).text) as Record<string, unknown>;
  };
  const rotate = async (name: string): Promise<string> => {
    const versionId = secrets.beginRotation(name);
    for (const one of steps) await step(name, versionId, one);
    return versionId;
  };
  const describeSecret = (name: string) =>
    createSecretStore(local.as('secrets-rotation')).describe(secrets.arnOf(name));
  return { ...local, handler, lines, step, current, rotate, describeSecret };
}

describe('a whole rotation', () => {
  it('gives the secret a new key, carries everything else over, and keeps the version before as AWSPREVIOUS', async () => {
    const { secrets, rotate, current, describeSecret } = await startRotation();
    const before = { logKey: createLogKey(), openAiApiKey, note: { by: 'an operator', list: [1, null] } };
    secrets.store(axonName, JSON.stringify(before));
    const [previousId] = [...(await describeSecret(axonName)).stages.keys()];
    const versionId = await rotate(axonName);
    const { logKey, ...others } = await current(axonName);
    expect(logKey).toMatch(/^[\w-]{43}$/);
    expect(logKey).not.toBe(before.logKey);
    expect(others).toEqual({ openAiApiKey, note: before.note });
    expect((await describeSecret(axonName)).stages).toEqual(
      new Map([
        [previousId, ['AWSPREVIOUS']],
        [versionId, expect.arrayContaining(['AWSCURRENT'])],
      ]),
    );
  });

  it('makes the first value of a secret that has none', async () => {
    const { rotate, current } = await startRotation();
    await rotate(orbitName);
    expect(await current(orbitName)).toEqual({ logKey: expect.stringMatching(/^[\w-]{43}$/) });
  });

  it('mends a value that an operator stored without a key', async () => {
    const { secrets, rotate, current } = await startRotation();
    secrets.store(axonName, JSON.stringify({ openAiApiKey }));
    await rotate(axonName);
    expect(await current(axonName)).toEqual({ logKey: expect.stringMatching(/^[\w-]{43}$/), openAiApiKey });
  });

  it('never makes the same key twice', async () => {
    const { rotate, current } = await startRotation();
    const keys = new Set<unknown>();
    for (let turn = 0; turn < 5; turn += 1) {
      await rotate(orbitName);
      keys.add((await current(orbitName))['logKey']);
    }
    expect(keys.size).toBe(5);
  });

  it('can be repeated at every step: a second call changes nothing', async () => {
    const { secrets, step, current, describeSecret } = await startRotation();
    secrets.store(orbitName, JSON.stringify({ logKey: createLogKey() }));
    const versionId = secrets.beginRotation(orbitName);
    const seen: unknown[] = [];
    for (const one of steps) {
      await step(orbitName, versionId, one);
      const first = [await current(orbitName), (await describeSecret(orbitName)).stages];
      await step(orbitName, versionId, one);
      expect([await current(orbitName), (await describeSecret(orbitName)).stages]).toEqual(first);
      seen.push(first[0]);
    }
    // The value becomes current with the last step and not before.
    expect(seen.slice(0, 3)).toEqual([seen[0], seen[0], seen[0]]);
    expect(seen[3]).not.toEqual(seen[0]);
  });
});

describe('what is refused', () => {
  it('a secret that is not among ROTATION_SECRETS, without a single call', async () => {
    const store = () => new Proxy({}, { get: () => expect.unreachable('no call may be made') }) as SecretStore;
    const { secrets, step } = await startRotation({ allowed: ['orbit'], store });
    const versionId = secrets.beginRotation(axonName);
    await expect(step(axonName, versionId, 'createSecret')).rejects.toThrow('not among ROTATION_SECRETS');
  });

  it('a secret by its name, which could be another one’s tomorrow', async () => {
    const { secrets, handler } = await startRotation();
    const ClientRequestToken = secrets.beginRotation(orbitName);
    await expect(handler({ SecretId: orbitName, ClientRequestToken, Step: 'createSecret' })).rejects.toThrow(
      'not among',
    );
  });

  it.each(steps)('%s of a secret whose rotation is not enabled', async (one) => {
    const { secrets, step, describeSecret } = await startRotation({ enabled: false });
    const versionId = secrets.beginRotation(orbitName);
    await expect(step(orbitName, versionId, one)).rejects.toThrow('without rotation');
    expect((await describeSecret(orbitName)).stages).toEqual(new Map([[versionId, ['AWSPENDING']]]));
  });

  it.each(steps)('%s of a version that the secret does not have', async (one) => {
    const { secrets, step, current } = await startRotation();
    const value = { logKey: createLogKey() };
    secrets.store(orbitName, JSON.stringify(value));
    await expect(step(orbitName, 'f'.repeat(36), one)).rejects.toThrow('a version that the secret does not have');
    expect(await current(orbitName)).toEqual(value);
  });

  it.each(steps)('%s of a version that is labelled otherwise', async (one) => {
    const { secrets, step, rotate, describeSecret } = await startRotation();
    secrets.store(orbitName, JSON.stringify({ logKey: createLogKey() }));
    await rotate(orbitName);
    const { stages } = await describeSecret(orbitName);
    const previous = [...stages].find(([, labels]) => labels.includes('AWSPREVIOUS'))?.[0] ?? '';
    await expect(step(orbitName, previous, one)).rejects.toThrow('labelled AWSPREVIOUS, expected AWSPENDING');
    expect((await describeSecret(orbitName)).stages).toEqual(stages);
  });

  it.each([
    ['no event', undefined, '$: got nothing'],
    ['another step', { Step: 'deleteSecret' }, 'Step'],
    ['a step of another object', { Step: 'toString' }, 'Step'],
    ['a token of another form', { ClientRequestToken: 'short' }, 'ClientRequestToken'],
    ['no secret', { SecretId: '' }, 'SecretId'],
  ])('an event with %s, naming what is wrong', async (_, change, named) => {
    const { handler } = await startRotation();
    const event = { SecretId: 'arn', ClientRequestToken: 'f'.repeat(36), Step: 'createSecret' };
    const failure = handler(change && { ...event, ...change });
    await expect(failure).rejects.toThrow(/^got an event that is no step of a rotation: /);
    await expect(failure).rejects.toThrow(named);
  });

  it.each(['setSecret', 'testSecret', 'finishSecret'])('%s before createSecret', async (one) => {
    const { secrets, step, current } = await startRotation();
    const value = { logKey: createLogKey() };
    secrets.store(orbitName, JSON.stringify(value));
    const versionId = secrets.beginRotation(orbitName);
    await expect(step(orbitName, versionId, one)).rejects.toThrow('without a value');
    expect(await current(orbitName)).toEqual(value);
  });

  it('setSecret of a version with the old key', async () => {
    const { secrets, step, as } = await startRotation();
    const text = JSON.stringify({ logKey: createLogKey() });
    secrets.store(orbitName, text);
    const versionId = secrets.beginRotation(orbitName);
    await createSecretStore(as('secrets-rotation')).putPending(orbitName, versionId, text);
    await expect(step(orbitName, versionId, 'setSecret')).rejects.toThrow('expected a new key');
    // A test of the configuration alone (RotateImmediately false) brings exactly such a version.
    await expect(step(orbitName, versionId, 'testSecret')).resolves.toBeUndefined();
  });

  it.each(['testSecret', 'finishSecret'])('%s of a version that would lose what was stored meanwhile', async (one) => {
    const { secrets, step, current } = await startRotation();
    secrets.store(axonName, JSON.stringify({ logKey: createLogKey() }));
    const versionId = secrets.beginRotation(axonName);
    await step(axonName, versionId, 'createSecret');
    const newer = { logKey: createLogKey(), openAiApiKey };
    secrets.store(axonName, JSON.stringify(newer));
    await expect(step(axonName, versionId, one)).rejects.toThrow('expected the same; take AWSPENDING off');
    expect(await current(axonName)).toEqual(newer);
  });

  it('finishSecret when the current version changes under its hands', async () => {
    const { secrets, step, current } = await startRotation({
      store: (store) => ({
        ...store,
        makeCurrent(secretId, move) {
          secrets.store(orbitName, JSON.stringify(newer));
          return store.makeCurrent(secretId, move);
        },
      }),
    });
    const newer = { logKey: createLogKey(), note: 'stored between the comparison and the move' };
    secrets.store(orbitName, JSON.stringify({ logKey: createLogKey() }));
    const versionId = secrets.beginRotation(orbitName);
    for (const one of steps.slice(0, 3)) await step(orbitName, versionId, one);
    await expect(step(orbitName, versionId, 'finishSecret')).rejects.toThrow('InvalidParameterException');
    expect(await current(orbitName)).toEqual(newer);
  });

  it('createSecret when the current version is there and cannot be read, rather than forget what is in it', async () => {
    const { secrets, step, current } = await startRotation({
      store: (store) => ({ ...store, read: () => Promise.resolve(null) }),
    });
    const value = { logKey: createLogKey(), openAiApiKey };
    secrets.store(axonName, JSON.stringify(value));
    const versionId = secrets.beginRotation(axonName);
    await expect(step(axonName, versionId, 'createSecret')).rejects.toThrow('expected one to carry over');
    expect(await current(axonName)).toEqual(value);
  });
});

describe('what is never shown', () => {
  it('a value, in any line of a rotation that succeeds', async () => {
    const { secrets, rotate, current, lines } = await startRotation();
    const before = { logKey: createLogKey(), openAiApiKey };
    secrets.store(axonName, JSON.stringify(before));
    await rotate(axonName);
    expect(lines).toHaveLength(4);
    expect(shown(lines.join('\n'), [before.logKey, openAiApiKey, String((await current(axonName))['logKey'])])).toEqual(
      [],
    );
  });

  it.each([
    ['text that is no json', `${openAiApiKey} is the key`],
    ['json that is no object', JSON.stringify([openAiApiKey])],
    ['a key of another form', JSON.stringify({ logKey: createLogKey(), openAiApiKey: `${openAiApiKey} \n` })],
  ])('a value that is at fault: %s', async (_, text) => {
    const { secrets, step, lines } = await startRotation();
    secrets.store(axonName, text);
    const versionId = secrets.beginRotation(axonName);
    const failure: unknown = await step(axonName, versionId, 'createSecret').catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(Error);
    const { message, stack = '', cause } = failure as Error;
    expect(cause).toBeUndefined();
    expect(shown([message, stack, ...lines].join('\n'), [openAiApiKey])).toEqual([]);
    expect(message).toMatch(/of the secret of axon: /);
  });
});

/** The secrets of which any eight characters in a row stand in the text. */
function shown(text: string, secrets: readonly string[]): string[] {
  return secrets.filter((secret) =>
    Array.from({ length: secret.length - 7 }, (__, at) => secret.slice(at, at + 8)).some((part) => text.includes(part)),
  );
}
