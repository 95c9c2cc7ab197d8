// Principals and their credentials: rotating, expiring, and given to the holder of the right token alone.
// Next: auth-policy.test.ts, for what a principal may do.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createContainerCredentials } from '../../../services/local/container-credentials.ts';
import { createPrincipals } from '../../../services/local/principals.ts';
import { fromDefaultChain } from '../../../services/shared/aws-credentials.ts';

const hourMs = 3_600_000;

function principalsAt(clock: { nowMs: number }) {
  const options = { account: '000000000000', prefix: 'test', names: ['orbit', 'axon'] };
  return createPrincipals({ ...options, lifetimeMs: 12 * hourMs, nowMs: () => clock.nowMs });
}

describe('principals', () => {
  it('have a role and temporary credentials each, no two alike', () => {
    const principals = principalsAt({ nowMs: 0 });
    const [orbit, axon] = [principals.credentialsOf('orbit'), principals.credentialsOf('axon')];
    expect(principals.lookup(orbit.accessKeyId)).toEqual({
      name: 'orbit',
      roleArn: 'arn:aws:iam::000000000000:role/test-orbit-role',
      credentials: orbit,
    });
    expect(orbit.accessKeyId).toMatch(/^ASIA[0-9A-F]{16}$/);
    for (const part of ['accessKeyId', 'secretAccessKey', 'sessionToken'] as const)
      expect(orbit[part]).not.toBe(axon[part]);
  });

  it('keep old credentials known after a rotation, until an hour after their end', () => {
    const clock = { nowMs: 0 };
    const principals = principalsAt(clock);
    const old = principals.credentialsOf('orbit');
    const next = principals.rotate('orbit');
    expect(principals.credentialsOf('orbit')).toBe(next);
    expect(principals.lookup(old.accessKeyId)?.credentials).toBe(old);
    clock.nowMs = 13 * hourMs;
    principals.rotate('axon');
    expect(principals.lookup(old.accessKeyId)?.credentials).toBe(old);
    clock.nowMs += 1;
    principals.rotate('axon');
    expect(principals.lookup(old.accessKeyId)).toBeUndefined();
  });

  it('get new credentials fifteen minutes before the end, ahead of any client that asks', () => {
    const clock = { nowMs: 0 };
    const principals = principalsAt(clock);
    const first = principals.credentialsOf('orbit');
    clock.nowMs = 12 * hourMs - 15 * 60_000 - 1;
    expect(principals.credentialsOf('orbit')).toBe(first);
    clock.nowMs += 1;
    const second = principals.credentialsOf('orbit');
    expect(second).not.toBe(first);
    expect(second.expiresMs).toBe(clock.nowMs + 12 * hourMs);
  });

  it('are only those that were named', () => {
    const principals = principalsAt({ nowMs: 0 });
    for (const ask of [principals.roleArn, principals.credentialsOf, principals.rotate])
      expect(() => ask('admin')).toThrow('got principal admin, expected one of orbit, axon');
    expect(principals.lookup('ASIA')).toBeUndefined();
  });
});

describe('the container credentials endpoint', () => {
  const closing: (() => void)[] = [];
  afterEach(() => {
    vi.unstubAllEnvs();
    for (const close of closing.splice(0)) close();
  });

  async function start() {
    const principals = principalsAt({ nowMs: Date.now() });
    const credentials = createContainerCredentials(principals);
    const server = createServer(credentials.handler);
    closing.push(
      () => void server.close(),
      () => server.closeAllConnections(),
    );
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    return { principals, url, environmentFor: (name: string) => credentials.environmentFor(name, url) };
  }

  const tokenOf = (environment: Record<string, string>) => environment['AWS_CONTAINER_AUTHORIZATION_TOKEN'] ?? '';

  it('gives AWS’s own provider chain the present credentials', async () => {
    const { principals, environmentFor } = await start();
    for (const name of [
      'AWS_ACCESS_KEY_ID',
      'AWS_SECRET_ACCESS_KEY',
      'AWS_PROFILE',
      'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI',
    ])
      vi.stubEnv(name, undefined);
    vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', '/nonexistent');
    vi.stubEnv('AWS_CONFIG_FILE', '/nonexistent');
    for (const [name, value] of Object.entries(environmentFor('orbit'))) vi.stubEnv(name, value);
    const { accessKeyId, secretAccessKey, sessionToken, expiresMs } = principals.rotate('orbit');
    const given = await fromDefaultChain()();
    expect(given).toMatchObject({ accessKeyId, secretAccessKey, sessionToken, expiration: new Date(expiresMs) });
  });

  it('gives a principal’s credentials to the holder of its token, rotated ones too', async () => {
    const { principals, environmentFor } = await start();
    const environment = environmentFor('orbit');
    const ask = async () => {
      const answer = await fetch(environment['AWS_CONTAINER_CREDENTIALS_FULL_URI'] ?? '', {
        headers: { authorization: tokenOf(environment) },
      });
      return (await answer.json()) as Record<string, unknown>;
    };
    expect(await ask()).toMatchObject({ AccessKeyId: principals.credentialsOf('orbit').accessKeyId });
    const { accessKeyId } = principals.rotate('orbit');
    expect(await ask()).toMatchObject({ AccessKeyId: accessKeyId, RoleArn: principals.roleArn('orbit') });
  });

  it.each([
    ['no token', '/credentials/orbit', () => ({})],
    ['an empty token', '/credentials/orbit', () => ({ authorization: '' })],
    ['a wrong token', '/credentials/orbit', () => ({ authorization: 'guess' })],
    ['another principal’s token', '/credentials/orbit', (axon: string) => ({ authorization: axon })],
    ['its own token on another path', '/credentials', (axon: string) => ({ authorization: axon })],
    ['its own token on its path with a query', '/credentials/axon?x=1', (axon: string) => ({ authorization: axon })],
  ])('refuses %s, and tells nothing', async (_, path, headersFor) => {
    const { url, environmentFor } = await start();
    environmentFor('orbit');
    const token = tokenOf(environmentFor('axon'));
    expect((await fetch(`${url}/credentials/axon`, { headers: { authorization: token } })).status).toBe(200);
    const answer = await fetch(`${url}${path}`, { headers: headersFor(token) });
    expect(answer.status).toBe(403);
    expect(await answer.json()).toEqual({ code: 'AccessDenied', message: 'got no token of this principal' });
  });

  it('answers GET alone', async () => {
    const { url, environmentFor } = await start();
    const headers = { authorization: tokenOf(environmentFor('axon')) };
    const answer = await fetch(`${url}/credentials/axon`, { method: 'POST', headers });
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'GET']);
  });
});
