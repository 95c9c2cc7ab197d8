// The mesh in front of Axon, as VPC Lattice is: SigV4, an IAM auth policy, and a caller identity nobody can fake.
// Next: services/axon/verify.ts, which holds that identity against the grant.
import { type IncomingHttpHeaders, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { pipeline } from 'node:stream';
import { Agent, type Dispatcher } from 'undici';
import { type AuthPolicy, evaluateAuthPolicy } from './auth-policy.ts';
import { wireHead } from './loopback-server.ts';
import { type KnownKey, type Principals } from './principals.ts';
import { verifySigV4, type WireRequest } from './sigv4-verifier.ts';

/** What the gateway guards, and by which policy. */
export interface MeshGatewayOptions {
  /** Where Axon listens. */
  readonly target: () => string;
  readonly region: string;
  readonly serviceArn: string;
  /** The service network's and the service's: each must allow a call, as Lattice asks both. */
  readonly policies: readonly AuthPolicy[];
  readonly principals: Pick<Principals, 'lookup'>;
  /** @defaultValue an agent that does not check the target's certificate, as a load balancer does not */
  readonly dispatcher?: Dispatcher;
  readonly nowMs?: () => number;
}

/** Lattice's idle timeout (https://docs.aws.amazon.com/vpc-lattice/latest/ug/quotas.html). */
const idleTimeoutMs = 60_000;
const hopByHop = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'expect',
]);

/**
 * Serves as a Lattice service with auth type AWS_IAM
 * (https://docs.aws.amazon.com/vpc-lattice/latest/ug/sigv4-authenticated-requests.html): only UNSIGNED-PAYLOAD is taken.
 *
 * A caller needs an allow in the service's auth policy alone; the identity policies that AWS asks too are not modelled.
 * Nothing is ever sent twice. A target that cannot be reached is 503; one that breaks off breaks the answer off.
 */
export function createMeshGateway(options: MeshGatewayOptions): RequestListener {
  const { region, principals, target, nowMs = Date.now } = options;
  const dispatcher = options.dispatcher ?? targetAgent();
  return (incoming, outgoing) => {
    const head = wireHead(incoming);
    const verified = verifySigV4(
      { ...head, body: null },
      { service: 'vpc-lattice-svcs', region, lookup: principals.lookup, nowMs: nowMs(), unsignedPayload: 'required' },
    );
    if (!verified.ok)
      return refuse(incoming, outgoing, 403, `AccessDeniedException: ${verified.code}: ${verified.message}`);
    const denied = denial(head, verified.signer, options);
    if (denied !== undefined) return refuse(incoming, outgoing, 403, denied);
    void forward(incoming, outgoing, {
      dispatcher,
      origin: target(),
      headers: forwardedHeaders(incoming, verified.signer, region),
    });
  };
}

function targetAgent(): Agent {
  return new Agent({
    connect: { rejectUnauthorized: false },
    connections: 256,
    headersTimeout: idleTimeoutMs,
    bodyTimeout: idleTimeoutMs,
  });
}

/** Why the auth policy lets this caller not do this, in AWS's words; undefined when it does. */
function denial(
  { method, target }: Omit<WireRequest, 'body'>,
  { roleArn }: KnownKey,
  { policies, serviceArn }: MeshGatewayOptions,
): string | undefined {
  const [path = '/'] = target.split('?');
  const resource = `${serviceArn}${path}`;
  const question = {
    principalArn: roleArn,
    action: 'vpc-lattice-svcs:Invoke',
    resource,
    conditions: {
      'vpc-lattice-svcs:RequestMethod': method,
      'vpc-lattice-svcs:RequestPath': path,
      'vpc-lattice-svcs:ServiceArn': serviceArn,
      'aws:PrincipalArn': roleArn,
      'aws:PrincipalAccount': accountOf(roleArn),
    },
  };
  const answers = policies.map((policy) => evaluateAuthPolicy(policy, question));
  // INVARIANT: no policy is no permission.
  if (answers.length > 0 && answers.every((answer) => answer === 'allow')) return undefined;
  const why = answers.includes('explicit_deny')
    ? 'with an explicit deny in a service-based policy'
    : 'because no service-based policy allows it';
  return `AccessDeniedException: User: ${roleArn} is not authorized to perform: vpc-lattice-svcs:Invoke on resource: ${resource} ${why}`;
}

