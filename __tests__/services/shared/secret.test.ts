// A service's secret: read at start, followed through rotations, kept through failures, and never shown.
// Next: services/shared/secret.ts.
import { type RequestListener } from 'node:http';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { createLogger } from '../../../services/shared/log.ts';
import { createEphemeralSecret, createSecretReader } from '../../../services/shared/secret.ts';
import { AxonSecret, createLogKey, OrbitSecret } from '../../../services/shared/secret-schemas.ts';
import { serve } from '../local/signed-fetch.ts';
import { axonName, orbitName, type Role, type SecretAccount, startSecretAccount } from '../rotation/secret-account.ts';

interface ReaderChanges {
  readonly secretId?: string;
  readonly role?: Role;
  readonly endpoint?: string;
  readonly refreshSeconds?: number;
  readonly timeoutMs?: number;
}

function startReader(local: SecretAccount, { secretId = orbitName, role = 'orbit', ...changes }: ReaderChanges = {}) {
  const lines: string[] = [];
  const reader = createSecretReader({
    ...local.as(role),
    ...changes,
    secretId,
    schema: OrbitSecret,
    log: createLogger({
      service: 'orbit',
      version: 'test',
      level: 'debug',
      destination: { write: (line) => void lines.push(line) },
    }),
    retryMs: 20,
  });
  onTestFinished(() => reader.stop());
  return { reader, lines };
}

const stored = (value: object = { logKey: createLogKey() }) => ({ value, text: JSON.stringify(value) });

describe('the secret of a service', () => {
  it('is not there before the first read, and a request that needs it is told so', async () => {
    const local = await startSecretAccount();
    const { reader } = startReader(local);
    expect(reader.ready()).toBe(false);
    expect(() => reader.current()).toThrow(expect.objectContaining({ code: 'unavailable', status: 503 }));
  });

  it('is read at start, with all that is in it', async () => {
    const local = await startSecretAccount();
    const { value, text } = stored({ logKey: createLogKey(), later: 1 });
    local.secrets.store(orbitName, text);
    const { reader } = startReader(local);
    await vi.waitFor(() => expect(reader.ready()).toBe(true));
    expect(reader.current()).toEqual(value);
  });

  it('is tried for until it is there', async () => {
    const local = await startSecretAccount();
    const { reader, lines } = startReader(local);
    await vi.waitFor(() => expect(lines.filter((line) => line.includes('not ready')).length).toBeGreaterThan(2));
    expect(lines[0]).toContain('ResourceNotFoundException');
    expect(reader.ready()).toBe(false);
    local.secrets.store(orbitName, stored().text);
    await vi.waitFor(() => expect(reader.ready()).toBe(true));
  });

  it('is followed when it changes, without being asked', async () => {
    const local = await startSecretAccount();
    local.secrets.store(orbitName, stored().text);
    const { reader } = startReader(local, { refreshSeconds: 0.05 });
    await vi.waitFor(() => expect(reader.ready()).toBe(true));
    const next = stored();
    local.secrets.store(orbitName, next.text);
    await vi.waitFor(() => expect(reader.current()).toEqual(next.value));
  });

  it('is read once for many who ask at once', async () => {
    const local = await startSecretAccount();
    local.secrets.store(orbitName, stored().text);
    const { reader, lines } = startReader(local);
    expect(new Set(Array.from({ length: 10 }, () => reader.refresh())).size).toBe(1);
    await reader.refresh();
    expect(lines).toHaveLength(1);
  });

  it('is read no more once it is stopped', async () => {
    const local = await startSecretAccount();
    const { reader, lines } = startReader(local);
    await vi.waitFor(() => expect(lines.length).toBeGreaterThan(1));
    reader.stop();
    await reader.refresh();
    const count = lines.length;
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(lines).toHaveLength(count);
  });
});

