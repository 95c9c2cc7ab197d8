// The mesh over real sockets: who gets through, as whom, and that bytes, aborts and failures pass both ways.
// Next: container-credentials.test.ts, where the callers' keys come from.
import { once } from 'node:events';
import {
  createServer,
  type IncomingMessage,
  request as httpRequest,
  type RequestListener,
  type Server,
} from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { AuthPolicy } from '../../../services/local/auth-policy.ts';
import { createMeshGateway } from '../../../services/local/mesh-gateway.ts';
import { createPrincipals } from '../../../services/local/principals.ts';
import { signRequest } from '../../../services/shared/aws.ts';

const account = '000000000000';
const region = 'eu-central-1';
const serviceArn = `arn:aws:vpc-lattice:${region}:${account}:service/svc-axon`;
const orbitSession = `arn:aws:sts::${account}:assumed-role/test-orbit-role/orbit`;

const open: Server[] = [];
afterEach(async () => {
  await Promise.all(
    open.splice(0).map((server) => {
      server.closeAllConnections();
      return new Promise((resolve) => void server.close(resolve));
    }),
  );
});

async function listen(handler: RequestListener): Promise<string> {
  const server = createServer(handler);
  open.push(server);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A mesh that lets Orbit GET and POST /reason, and the requests that reached what is behind it. */
async function startMesh(behind: RequestListener = (_, outgoing) => void outgoing.end('reached')) {
  const reached: IncomingMessage[] = [];
  const target = await listen((incoming, outgoing) => {
    reached.push(incoming);
    behind(incoming, outgoing);
  });
  const principals = createPrincipals({ account, prefix: 'test', names: ['orbit', 'axon'] });
  const state = { target, nowMs: Date.now() };
  const invoke = { Principal: { AWS: principals.roleArn('orbit') }, Action: 'vpc-lattice-svcs:Invoke' };
  const policy = AuthPolicy.parse({
    Version: '2012-10-17',
    Statement: [
      {
        ...invoke,
        Effect: 'Allow',
        Resource: `${serviceArn}/*`,
        Condition: { StringEquals: { 'vpc-lattice-svcs:RequestMethod': ['GET', 'POST'] } },
      },
      { ...invoke, Effect: 'Deny', Resource: `${serviceArn}/health` },
    ],
  });
  const url = await listen(
    createMeshGateway({
      target: () => state.target,
      region,
      serviceArn,
      policies: [policy],
      principals,
      nowMs: () => state.nowMs,
    }),
  );

  /** Signed headers for a call, as the mesh wants them but for what is replaced. */
  async function sign(options: Partial<Parameters<typeof signRequest>[0]> & { as?: string; path?: string } = {}) {
    const { as = 'orbit', path = '/reason', ...replaced } = options;
    const { headers } = await signRequest({
      method: 'GET',
      url: `${url}${path}`,
      service: 'vpc-lattice-svcs',
      region,
      credentials: principals.credentialsOf(as),
      payload: 'unsigned',
      nowMs: state.nowMs,
      ...replaced,
    });
    return headers;
  }
  return { url, reached, principals, state, sign };
}

interface Answer {
  readonly status: number;
  readonly text: string;
  readonly headers: IncomingMessage['headers'];
}

async function call(
  url: string,
  headers: Record<string, string | string[]>,
  options: { method?: string; body?: string } = {},
) {
  const outgoing = httpRequest(url, { method: options.method ?? 'GET', headers, agent: false }).end(options.body);
  const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage];
  let text = '';
  for await (const chunk of incoming) text += String(chunk);
  return { status: incoming.statusCode ?? 0, text, headers: incoming.headers } satisfies Answer;
}

