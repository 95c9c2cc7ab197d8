// The local Secrets Manager: each secret for its own role and the rotator alone, and versions that move as AWS moves them.
// Next: services/local/secrets-endpoint.ts and services/local/secret-versions.ts.
import { describe, expect, it } from 'vitest';
import { AwsFault } from '../../../services/local/aws-json-endpoint.ts';
import { createSecretVersions } from '../../../services/local/secret-versions.ts';
import { callSecretsManager, type SecretsManagerOperation } from '../../../services/shared/secret-value.ts';
import { axonName, orbitName, type Role, startSecretAccount } from '../rotation/secret-account.ts';

const value = '{"logKey":"x"}';

async function startStored() {
  const local = await startSecretAccount();
  for (const name of [orbitName, axonName]) local.secrets.store(name, value);
  const call = (role: Role, operation: SecretsManagerOperation, input: Readonly<Record<string, unknown>>) =>
    callSecretsManager(local.as(role), operation, input);
  return { ...local, call };
}

describe('the policy of a secret', () => {
  it.each<[Role, string]>([
    ['orbit', orbitName],
    ['axon', axonName],
    ['secrets-rotation', orbitName],
    ['secrets-rotation', axonName],
  ])('lets %s read %s, by name and by arn', async (role, name) => {
    const { call, secrets } = await startStored();
    for (const SecretId of [name, secrets.arnOf(name)])
      expect(await call(role, 'GetSecretValue', { SecretId })).toMatchObject({
        SecretString: value,
        VersionStages: ['AWSCURRENT'],
      });
  });

  it.each<[Role, string]>([
    ['orbit', axonName],
    ['axon', orbitName],
    ['governance', orbitName],
    ['governance', axonName],
    ['orbit', 'test/unknown'],
    ['secrets-rotation', 'test/unknown'],
  ])('lets %s do nothing to %s', async (role, SecretId) => {
    const { call } = await startStored();
    const operations: SecretsManagerOperation[] = [
      'GetSecretValue',
      'DescribeSecret',
      'PutSecretValue',
      'UpdateSecretVersionStage',
    ];
    for (const operation of operations)
      await expect(call(role, operation, { SecretId, SecretString: 'mine' })).rejects.toMatchObject({
        type: 'AccessDeniedException',
        status: 400,
      });
    expect(await call('orbit', 'GetSecretValue', { SecretId: orbitName })).toMatchObject({ SecretString: value });
  });

  it.each<SecretsManagerOperation>(['DescribeSecret', 'PutSecretValue', 'UpdateSecretVersionStage'])(
    'does not let a service %s, even of its own secret',
    async (operation) => {
      const { call } = await startStored();
      const input = { SecretId: orbitName, SecretString: 'mine', VersionStage: 'AWSCURRENT' };
      await expect(call('orbit', operation, input)).rejects.toMatchObject({ type: 'AccessDeniedException' });
      expect(await call('orbit', 'GetSecretValue', { SecretId: orbitName })).toMatchObject({ SecretString: value });
    },
  );

  it('is not asked for an unsigned call', async () => {
    const { endpoint } = await startStored();
    const headers = { 'x-amz-target': 'secretsmanager.GetSecretValue' };
    const response = await fetch(endpoint, { method: 'POST', headers, body: JSON.stringify({ SecretId: orbitName }) });
    expect(response.status).toBe(400);
    expect(await response.text()).toContain('MissingAuthenticationTokenException');
  });

  it.each([
    ['an id of another kind', 'GetSecretValue', { SecretId: 7 }],
    ['no value', 'PutSecretValue', { SecretId: orbitName }],
    ['no labels', 'PutSecretValue', { SecretId: orbitName, SecretString: 'x', VersionStages: [] }],
    ['labels of another kind', 'PutSecretValue', { SecretId: orbitName, SecretString: 'x', VersionStages: [7] }],
    ['no label to move', 'UpdateSecretVersionStage', { SecretId: orbitName, MoveToVersionId: 'x' }],
  ] as const)('is followed by a check of the input: %s', async (_, operation, input) => {
    const { call } = await startStored();
    await expect(call('secrets-rotation', operation, input)).rejects.toMatchObject({
      type: 'InvalidParameterException',
    });
  });
});

describe('versions', () => {
  const faultOf = (work: () => unknown): string => {
    try {
      work();
    } catch (error) {
      if (error instanceof AwsFault) return error.type;
    }
    return 'none';
  };

  it('are found by id, by label, or by both where they fit', () => {
    const versions = createSecretVersions();
    versions.put('one', '1', ['AWSCURRENT']);
    versions.put('two', '2', ['AWSPENDING']);
    expect(versions.find(undefined, undefined).id).toBe('one');
    expect(versions.find('two', undefined).text).toBe('2');
    expect(versions.find('two', 'AWSPENDING').text).toBe('2');
    expect(faultOf(() => versions.find('two', 'AWSCURRENT'))).toBe('ResourceNotFoundException');
    expect(faultOf(() => versions.find('three', undefined))).toBe('ResourceNotFoundException');
    expect(faultOf(() => versions.find(undefined, 'AWSPREVIOUS'))).toBe('ResourceNotFoundException');
  });

  it('never change: the same value again is no news, another one is refused', () => {
    const versions = createSecretVersions();
    versions.put('one', '1', ['AWSCURRENT']);
    expect(versions.put('one', '1', ['AWSPENDING'])).toEqual(['AWSCURRENT']);
    expect(faultOf(() => versions.put('one', '2', ['AWSCURRENT']))).toBe('ResourceExistsException');
    expect(versions.find('one', undefined).text).toBe('1');
  });

  it('of a rotation begin empty, one rotation at a time', () => {
    const versions = createSecretVersions();
    versions.put('one', '1', ['AWSCURRENT']);
    const id = versions.addEmpty();
    expect(faultOf(() => versions.find(id, 'AWSPENDING'))).toBe('ResourceNotFoundException');
    expect(versions.stages()).toEqual({ one: ['AWSCURRENT'], [id]: ['AWSPENDING'] });
    expect(faultOf(() => versions.addEmpty())).toBe('InvalidRequestException');
  });

  it('become current by moving the label from where it is, and what was current is AWSPREVIOUS', () => {
    const versions = createSecretVersions();
    versions.put('one', '1', ['AWSCURRENT']);
    versions.put('two', '2', ['AWSPENDING']);
    expect(faultOf(() => versions.move('AWSCURRENT', { from: undefined, to: 'two' }))).toBe(
      'InvalidParameterException',
    );
    expect(faultOf(() => versions.move('AWSCURRENT', { from: 'one', to: 'none' }))).toBe('ResourceNotFoundException');
    versions.move('AWSCURRENT', { from: 'one', to: 'two' });
    expect(versions.stages()).toEqual({ one: ['AWSPREVIOUS'], two: ['AWSCURRENT', 'AWSPENDING'] });
    versions.move('AWSPENDING', { from: 'two', to: undefined });
    expect(versions.stages()).toEqual({ one: ['AWSPREVIOUS'], two: ['AWSCURRENT'] });
  });

  it('without a label are gone', () => {
    const versions = createSecretVersions();
    for (const id of ['one', 'two', 'three']) versions.put(id, id, ['AWSCURRENT']);
    expect(versions.stages()).toEqual({ two: ['AWSPREVIOUS'], three: ['AWSCURRENT'] });
    expect(faultOf(() => versions.find('one', undefined))).toBe('ResourceNotFoundException');
  });
});
