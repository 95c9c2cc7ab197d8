// The mesh in front of Axon, as VPC Lattice is: SigV4, an IAM auth policy, and a caller identity nobody can fake.
// Next: services/axon/verify.ts, which holds that identity against the grant.
import { type IncomingHttpHeaders, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { pipeline } from 'node:stream';
import { Agent, type Dispatcher } from 'undici';
import { type AuthPolicy, evaluateAuthPolicy } from './auth-policy.ts';
import { wireHead } from './loopback-server.ts';
import { type KnownKey, type Principals } from './principals.ts';
import { verifySigV4 } from './sigv4-verifier.ts';

/** What the gateway guards, and by which policy. */
export interface MeshGatewayOptions {
  /** Where Axon listens. */
  readonly target: () => string;
  readonly region: string;
  readonly serviceArn: string;
  readonly policy: AuthPolicy;
  readonly principals: Pick<Principals, 'lookup'>;
  /** @defaultValue an agent that does not check the target's certificate, as a load balancer does not */
  readonly dispatcher?: Dispatcher;
  readonly nowMs?: () => number;
}

const hopByHop = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'expect',
]);
// Lattice passes Authorization on, but the session's secret half has no business behind it.
const notForwarded = new Set([...hopByHop, 'x-amz-security-token', 'x-forwarded-for']);

/**
 * Serves as a Lattice service with auth type AWS_IAM
 * (https://docs.aws.amazon.com/vpc-lattice/latest/ug/sigv4-authenticated-requests.html): only UNSIGNED-PAYLOAD is taken.
 */
export function createMeshGateway(options: MeshGatewayOptions): RequestListener {
  const { region, serviceArn, policy, principals, nowMs = Date.now } = options;
  const dispatcher = options.dispatcher ?? new Agent({ connect: { rejectUnauthorized: false }, connections: 256 });
  return (incoming, outgoing) => {
    const head = wireHead(incoming);
    const verified = verifySigV4(
      { ...head, body: null },
      { service: 'vpc-lattice-svcs', region, lookup: principals.lookup, nowMs: nowMs(), unsignedPayload: 'required' },
    );
    if (!verified.ok) return deny(incoming, outgoing, `AccessDeniedException: ${verified.code}: ${verified.message}`);
    const [path = '/'] = head.target.split('?');
    const principalArn = verified.signer.roleArn;
    const answer = evaluateAuthPolicy(policy, {
      principalArn,
      action: 'vpc-lattice-svcs:Invoke',
      resource: `${serviceArn}${path}`,
      conditions: {
        'vpc-lattice-svcs:RequestMethod': head.method,
        'vpc-lattice-svcs:RequestPath': path,
        'aws:PrincipalArn': principalArn,
      },
    });
    if (answer !== 'allow') {
      const why =
        answer === 'explicit_deny'
          ? 'with an explicit deny in a service-based policy'
          : 'because no service-based policy allows it';
      return deny(
        incoming,
        outgoing,
        `AccessDeniedException: User: ${principalArn} is not authorized to perform: vpc-lattice-svcs:Invoke on resource: ${serviceArn}${path} ${why}`,
      );
    }
    forward(incoming, outgoing, verified.signer);
  };

  function forward(incoming: IncomingMessage, outgoing: ServerResponse, signer: KnownKey): void {
    const aborted = new AbortController();
    outgoing.on('close', () => {
      if (!outgoing.writableFinished) aborted.abort();
    });
    const hasBody =
      incoming.headers['content-length'] !== undefined || incoming.headers['transfer-encoding'] !== undefined;
    dispatcher
      .request({
        origin: options.target(),
        path: incoming.url ?? '/',
        method: (incoming.method ?? 'GET') as Dispatcher.HttpMethod,
        headers: forwardedHeaders(incoming, signer),
        body: hasBody ? incoming : null,
        signal: aborted.signal,
      })
      .then(
        (response) => {
          outgoing.writeHead(response.statusCode, withoutHopByHop(response.headers));
          // What breaks here breaks the client's connection too, which is all a proxy can say after the head.
          pipeline(response.body, outgoing, () => undefined);
        },
        () => {
          if (!outgoing.headersSent) outgoing.writeHead(503, { 'content-type': 'text/plain' });
          outgoing.end('Service Unavailable');
        },
      );
  }

  /** INVARIANT: whatever a client says of its identity is dropped before the gateway's own word is added. */
  function forwardedHeaders(
    { headers, socket }: IncomingMessage,
    { name, roleArn }: KnownKey,
  ): Record<string, string | string[]> {
    const forwarded: Record<string, string | string[]> = {};
    for (const [header, value] of Object.entries(headers)) {
      if (value !== undefined && !notForwarded.has(header) && !header.startsWith('x-amzn-lattice-'))
        forwarded[header] = value;
    }
    return {
      ...forwarded,
      'x-forwarded-for': socket.remoteAddress ?? '',
      'x-amzn-lattice-identity': `Principal=${sessionArn(roleArn, name)};SessionName=${name};Type=AWS_IAM`,
      'x-amzn-lattice-network': `SourceVpcArn=arn:aws:ec2:${region}:${accountOf(roleArn)}:vpc/vpc-local`,
    };
  }
}

function deny(incoming: IncomingMessage, outgoing: ServerResponse, message: string): void {
  incoming.resume();
  outgoing.writeHead(403, { 'content-type': 'text/plain' }).end(message);
}

function sessionArn(roleArn: string, session: string): string {
  return `${roleArn.replace(':iam:', ':sts:').replace(':role/', ':assumed-role/')}/${session}`;
}

function accountOf(roleArn: string): string {
  return roleArn.split(':')[4] ?? '';
}

function withoutHopByHop(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !hopByHop.has(name)));
}