describe('a signed call through the mesh', () => {
  it('reaches the target with path, query, body and headers, and its answer comes back', async () => {
    const mesh = await startMesh((incoming, outgoing) => {
      outgoing.writeHead(201, { 'x-answer': 'yes', 'set-cookie': ['a=1', 'b=2'] });
      incoming.pipe(outgoing);
    });
    const headers = await mesh.sign({ method: 'POST', path: '/reason?a=1' });
    const answer = await call(
      `${mesh.url}/reason?a=1`,
      { ...headers, dpop: 'proof' },
      { method: 'POST', body: 'ping' },
    );
    expect(answer).toMatchObject({ status: 201, text: 'ping' });
    expect(answer.headers).toMatchObject({ 'x-answer': 'yes', 'set-cookie': ['a=1', 'b=2'] });
    expect(mesh.reached[0]).toMatchObject({ method: 'POST', url: '/reason?a=1' });
    expect(mesh.reached[0]?.headers).toMatchObject({ dpop: 'proof', host: new URL(mesh.url).host });
  });

  it('carries the caller’s identity, and not its session token', async () => {
    const mesh = await startMesh();
    expect(await call(`${mesh.url}/reason`, await mesh.sign())).toMatchObject({ status: 200, text: 'reached' });
    const { headers } = mesh.reached[0] ?? {};
    expect(headers?.['x-amzn-lattice-identity']).toBe(`Principal=${orbitSession};SessionName=orbit;Type=AWS_IAM`);
    expect(headers?.['x-amzn-lattice-network']).toBe(`SourceVpcArn=arn:aws:ec2:${region}:${account}:vpc/vpc-local`);
    expect(headers?.['x-forwarded-for']).toBe('127.0.0.1');
    expect(headers?.authorization).toContain('AWS4-HMAC-SHA256');
    expect(headers).not.toHaveProperty('x-amz-security-token');
  });

  it.each([
    'x-amzn-lattice-identity',
    'X-Amzn-Lattice-Identity',
    'x_amzn_lattice_identity',
    'x-amzn-lattice-network',
    'x-amzn-lattice-target',
    'x-forwarded-for',
    'x-forwarded-host',
    'forwarded',
    'proxy-authorization',
  ])('drops what the client says in %s', async (name) => {
    const mesh = await startMesh();
    const said = `Principal=arn:aws:sts::${account}:assumed-role/test-admin-role/x`;
    expect((await call(`${mesh.url}/reason`, { ...(await mesh.sign()), [name]: said })).status).toBe(200);
    const raw = mesh.reached[0]?.rawHeaders ?? [];
    expect(raw.join('\n')).not.toContain('test-admin-role');
    expect(raw.filter((header) => header.toLowerCase() === 'x-amzn-lattice-identity')).toHaveLength(1);
  });

  it('drops what the client’s Connection header names, but cannot be made to drop the identity', async () => {
    const mesh = await startMesh();
    const connection = 'close, x-once, x-amzn-lattice-identity';
    await call(`${mesh.url}/reason`, { ...(await mesh.sign()), connection, 'x-once': '1', 'x-kept': '1' });
    const { headers } = mesh.reached[0] ?? {};
    expect(headers).toMatchObject({ 'x-kept': '1' });
    expect(headers).not.toHaveProperty('x-once');
    expect(headers?.['x-amzn-lattice-identity']).toContain(orbitSession);
  });

  it('is let in with the old credentials and the new while they rotate', async () => {
    const mesh = await startMesh();
    const before = await mesh.sign();
    mesh.principals.rotate('orbit');
    const after = await mesh.sign();
    expect(after['x-amz-security-token']).not.toBe(before['x-amz-security-token']);
    expect((await call(`${mesh.url}/reason`, before)).status).toBe(200);
    expect((await call(`${mesh.url}/reason`, after)).status).toBe(200);
  });
});

