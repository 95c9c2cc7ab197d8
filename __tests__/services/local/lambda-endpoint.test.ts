// The local Invoke API: which role may invoke which alias, and AWS's own answer to everything else.
// Next: lambda-worker-ends.test.ts, for how what is invoked can end.
import { once } from 'node:events';
import { type IncomingMessage, request as httpRequest } from 'node:http';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { createLambdaEndpoint, type LambdaContext } from '../../../services/local/lambda-endpoint.ts';
import { account, region, serve, signedFetch, testPrincipals } from './signed-fetch.ts';

const arn = (name: string) => `arn:aws:lambda:${region}:${account}:function:${name}`;
const mib = 1024 * 1024;

/** Orbit may invoke `governance:orbit`, Axon `governance:live`; `governance` has a third alias that is nobody's. */
async function startLambda(answer: (event: unknown) => unknown = (event) => ({ event })) {
  const principals = testPrincipals();
  const invocations: LambdaContext[] = [];
  const url = await serve(
    createLambdaEndpoint({
      account,
      region,
      principals,
      functions: {
        governance: {
          aliases: ['live', 'orbit', 'spare'],
          async invoke(event, context) {
            invocations.push(context);
            return answer(event);
          },
        },
      },
      mayInvoke: [
        { roleArn: principals.roleArn('orbit'), functionArn: arn('governance:orbit') },
        { roleArn: principals.roleArn('orbit'), functionArn: arn('governance:gone') },
        { roleArn: principals.roleArn('orbit'), functionArn: arn('removed:orbit') },
        { roleArn: principals.roleArn('orbit'), functionArn: arn('constructor:orbit') },
        { roleArn: principals.roleArn('axon'), functionArn: arn('governance:live') },
      ],
    }),
  );

  /** @param named - what stands for the function in the path, and the query */
  function invoke(
    named: string,
    options: { as?: string; body?: string; headers?: Record<string, string>; method?: string } = {},
    spoil?: (headers: Record<string, string>) => Record<string, string>,
  ) {
    const [name = '', query] = named.split('?');
    const { as = 'orbit', body = '{"a":1}', ...rest } = options;
    return signedFetch(
      {
        url: `${url}/2015-03-31/functions/${name}/invocations${query === undefined ? '' : `?${query}`}`,
        service: 'lambda',
        credentials: principals.credentialsOf(as),
        body,
        ...rest,
      },
      spoil,
    );
  }
  return { url, invocations, invoke };
}

const errorType = ({ headers }: { headers: Headers }) => headers.get('x-amzn-errortype');

describe('an invocation', () => {
  it.each([
    ['by name and qualifier', 'governance?Qualifier=orbit'],
    ['by name with its alias', 'governance:orbit'],
    ['with the alias in both places', 'governance:orbit?Qualifier=orbit'],
    ['by ARN', arn('governance:orbit')],
    ['by ARN, escaped', encodeURIComponent(arn('governance:orbit'))],
    ['by ARN and qualifier', `${arn('governance')}?Qualifier=orbit`],
  ])('%s reaches the function, which is told its alias by ARN', async (_, named) => {
    const lambda = await startLambda();
    const answer = await lambda.invoke(named);
    expect(answer).toMatchObject({ status: 200, json: { event: { a: 1 } } });
    expect(answer.headers.get('x-amz-executed-version')).toBe('1');
    expect(answer.headers.get('x-amz-function-error')).toBeNull();
    expect(lambda.invocations).toEqual([
      {
        invokedFunctionArn: arn('governance:orbit'),
        functionName: 'governance',
        functionVersion: '1',
        awsRequestId: answer.headers.get('x-amzn-requestid'),
      },
    ]);
  });

  it('without a body has the empty event, and an answer of nothing is null', async () => {
    const events: unknown[] = [];
    const lambda = await startLambda((event) => void events.push(event));
    const answer = await lambda.invoke('governance:orbit', { body: '' });
    expect(answer).toMatchObject({ status: 200, json: null });
    expect(events).toEqual([{}]);
  });

  it('as a dry run asks whether it may, and runs nothing', async () => {
    const lambda = await startLambda();
    const headers = { 'x-amz-invocation-type': 'DryRun' };
    expect((await lambda.invoke('governance:orbit', { headers })).status).toBe(204);
    expect((await lambda.invoke('governance:live', { headers })).status).toBe(403);
    expect(lambda.invocations).toEqual([]);
  });
});

describe('who may invoke what', () => {
  const callers = ['orbit', 'axon', 'governance'];
  const allowed = new Map([
    ['orbit', 'governance:orbit'],
    ['axon', 'governance:live'],
  ]);
  const targets = ['governance:orbit', 'governance:live', 'governance:spare', 'governance', 'governance:$LATEST'];
  it.each(callers.flatMap((as) => targets.map((target) => ({ as, target }))))(
    '$as and $target: only its own alias',
    async ({ as, target }) => {
      const lambda = await startLambda();
      const may = allowed.get(as) === target;
      const answer = await lambda.invoke(target, { as });
      expect([answer.status, errorType(answer)]).toEqual(may ? [200, null] : [403, 'AccessDeniedException']);
      expect(lambda.invocations).toHaveLength(may ? 1 : 0);
    },
  );

  it('takes a function of another account or region for what it is', async () => {
    const lambda = await startLambda();
    const elsewhere = [
      `arn:aws:lambda:${region}:999999999999:function:governance:orbit`,
      `arn:aws:lambda:us-east-1:${account}:function:governance:orbit`,
    ];
    for (const named of elsewhere) {
      const answer = await lambda.invoke(named);
      expect([answer.status, errorType(answer)]).toEqual([403, 'AccessDeniedException']);
      expect(answer.json).toMatchObject({ Message: expect.stringContaining(named) });
    }
    expect(lambda.invocations).toEqual([]);
  });

  it('says who was refused what', async () => {
    const lambda = await startLambda();
    const message = `User: arn:aws:iam::${account}:role/test-axon-role is not authorized to perform: lambda:InvokeFunction on resource: ${arn('governance:orbit')}`;
    expect((await lambda.invoke('governance:orbit', { as: 'axon' })).json).toMatchObject({ Message: message });
  });
});