describe('the last good value stays', () => {
  it.each([
    ['that is no json', 'canary-value'],
    ['without a key', '{"note":"canary-value"}'],
    ['with a key of another form', '{"logKey":"canary-value"}'],
  ])('when a value comes %s', async (_, text) => {
    const local = await startSecretAccount();
    const { value, text: good } = stored();
    local.secrets.store(orbitName, good);
    const { reader, lines } = startReader(local);
    await reader.refresh();
    local.secrets.store(orbitName, text);
    await reader.refresh();
    expect(reader.current()).toEqual(value);
    expect(lines.at(-1)).toContain('the last good one stays');
    expect(lines.join('\n')).not.toContain('canary');
    // And the next good one is taken again.
    const next = stored();
    local.secrets.store(orbitName, next.text);
    await reader.refresh();
    expect(reader.current()).toEqual(next.value);
  });

  it.each<[string, RequestListener]>([
    ['answers something else', (_, out) => void out.end('{"SecretString":7,"canary":"canary-value"}')],
    ['answers no json', (_, out) => void out.end('{"SecretString":canary-value}')],
    ['answers a refusal', (_, out) => void out.writeHead(400).end('{"__type":"AccessDeniedException","message":"no"}')],
    ['answers a failure', (_, out) => void out.writeHead(500).end('canary-value')],
    ['closes the connection', (incoming) => void incoming.socket.destroy()],
    ['does not answer', () => undefined],
  ])('when Secrets Manager %s', async (_, answer) => {
    const local = await startSecretAccount();
    const { value, text } = stored();
    local.secrets.store(orbitName, text);
    let broken = false;
    const endpoint = await serve((incoming, out) => (broken ? answer : local.secrets.handler)(incoming, out));
    const { reader, lines } = startReader(local, { endpoint, timeoutMs: 200 });
    await reader.refresh();
    broken = true;
    await reader.refresh();
    expect(reader.current()).toEqual(value);
    expect(lines).toHaveLength(2);
    expect(lines.at(-1)).toMatch(/"level":"warn".*the last good one stays/);
    expect(lines.join('\n')).not.toContain('canary');
  });
});

describe('nobody else’s secret is read', () => {
  it.each<[Role, string]>([
    ['axon', orbitName],
    ['orbit', axonName],
    ['governance', orbitName],
    ['governance', axonName],
  ])('%s does not get %s, and says why it is not ready', async (role, secretId) => {
    const local = await startSecretAccount();
    local.secrets.store(secretId, stored().text);
    const { reader, lines } = startReader(local, { role, secretId });
    await reader.refresh();
    expect(reader.ready()).toBe(false);
    expect(lines.at(-1)).toContain('AccessDeniedException');
  });
});

describe('no line shows a value', () => {
  it('of a secret that is read and followed; the lines name versions', async () => {
    const local = await startSecretAccount();
    const [one, two] = [stored(), stored()];
    local.secrets.store(orbitName, one.text);
    const { reader, lines } = startReader(local);
    await reader.refresh();
    local.secrets.store(orbitName, two.text);
    await reader.refresh();
    expect(lines).toHaveLength(2);
    for (const { value } of [one, two]) expect(lines.join('\n')).not.toContain(Object.values(value)[0]);
    expect(lines.every((line) => /"versionId":"[0-9a-f-]{36}"/.test(line))).toBe(true);
  });

  it('even where somebody logs the whole secret', () => {
    const lines: string[] = [];
    const log = createLogger({
      service: 'x',
      version: 'x',
      level: 'info',
      destination: { write: (line) => void lines.push(line) },
    });
    const secret = { logKey: createLogKey(), openAiApiKey: 'sk-example-0123456789' };
    log.info({ secret, held: { ...secret }, answer: { SecretString: JSON.stringify(secret) } }, 'by mistake');
    expect(lines.join('')).not.toContain(secret.logKey);
    expect(lines.join('')).not.toContain(secret.openAiApiKey);
  });
});

describe('without a stored secret', () => {
  it('a random one serves at once, another in every process', async () => {
    const one = createEphemeralSecret(AxonSecret);
    await one.refresh();
    expect(one.ready()).toBe(true);
    expect(one.current()).toEqual({ logKey: expect.stringMatching(/^[\w-]{43}$/) });
    expect(one.current()).toBe(one.current());
    expect(createEphemeralSecret(AxonSecret).current().logKey).not.toBe(one.current().logKey);
    one.stop();
  });
});
