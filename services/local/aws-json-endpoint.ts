// What the AWS JSON protocol services have in common: SigV4, `x-amz-target`, and errors with `__type`.
// Next: services/local/kms-endpoint.ts and services/local/dynamodb-endpoint.ts, which answer the operations.
import { type RequestListener } from 'node:http';
import { readWireRequest, sendJson } from './loopback-server.ts';
import { type KnownKey, type Principals } from './principals.ts';
import { verifySigV4 } from './sigv4-verifier.ts';

/** An error as AWS answers it. */
export class AwsFault extends Error {
  readonly type: string;

  constructor(type: string, message: string) {
    super(message);
    this.type = type;
  }
}

/** Answers one operation for a verified caller. @throws AwsFault for what the service would refuse */
export type Operation = (input: Readonly<Record<string, unknown>>, caller: KnownKey) => object;

/** A service of the AWS JSON protocol. */
export interface AwsJsonOptions {
  readonly service: string;
  readonly region: string;
  /** `TrentService`, `DynamoDB_20120810`. */
  readonly targetPrefix: string;
  readonly jsonVersion: '1.0' | '1.1';
  readonly operations: Readonly<Record<string, Operation>>;
  readonly principals: Pick<Principals, 'lookup'>;
  readonly nowMs?: () => number;
}

const bodyMaxBytes = 1024 * 1024;

/** Serves the operations; anything else is `UnknownOperationException`. */
export function createAwsJsonEndpoint(options: AwsJsonOptions): RequestListener {
  const { service, region, targetPrefix, jsonVersion, operations, principals, nowMs = Date.now } = options;
  const headers = { 'content-type': `application/x-amz-json-${jsonVersion}` };
  return (incoming, outgoing) => {
    answer().then(
      (value) => sendJson(outgoing, 200, value, headers),
      (error: unknown) => {
        const fault =
          error instanceof AwsFault ? error : new AwsFault('ValidationException', 'got a request that cannot be read');
        // AccessDeniedException too: these services answer every client error with 400.
        sendJson(outgoing, 400, { __type: fault.type, message: fault.message }, headers);
      },
    );

    async function answer(): Promise<object> {
      const request = await readWireRequest(incoming, bodyMaxBytes);
      const verified = verifySigV4(request, { service, region, lookup: principals.lookup, nowMs: nowMs() });
      if (!verified.ok) throw new AwsFault(verified.code, verified.message);
      const target = String(incoming.headers['x-amz-target']);
      const name = target.startsWith(`${targetPrefix}.`) ? target.slice(targetPrefix.length + 1) : '';
      const operation = Object.hasOwn(operations, name) ? operations[name] : undefined;
      if (!operation)
        throw new AwsFault(
          'UnknownOperationException',
          `got ${target}, expected one of ${Object.keys(operations).join(', ')}`,
        );
      return operation(JSON.parse(request.body.toString('utf8')) as Record<string, unknown>, verified.signer);
    }
  };
}