describe('what is not there or not right', () => {
  it.each([
    ['a function that is gone', 'removed:orbit', {}, 404, 'ResourceNotFoundException'],
    ['a function with the name of a language feature', 'constructor:orbit', {}, 404, 'ResourceNotFoundException'],
    ['an alias that is gone', 'governance:gone', {}, 404, 'ResourceNotFoundException'],
    ['a route that is not there', 'governance/other', {}, 404, 'ResourceNotFoundException'],
    ['another method', 'governance:orbit', { method: 'PUT' }, 404, 'ResourceNotFoundException'],
    ['two aliases', 'governance:orbit?Qualifier=live', {}, 400, 'InvalidParameterValueException'],
    ['a name of too many parts', 'governance:orbit:live', {}, 400, 'InvalidParameterValueException'],
    ['a body that is no JSON', 'governance:orbit', { body: '{' }, 400, 'InvalidRequestContentException'],
    [
      'an invocation that would not wait',
      'governance:orbit',
      { headers: { 'x-amz-invocation-type': 'Event' } },
      400,
      'InvalidParameterValueException',
    ],
  ])('%s is refused as AWS refuses it', async (_, named, options, status, type) => {
    const lambda = await startLambda();
    const answer = await lambda.invoke(named, options);
    expect([answer.status, errorType(answer)]).toEqual([status, type]);
    expect(lambda.invocations).toEqual([]);
  });

  it.each<[string, (headers: Record<string, string>) => Record<string, string>, string]>([
    [
      'no signature',
      (headers) => Object.fromEntries(Object.entries(headers).filter(([name]) => name !== 'authorization')),
      'MissingAuthenticationTokenException',
    ],
    [
      'a spoilt signature',
      (headers) => ({ ...headers, authorization: (headers['authorization'] ?? '').replace(/.{4}$/, '0000') }),
      'InvalidSignatureException',
    ],
    [
      'an invocation type outside the signature',
      (headers) => ({ ...headers, 'x-amz-invocation-type': 'DryRun' }),
      'IncompleteSignatureException',
    ],
  ])('%s is refused before anything else', async (_, spoil, type) => {
    const lambda = await startLambda();
    const answer = await lambda.invoke('governance:orbit', {}, spoil);
    expect([answer.status, errorType(answer)]).toEqual([403, type]);
    expect(lambda.invocations).toEqual([]);
  });
});

describe('limits', () => {
  it('take six MiB of request, and not a byte more', async () => {
    const lambda = await startLambda(() => 'taken');
    const body = (bytes: number) => JSON.stringify('x'.repeat(bytes - 2));
    expect((await lambda.invoke('governance:orbit', { body: body(6 * mib) })).status).toBe(200);
    const answer = await lambda.invoke('governance:orbit', { body: body(6 * mib + 1) });
    expect([answer.status, errorType(answer)]).toEqual([413, 'RequestTooLargeException']);
    expect(lambda.invocations).toHaveLength(1);
  });

  it('answer a client that is still sending, and close its connection', async () => {
    const { url } = await startLambda();
    const outgoing = httpRequest(`${url}/2015-03-31/functions/governance/invocations`, {
      method: 'POST',
      agent: false,
    });
    outgoing.on('error', () => undefined);
    const answered = once(outgoing, 'response') as Promise<[IncomingMessage]>;
    for (let sent = 0; sent < 7; sent += 1) {
      outgoing.write(Buffer.alloc(mib));
      await nextTurn();
    }
    const [incoming] = await answered;
    expect(incoming).toMatchObject({ statusCode: 413, headers: { connection: 'close' } });
    outgoing.destroy();
  });

  it('let no answer through that Lambda would not', async () => {
    const most = 6_291_556;
    const lambda = await startLambda((event) => 'x'.repeat(Number(event) - 2));
    expect((await lambda.invoke('governance:orbit', { body: String(most) })).json).toHaveLength(most - 2);
    const answer = await lambda.invoke('governance:orbit', { body: String(most + 1) });
    expect(answer).toMatchObject({ status: 200, json: { errorType: 'Function.ResponseSizeTooLarge' } });
    expect(answer.headers.get('x-amz-function-error')).toBe('Unhandled');
  });
});

describe('a function that fails', () => {
  it.each<[string, () => unknown, object]>([
    ['throws', () => never(new TypeError('no such thing')), { errorType: 'TypeError', errorMessage: 'no such thing' }],
    ['throws what is no error', () => never('a text'), { errorType: 'Error', errorMessage: 'a text' }],
    ['answers what is no JSON', () => 10n, { errorType: 'TypeError' }],
  ])('because it %s is a 200 with the function error header, and the next one is served', async (_, answer, error) => {
    let calls = 0;
    const lambda = await startLambda(() => (calls++ === 0 ? answer() : 'well'));
    const failed = await lambda.invoke('governance:orbit');
    expect(failed).toMatchObject({ status: 200, json: error });
    expect(failed.headers.get('x-amz-function-error')).toBe('Unhandled');
    const next = await lambda.invoke('governance:orbit');
    expect(next.json).toBe('well');
    expect(next.headers.get('x-amz-function-error')).toBeNull();
  });
});

function never(thrown: unknown): never {
  // oxlint-disable-next-line typescript/only-throw-error -- a function may throw anything
  throw thrown;
}