describe('the mesh refuses with 403, before the target hears of it,', () => {
  type Mesh = Awaited<ReturnType<typeof startMesh>>;
  const refusals: readonly (readonly [string, string, (mesh: Mesh) => Promise<Answer>])[] = [
    ['a call without a signature', 'MissingAuthenticationToken', ({ url }) => call(`${url}/reason`, {})],
    [
      'a signed payload',
      'expected UNSIGNED-PAYLOAD',
      async ({ url, sign }) => call(`${url}/reason`, await sign({ payload: 'signed' })),
    ],
    [
      'a signature for another service',
      'InvalidSignature',
      async ({ url, sign }) => call(`${url}/reason`, await sign({ service: 'lambda' })),
    ],
    ['a signature for another path', 'InvalidSignature', async ({ url, sign }) => call(`${url}/health`, await sign())],
    [
      'a signature for another method',
      'InvalidSignature',
      async ({ url, sign }) => call(`${url}/reason`, await sign(), { method: 'POST' }),
    ],
    [
      'a signed header with another value',
      'InvalidSignature',
      async ({ url, sign }) =>
        call(`${url}/reason`, { ...(await sign({ headers: { 'x-amz-a': '1' } })), 'x-amz-a': '2' }),
    ],
    [
      'a header given twice',
      'given twice',
      async ({ url, sign }) => call(`${url}/reason`, { ...(await sign()), 'x-a': ['1', '2'] }),
    ],
    [
      'another role',
      'test-axon-role is not authorized to perform: vpc-lattice-svcs:Invoke',
      async ({ url, sign }) => call(`${url}/reason`, await sign({ as: 'axon' })),
    ],
    [
      'a method the policy does not allow',
      'because no service-based policy allows it',
      async ({ url, sign }) => call(`${url}/reason`, await sign({ method: 'DELETE' }), { method: 'DELETE' }),
    ],
    [
      'a path the policy denies',
      'with an explicit deny',
      async ({ url, sign }) => call(`${url}/health`, await sign({ path: '/health' })),
    ],
    [
      'a path the policy denies, spelled with an escape',
      'InvalidSignature',
      async ({ url, sign }) => call(`${url}/%68ealth`, await sign({ path: '/%68ealth' })),
    ],
    [
      'a signature that is too old',
      'signature expired',
      async ({ url, sign, state }) => call(`${url}/reason`, await sign({ nowMs: state.nowMs - 301_000 })),
    ],
    [
      'credentials that have ended',
      'ExpiredToken',
      async ({ url, sign, state, principals }) => {
        const credentials = principals.credentialsOf('orbit');
        state.nowMs += 43_200_001;
        return call(`${url}/reason`, await sign({ credentials }));
      },
    ],
  ];

  it.each(refusals)('%s', async (_, words, send) => {
    const mesh = await startMesh();
    const answer = await send(mesh);
    expect(answer.status).toBe(403);
    expect(answer.text).toMatch(/^AccessDeniedException: /);
    expect(answer.text).toContain(words);
    expect(mesh.reached).toEqual([]);
    // And it is not the mesh that refuses everything.
    mesh.principals.rotate('orbit');
    mesh.state.nowMs = Date.now();
    expect((await call(`${mesh.url}/reason`, await mesh.sign())).status).toBe(200);
  });

  it('a refused caller’s body, and closes its connection', async () => {
    const mesh = await startMesh();
    const outgoing = httpRequest(`${mesh.url}/reason`, {
      method: 'POST',
      headers: { connection: 'keep-alive', 'content-length': '1000' },
      agent: false,
    });
    outgoing.on('error', () => undefined).write('part');
    const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage];
    expect(incoming).toMatchObject({ statusCode: 403, headers: { connection: 'close' } });
    outgoing.destroy();
  });

  it('an absolute target that names another host', async () => {
    const mesh = await startMesh();
    const headers = Object.entries({ host: new URL(mesh.url).host, ...(await mesh.sign()) });
    const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`).join('');
    const socket = connect(Number(new URL(mesh.url).port), '127.0.0.1');
    socket.write(`GET http://elsewhere/reason HTTP/1.1\r\n${lines}connection: close\r\n\r\n`);
    let text = '';
    for await (const chunk of socket) text += String(chunk);
    expect(text).toMatch(/^HTTP\/1\.1 403 /);
    expect(mesh.reached).toEqual([]);
  });
});

