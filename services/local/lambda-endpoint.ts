// Lambda's Invoke API as AWS has it: SigV4, IAM per alias, and AWS's own errors.
// Next: services/local/lambda-worker.ts, which runs the function.
import { randomUUID } from 'node:crypto';
import { type RequestListener, type ServerResponse } from 'node:http';
import { readWireRequest, sendJson, sendText } from './loopback-server.ts';
import { type Principals } from './principals.ts';
import { verifySigV4 } from './sigv4-verifier.ts';

/** What a function is told of its invocation (https://docs.aws.amazon.com/lambda/latest/dg/nodejs-context.html). */
export interface LambdaContext {
  readonly invokedFunctionArn: string;
  readonly awsRequestId: string;
  readonly functionName: string;
  readonly functionVersion: string;
  /** What the invoker sent in `X-Amz-Client-Context`. */
  readonly clientContext?: unknown;
}

/** A function that can be invoked. It rejects for a function error. */
export interface LambdaFunction {
  readonly aliases: readonly string[];
  invoke(event: unknown, context: LambdaContext): Promise<unknown>;
}

/** A statement `Allow lambda:InvokeFunction`: who may invoke what, qualifier and all. Nothing else may be invoked. */
export interface InvokeGrant {
  readonly roleArn: string;
  readonly functionArn: string;
}

/** What the endpoint serves, and to whom. */
export interface LambdaEndpointOptions {
  readonly account: string;
  readonly region: string;
  readonly functions: Readonly<Record<string, LambdaFunction>>;
  readonly mayInvoke: readonly InvokeGrant[];
  readonly principals: Pick<Principals, 'lookup'>;
  readonly nowMs?: () => number;
}

const requestMaxBytes = 6 * 1024 * 1024;
/** A little more than a request's, for the envelope (https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html). */
const answerMaxBytes = 6_291_556;

/** `POST /2015-03-31/functions/{name}/invocations?Qualifier=` (https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html). */
export function createLambdaEndpoint(options: LambdaEndpointOptions): RequestListener {
  const { account, region, functions, mayInvoke, principals, nowMs = Date.now } = options;
  return (incoming, outgoing) => {
    serve().catch(() => fail(outgoing, 500, 'ServiceException', 'the invocation could not be served'));

    async function serve(): Promise<void> {
      const request = await readWireRequest(incoming, requestMaxBytes).catch(() => null);
      if (!request)
        return fail(outgoing, 413, 'RequestTooLargeException', `Request must be smaller than ${requestMaxBytes} bytes`);
      const verified = verifySigV4(request, { service: 'lambda', region, lookup: principals.lookup, nowMs: nowMs() });
      if (!verified.ok) return fail(outgoing, 403, verified.code, verified.message);
      const url = new URL(request.target, 'http://lambda');
      const name = /^\/2015-03-31\/functions\/([^/]+)\/invocations$/.exec(url.pathname)?.[1];
      if (name === undefined || request.method !== 'POST')
        return fail(
          outgoing,
          404,
          'ResourceNotFoundException',
          'got another route, expected POST /2015-03-31/functions/{name}/invocations',
        );
      const named = parseFunctionName(decodeURIComponent(name), url.searchParams.get('Qualifier'));
      if (!named)
        return fail(outgoing, 400, 'InvalidParameterValueException', 'the function name and the qualifier disagree');
      // INVARIANT: an ARN keeps the account and region it names; one of elsewhere is never taken for one of here.
      const home = named.home ?? `arn:aws:lambda:${region}:${account}:function`;
      const arn = `${home}:${named.name}${named.qualifier === undefined ? '' : `:${named.qualifier}`}`;
      if (!mayInvoke.some(({ roleArn, functionArn }) => roleArn === verified.signer.roleArn && functionArn === arn)) {
        return fail(
          outgoing,
          403,
          'AccessDeniedException',
          `User: ${verified.signer.roleArn} is not authorized to perform: lambda:InvokeFunction on resource: ${arn}`,
        );
      }
      const target = Object.hasOwn(functions, named.name) ? functions[named.name] : undefined;
      if (!target || (named.qualifier !== undefined && !target.aliases.includes(named.qualifier)))
        return fail(outgoing, 404, 'ResourceNotFoundException', `Function not found: ${arn}`);
      const type = incoming.headers['x-amz-invocation-type'] ?? 'RequestResponse';
      if (type === 'DryRun') return void outgoing.writeHead(204).end();
      if (type !== 'RequestResponse')
        return fail(
          outgoing,
          400,
          'InvalidParameterValueException',
          `got invocation type ${String(type)}, expected RequestResponse or DryRun`,
        );
      const event = parseEvent(request.body);
      if (!event)
        return fail(outgoing, 400, 'InvalidRequestContentException', 'Could not parse request body into json');
      const client = parseClientContext(incoming.headers['x-amz-client-context']);
      if (!client)
        return fail(
          outgoing,
          400,
          'InvalidRequestContentException',
          'Client context must be valid Base64-encoded JSON.',
        );
      const context = { invokedFunctionArn: arn, awsRequestId: randomUUID(), functionName: named.name };
      await invoke(target, event.value, { ...context, functionVersion: '1', ...client }, outgoing);
    }
  };
}

async function invoke(
  target: LambdaFunction,
  event: unknown,
  context: LambdaContext,
  outgoing: ServerResponse,
): Promise<void> {
  const headers = { 'x-amzn-requestid': context.awsRequestId, 'x-amz-executed-version': context.functionVersion };
  const failed = (errorType: string, errorMessage: string) =>
    sendJson(outgoing, 200, { errorType, errorMessage }, { ...headers, 'x-amz-function-error': 'Unhandled' });
  try {
    const text = JSON.stringify((await target.invoke(event, context)) ?? null);
    if (Buffer.byteLength(text) > answerMaxBytes)
      return failed('Function.ResponseSizeTooLarge', `Response payload size exceeded ${answerMaxBytes} bytes`);
    sendText(outgoing, 200, text, headers);
  } catch (error) {
    if (error instanceof Error) failed(error.name, error.message);
    else failed('Error', String(error));
  }
}

/** Name, `name:alias` or ARN, with the alias in either place but not two different ones. */
function parseFunctionName(
  text: string,
  qualifier: string | null,
): { home: string | undefined; name: string; qualifier: string | undefined } | undefined {
  const [, home, bare = text] = /^(arn:aws:lambda:[a-z0-9-]+:\d{12}:function):(.+)$/.exec(text) ?? [];
  const [name = '', suffix, ...rest] = bare.split(':');
  if (name === '' || rest.length > 0 || (suffix !== undefined && qualifier !== null && suffix !== qualifier))
    return undefined;
  return { home, name, qualifier: suffix ?? qualifier ?? undefined };
}

function parseEvent(body: Buffer): { value: unknown } | undefined {
  if (body.length === 0) return { value: {} };
  try {
    return { value: JSON.parse(body.toString('utf8')) };
  } catch {
    return undefined;
  }
}

/** Base64 of JSON, of 3,583 bytes at most (https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html). */
function parseClientContext(header: string | string[] | undefined): { clientContext?: unknown } | undefined {
  if (header === undefined) return {};
  if (typeof header !== 'string' || header.length > 3583) return undefined;
  const parsed = parseEvent(Buffer.from(header, 'base64'));
  return parsed && { clientContext: parsed.value };
}

function fail(outgoing: ServerResponse, status: number, type: string, message: string): void {
  sendJson(
    outgoing,
    status,
    { Type: status < 500 ? 'User' : 'Service', Message: message, message },
    { 'x-amzn-errortype': type },
  );
}
