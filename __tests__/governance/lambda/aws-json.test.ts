// The signed call: what it repeats, what it does not, and that it ends in time whatever the other side does.
// Next: governance/lambda/aws-json.ts.
import { createServer, type RequestListener } from 'node:http';
import { type AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { AwsCallError, callAws } from '../../../governance/lambda/aws-json.ts';

async function serve(listener: RequestListener) {
  let calls = 0;
  const server = createServer((incoming, outgoing) => {
    calls += 1;
    listener(incoming, outgoing);
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const access = { region: 'eu-central-1', endpoint, accessKeyId: 'AKID', secretAccessKey: 'planted-secret' };
  const call = (timeoutMs = 2000) =>
    callAws(access, { service: 'dynamodb', operation: 'GetItem', body: { TableName: 't' }, timeoutMs });
  return { call, calls: () => calls };
}
const failWith =
  (status: number, body: string): RequestListener =>
  (_, outgoing) =>
    void outgoing.writeHead(status).end(body);
const failure = async (call: () => Promise<unknown>): Promise<AwsCallError> => {
  const error: unknown = await call().then(
    () => new Error('it succeeded'),
    (cause: unknown) => cause,
  );
  if (!(error instanceof AwsCallError)) throw error;
  return error;
};

describe('a signed call', () => {
  it('sends the protocol’s headers and a signature, and gives the answer', async () => {
    const { call } = await serve((incoming, outgoing) => {
      outgoing.end(JSON.stringify(incoming.headers));
    });
    expect(await call()).toMatchObject({
      'x-amz-target': 'DynamoDB_20120810.GetItem',
      'content-type': 'application/x-amz-json-1.0',
      authorization: expect.stringMatching(
        /^AWS4-HMAC-SHA256 Credential=AKID\/\d{8}\/eu-central-1\/dynamodb\//,
      ) as string,
    });
  });

  it.each([
    ['throttling', 400, '{"__type":"x#ThrottlingException"}'],
    ['a throttled table', 400, '{"__type":"x#ProvisionedThroughputExceededException"}'],
    ['too many requests', 429, '{}'],
    ['an error of the server', 500, '{"__type":"InternalServerError"}'],
    ['a proxy’s page', 503, '<html>'],
  ])('is repeated on %s, five times at most', async (_name, status, body) => {
    const { call, calls } = await serve(failWith(status, body));
    expect((await failure(call)).status).toBe(status);
    expect(calls()).toBe(5);
  });

  it.each([
    ['a refusal', 400, '{"__type":"AccessDeniedException","Message":"who"}', 'AccessDeniedException'],
    ['a condition', 400, '{"__type":"x#ConditionalCheckFailedException"}', 'ConditionalCheckFailedException'],
    ['an answer that is no JSON', 200, 'hello', 'ProtocolError'],
    ['an answer without end', 200, `"${'x'.repeat(2 * 1024 * 1024)}"`, 'ProtocolError'],
  ])('is not repeated on %s', async (_name, status, body, type) => {
    const { call, calls } = await serve(failWith(status, body));
    expect(await failure(call)).toMatchObject({ status, type });
    expect(calls()).toBe(1);
  });

  it('is repeated when the connection breaks, and follows no redirect', async () => {
    const broken = await serve((incoming) => void incoming.socket.destroy());
    expect(await failure(broken.call)).toMatchObject({ status: 0, type: 'NetworkError' });
    expect(broken.calls()).toBe(5);
    const elsewhere = await serve(
      (_, outgoing) => void outgoing.writeHead(307, { location: 'http://127.0.0.1:1/' }).end(),
    );
    expect(await failure(elsewhere.call)).toMatchObject({ status: 307, type: 'ProtocolError' });
    expect(elsewhere.calls()).toBe(1);
  });

  it('ends in time when nobody answers, after a second try', async () => {
    const { call, calls } = await serve(() => undefined);
    const startedMs = performance.now();
    expect(await failure(() => call(300))).toMatchObject({ status: 0, type: 'TimeoutError' });
    expect(performance.now() - startedMs).toBeLessThan(600);
    expect(calls()).toBeGreaterThan(1);
  });

  it('says neither secret nor what AWS said in its message, which a caller may see', async () => {
    const { call } = await serve(
      failWith(400, '{"__type":"AccessDeniedException","Message":"arn:aws:iam::1:role/x may not"}'),
    );
    const error = await failure(call);
    expect(error.message).toBe('got 400 AccessDeniedException from dynamodb, expected an answer to GetItem');
    expect(error.said).toContain('role/x');
  });
});