describe('a stream through the mesh', () => {
  it('goes both ways at once: each chunk arrives before the next is sent', async () => {
    const mesh = await startMesh((incoming, outgoing) => {
      outgoing.writeHead(200, { 'content-type': 'text/event-stream' });
      outgoing.flushHeaders();
      incoming.on('data', (chunk: Buffer) => outgoing.write(`got ${chunk.toString()};`));
      incoming.on('end', () => outgoing.end('end'));
    });
    const outgoing = httpRequest(`${mesh.url}/reason`, {
      method: 'POST',
      headers: await mesh.sign({ method: 'POST' }),
      agent: false,
    });
    outgoing.write('one');
    const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage];
    incoming.setEncoding('utf8');
    expect(await once(incoming, 'data')).toEqual(['got one;']);
    for (const word of ['two', 'three']) {
      outgoing.write(word);
      expect(await once(incoming, 'data')).toEqual([`got ${word};`]);
    }
    outgoing.end();
    expect(await once(incoming, 'data')).toEqual(['end']);
  });

  it('begins with the head of the answer, before there is any of its body', async () => {
    const seen = Promise.withResolvers<void>();
    const mesh = await startMesh((_, outgoing) => {
      outgoing.writeHead(200, { 'x-head': 'here' }).flushHeaders();
      void seen.promise.then(() => outgoing.end('body'));
    });
    const outgoing = httpRequest(`${mesh.url}/reason`, { headers: await mesh.sign(), agent: false }).end();
    const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage];
    expect(incoming.headers).toMatchObject({ 'x-head': 'here' });
    seen.resolve();
    expect(String(await once(incoming, 'data'))).toBe('body');
  });

  it('ends at the target when the client goes away during the answer', async () => {
    const gone = Promise.withResolvers<void>();
    const mesh = await startMesh((_, outgoing) => {
      outgoing.on('close', () => gone.resolve());
      outgoing.write('first');
    });
    const outgoing = httpRequest(`${mesh.url}/reason`, { headers: await mesh.sign(), agent: false }).end();
    const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage];
    await once(incoming, 'data');
    incoming.destroy();
    await expect(gone.promise).resolves.toBeUndefined();
  });

  it('ends at the target when the client goes away before any answer', async () => {
    const started = Promise.withResolvers<void>();
    const gone = Promise.withResolvers<void>();
    const mesh = await startMesh((_, outgoing) => {
      outgoing.on('close', () => gone.resolve());
      started.resolve();
    });
    const outgoing = httpRequest(`${mesh.url}/reason`, { headers: await mesh.sign(), agent: false }).end();
    outgoing.on('error', () => undefined);
    await started.promise;
    outgoing.destroy();
    await expect(gone.promise).resolves.toBeUndefined();
  });

  it('ends at the target when the client goes away in the middle of its body', async () => {
    const first = Promise.withResolvers<void>();
    const gone = Promise.withResolvers<void>();
    const mesh = await startMesh((incoming) => {
      incoming.once('data', () => first.resolve());
      incoming.on('error', () => gone.resolve());
    });
    const headers = { ...(await mesh.sign({ method: 'POST' })), 'content-length': '1000' };
    const outgoing = httpRequest(`${mesh.url}/reason`, { method: 'POST', headers, agent: false });
    outgoing.on('error', () => undefined);
    outgoing.write('part');
    await first.promise;
    outgoing.destroy();
    await expect(gone.promise).resolves.toBeUndefined();
  });

  it('breaks off at the client when the target breaks off, so that nobody takes a part for the whole', async () => {
    const mesh = await startMesh((_, outgoing) => {
      outgoing.write('part', () => outgoing.destroy());
    });
    await expect(call(`${mesh.url}/reason`, await mesh.sign())).rejects.toThrow(/aborted|hang up|reset/i);
  });
});

describe('a target that is down', () => {
  const closedPort = async () => {
    const url = await listen(() => undefined);
    const server = open.pop();
    await new Promise((resolve) => void server?.close(resolve));
    return url;
  };

  it('is a 503, and the next call goes through once it is up', async () => {
    const mesh = await startMesh();
    const up = mesh.state.target;
    mesh.state.target = await closedPort();
    expect(await call(`${mesh.url}/reason`, await mesh.sign())).toMatchObject({
      status: 503,
      text: 'Service Unavailable',
    });
    mesh.state.target = up;
    expect((await call(`${mesh.url}/reason`, await mesh.sign())).status).toBe(200);
  });

  it.each([
    ['is down', closedPort],
    ['hangs up in the middle', () => listen((incoming) => void incoming.once('data', () => incoming.socket.destroy()))],
  ])('that %s is a 503 to a client that is still sending, not a broken connection', async (_, startTarget) => {
    const mesh = await startMesh();
    mesh.state.target = await startTarget();
    const headers = { ...(await mesh.sign({ method: 'POST' })), connection: 'keep-alive' };
    const outgoing = httpRequest(`${mesh.url}/reason`, { method: 'POST', headers, agent: false });
    outgoing.write('part');
    const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage];
    expect(incoming).toMatchObject({ statusCode: 503, headers: { connection: 'close' } });
    let text = '';
    for await (const chunk of incoming) text += String(chunk);
    expect(text).toBe('Service Unavailable');
    outgoing.on('error', () => undefined).destroy();
  });

  it('is a 503 when it hangs up without an answer, and the call is not repeated', async () => {
    const mesh = await startMesh((incoming) => void incoming.socket.destroy());
    expect((await call(`${mesh.url}/reason`, await mesh.sign())).status).toBe(503);
    expect(mesh.reached).toHaveLength(1);
  });
});
