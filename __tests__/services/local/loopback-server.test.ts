// The server under every stand-in: on the loopback interface alone, gone when closed, one line when its port is taken.
// Next: lambda-endpoint.test.ts, the first that is served by it.
import { connect } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { listenLoopback, sendJson, sendText } from '../../../services/local/loopback-server.ts';

const about = { name: 'kms', setting: 'LOCAL_KMS_PORT' };

async function listen(port = 0) {
  const server = await listenLoopback((_, outgoing) => sendJson(outgoing, 200, { served: true }), port, about);
  onTestFinished(() => server.close());
  return server;
}

describe('a loopback server', () => {
  it('answers on 127.0.0.1, at the port it names', async () => {
    const { url, port } = await listen();
    expect(url).toBe(`http://127.0.0.1:${port}`);
    const response = await fetch(url);
    expect(await response.json()).toEqual({ served: true });
    expect(response.headers.get('content-type')).toBe('application/json');
  });

  it('is not reached by any other address of the machine', async () => {
    const { port } = await listen();
    // Whoever listens on all addresses answers on this one too, where the machine has it.
    const socket = connect({ host: '::1', port });
    onTestFinished(() => void socket.destroy());
    const error = await new Promise<NodeJS.ErrnoException>((resolve, reject) => {
      socket.once('error', resolve).once('connect', () => reject(new Error('got a connection, expected none')));
    });
    expect(error.code).toMatch(/ECONNREFUSED|EADDRNOTAVAIL|EAFNOSUPPORT/);
  });

  it('says in one line which port is taken and which setting moves it', async () => {
    const { port } = await listen();
    await expect(listen(port)).rejects.toThrow(
      new Error(
        `kms: got port ${port}, which is taken, expected a free port; set LOCAL_KMS_PORT or stop what holds it`,
      ),
    );
  });

  it('closes at once, though a connection is idle and a request is not answered, and its port is free again', async () => {
    const server = await listenLoopback(
      ({ url }, outgoing) => void (url === '/idle' && sendJson(outgoing, 200, {})),
      0,
      about,
    );
    await (await fetch(`${server.url}/idle`)).json();
    const unanswered = Promise.allSettled([fetch(`${server.url}/unanswered`)]);
    await new Promise((resolve) => setTimeout(resolve, 50));
    const beforeMs = performance.now();
    await server.close();
    expect(performance.now() - beforeMs).toBeLessThan(1000);
    expect(await unanswered).toMatchObject([{ status: 'rejected' }]);
    await expect(listen(server.port)).resolves.toBeDefined();
  });

  it('sends a text by its bytes, not its characters', async () => {
    const { url, close } = await listenLoopback((_, outgoing) => sendText(outgoing, 200, '"é"'), 0, about);
    onTestFinished(close);
    const response = await fetch(url);
    expect(response.headers.get('content-length')).toBe('4');
    expect(await response.json()).toBe('é');
  });
});