interface Onward {
  readonly dispatcher: Dispatcher;
  readonly origin: string;
  readonly headers: Record<string, string | string[]>;
}

async function forward(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  { dispatcher, origin, headers }: Onward,
): Promise<void> {
  const aborted = new AbortController();
  outgoing.on('close', () => {
    if (!outgoing.writableFinished) aborted.abort();
  });
  try {
    const response = await dispatcher.request({
      origin,
      path: incoming.url ?? '/',
      method: incoming.method ?? 'GET',
      headers,
      body: hasBody(incoming) ? incoming : null,
      signal: aborted.signal,
    });
    outgoing.writeHead(response.statusCode, endToEnd(response.headers));
    // At once, and not with the first chunk: a stream's head says that it was let in.
    outgoing.flushHeaders();
    // What breaks here breaks the client's connection too, which is all a proxy can say after the head.
    pipeline(response.body, outgoing, () => undefined);
  } catch {
    refuse(incoming, outgoing, 503, 'Service Unavailable');
  }
}

/** INVARIANT: whatever a client says of its identity is dropped before the gateway's own word is added. */
function forwardedHeaders(
  { headers, socket }: IncomingMessage,
  { name, roleArn }: KnownKey,
  region: string,
): Record<string, string | string[]> {
  return {
    ...Object.fromEntries(Object.entries(endToEnd(headers)).filter(([header]) => !isMeshOwned(header))),
    'x-forwarded-for': socket.remoteAddress ?? '',
    'x-amzn-lattice-identity': `Principal=${sessionArn(roleArn, name)};SessionName=${name};Type=AWS_IAM`,
    'x-amzn-lattice-network': `SourceVpcArn=arn:aws:ec2:${region}:${accountOf(roleArn)}:vpc/vpc-local`,
  };
}

/**
 * Headers that are the mesh's to set, and the session token: Lattice passes Authorization on, but the session's secret
 * half has no business behind it. Some servers read `_` as `-`, so that is no way around.
 */
function isMeshOwned(header: string): boolean {
  const name = header.replaceAll('_', '-');
  return (
    name.startsWith('x-amzn-lattice-') ||
    name.startsWith('x-forwarded-') ||
    name === 'forwarded' ||
    name === 'x-amz-security-token'
  );
}

/** Without what is for one connection only: the fixed list, and what `Connection` names (RFC 9110, section 7.6.1). */
function endToEnd(headers: IncomingHttpHeaders): Record<string, string | string[]> {
  const named = new Set((headers.connection ?? '').split(',').map((name) => name.trim().toLowerCase()));
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined || hopByHop.has(name) || named.has(name) ? [] : [[name, value]],
    ),
  );
}

/** The connection is closed behind it where a body may still be on its way: nobody reads that for a refused caller. */
function refuse(incoming: IncomingMessage, outgoing: ServerResponse, status: 403 | 503, message: string): void {
  incoming.resume();
  if (outgoing.headersSent || outgoing.destroyed) return void outgoing.destroy();
  const mayStillSend = hasBody(incoming) && !incoming.complete;
  const headers = { 'content-type': 'text/plain', 'content-length': Buffer.byteLength(message) };
  outgoing.writeHead(status, mayStillSend ? { ...headers, connection: 'close' } : headers).end(message);
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined;
}

function sessionArn(roleArn: string, session: string): string {
  return `${roleArn.replace(':iam:', ':sts:').replace(':role/', ':assumed-role/')}/${session}`;
}

function accountOf(roleArn: string): string {
  return roleArn.split(':')[4] ?? '';
}
