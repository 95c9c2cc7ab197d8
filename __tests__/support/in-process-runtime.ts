// The whole governed flow in one process: the real handler, apps and clients, with a clock and a reasoner under control.
// Next: __tests__/flow/attacks.test.ts, which takes a valid call and spoils it.
import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pino, type Logger } from 'pino';
import { type Dispatcher } from 'undici';
import { createAuditTrail } from '../../governance/lambda/audit.ts';
import { createGrantIssuer } from '../../governance/lambda/grant.ts';
import { createHandler } from '../../governance/lambda/handler.ts';
import { createMemoryQuotaStore } from '../../governance/lambda/quota.ts';
import { type Signer } from '../../governance/lambda/signer.ts';
import { createFolderStore } from '../../governance/lambda/store.ts';
import { type Decision, type DecisionRequest } from '../../governance/contract.ts';
import { sha256Base64url } from '../../governance/token.ts';
import { type Metrics } from '../../observability/emf.ts';
import { createAxonApp } from '../../services/axon/app.ts';
import { createHeartbeatReasoner } from '../../services/axon/reasoners/heartbeat.ts';
import { type Reasoner } from '../../services/axon/reasoners/reasoner.ts';
import { createReplaySet } from '../../services/axon/replay-set.ts';
import { type SingleUseLedger } from '../../services/axon/single-use.ts';
import { createVerifier, replayKeepMs } from '../../services/axon/verify.ts';
import { createOrbitApp } from '../../services/orbit/app.ts';
import { type AxonClient } from '../../services/orbit/axon-client.ts';
import { type Caller } from '../../services/orbit/authenticate.ts';
import { type GovernanceClient } from '../../services/orbit/governance-client.ts';
import { measureAxon, measureGovernance } from '../../services/orbit/measured-calls.ts';
import { createProofKey, type ProofKey } from '../../services/orbit/proof-key.ts';
import { ServiceError } from '../../services/shared/errors.ts';
import { createPseudonymizer } from '../../services/shared/pseudonym.ts';
import { createReadiness } from '../../services/shared/readiness.ts';
import { createLogKey } from '../../services/shared/secret-schemas.ts';

export const orbitRole = 'arn:aws:iam::111122223333:role/agent-runtime-dev-orbit-role';
export const smokeRole = 'arn:aws:iam::111122223333:role/agent-runtime-dev-smoke-role';
export const meshIdentity =
  'Principal=arn:aws:sts::111122223333:assumed-role/agent-runtime-dev-orbit-role/task;SessionName=task;Type=AWS_IAM';
export const functionArn = 'arn:aws:lambda:eu-central-1:111122223333:function:agent-runtime-dev-governance';

/** A KMS key's stand-in: P-256, in this process. */
export interface TestSigner extends Signer {
  readonly publicKey: KeyObject;
  calls: number;
}

export function createTestSigner(keyId: string): TestSigner {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const signer: TestSigner = {
    keyId,
    publicKey,
    calls: 0,
    sign(message) {
      signer.calls += 1;
      return Promise.resolve({
        keyId,
        signature: sign('sha256', Buffer.from(message), { key: privateKey, dsaEncoding: 'ieee-p1363' }),
      });
    },
  };
  return signer;
}

export interface RuntimeOptions {
  readonly signer?: Signer;
  readonly trusted?: ReadonlyMap<string, KeyObject>;
  readonly nowMs?: () => number;
  /** Axon's own clock, where it differs. */
  readonly axonNowMs?: () => number;
  readonly replayCapacity?: number;
  readonly singleUse?: SingleUseLedger | null;
  readonly policyFolder?: string;
  readonly askGovernance?: GovernanceClient;
  readonly reasoner?: Reasoner;
  readonly caller?: Caller;
  /** Takes what the services log. @defaultValue nobody */
  readonly logOf?: (service: 'orbit' | 'axon') => Logger;
  /** Takes each program's metrics. @defaultValue nobody */
  readonly metricsOf?: (program: 'governance' | 'orbit' | 'axon') => Metrics;
}

export const shippedPolicies = path.resolve(import.meta.dirname, '../../governance/policies');

export async function createRuntime(options: RuntimeOptions = {}) {
  const testSigner = createTestSigner('arn:aws:kms:eu-central-1:111122223333:key/one');
  const signer = options.signer ?? testSigner;
  const nowMs = options.nowMs ?? Date.now;
  const auditLines: string[] = [];
  const reports: { level: string; message: string; fields: Readonly<Record<string, unknown>> }[] = [];
  const report = (level: 'info' | 'warn', message: string, fields: Readonly<Record<string, unknown>>) =>
    void reports.push({ level, message, fields });
  const grants = createGrantIssuer({ signer, issuer: 'agent-runtime-governance', nowMs });
  const audit = createAuditTrail({
    write: (line) => void auditLines.push(line),
    attest: (typ, claims) => grants.attest(typ, claims),
    nowMs,
  });
  const store = await createFolderStore({ folder: options.policyFolder ?? shippedPolicies, report, nowMs });
  const quotas = createMemoryQuotaStore();
  const metrics = options.metricsOf?.('governance');
  const handler = createHandler({ store, quotas, grants, audit, report, metrics, nowMs });
  const decide = (request: object, alias = 'orbit'): Promise<Decision> =>
    handler(request, { invokedFunctionArn: `${functionArn}:${alias}` });

  const logOf = options.logOf ?? (() => pino({ level: 'silent' }));
  const logKey = createLogKey();
  const pseudonymize = createPseudonymizer(() => logKey);
  const reasonerCalls: string[] = [];
  const trusted = options.trusted ?? new Map([[testSigner.keyId, testSigner.publicKey]]);
  const axonApp = createAxonApp({
    verify: createVerifier({
      issuer: 'agent-runtime-governance',
      audience: 'axon',
      trustedKeys: { get: (arn) => trusted.get(arn), refresh: () => Promise.resolve() },
      replays: createReplaySet(options.replayCapacity ?? 1000, replayKeepMs),
      callers: new Map([
        ['orbit', orbitRole],
        ['smoke', smokeRole],
      ]),
      nowMs: options.axonNowMs ?? nowMs,
    }),
    reasoner: recording(options.reasoner ?? createHeartbeatReasoner(), reasonerCalls),
    pseudonymize,
    singleUse: options.singleUse ?? null,
    readiness: createReadiness({}),
    log: logOf('axon'),
    metrics: options.metricsOf?.('axon'),
    version: 'test',
    requestTimeoutMs: 10_000,
  });

  const proofKey = createProofKey(nowMs);
  const axonCalls: { headers: Record<string, string>; body: Uint8Array }[] = [];
  const callAxon: AxonClient = async ({ call, grant, certificate, proof, tenant, correlation, accept }) => {
    const headers = {
      accept,
      'content-type': 'application/json',
      'governance-grant': grant,
      'governance-certificate': certificate,
      dpop: proof,
      'x-tenant': tenant,
      'x-amzn-lattice-identity': meshIdentity,
      'x-correlation-id': correlation.correlationId,
      traceparent: correlation.traceparent,
    };
    axonCalls.push({ headers, body: call.body });
    return toResponseData(
      await axonApp.request(call.path, {
        method: call.method,
        headers,
        ...(call.body.length > 0 ? { body: call.body } : {}),
      }),
    );
  };
  const caller = options.caller ?? { tenant: 'default', subject: 'user:ada' };
  const askGovernance: GovernanceClient = options.askGovernance ?? ((request) => decide(request));
  const orbitMetrics = options.metricsOf?.('orbit');
  const orbitApp = createOrbitApp({
    authenticator: { authenticate: (header) => authenticateCaller(header, caller) },
    askGovernance: orbitMetrics ? measureGovernance(askGovernance, orbitMetrics) : askGovernance,
    callAxon: orbitMetrics ? measureAxon(callAxon, orbitMetrics) : callAxon,
    proofKey,
    service: 'orbit',
    pseudonymize,
    readiness: createReadiness({}),
    log: logOf('orbit'),
    metrics: orbitMetrics,
    version: 'test',
    requestTimeoutMs: 10_000,
  });
  return {
    decide,
    axonApp,
    orbitApp,
    proofKey,
    auditLines,
    reports,
    reasonerCalls,
    axonCalls,
    signer,
    grants,
    audit,
    close: () => store.close(),
  };
}

/** One token is the caller's here; services/orbit/authenticate.ts has tests of its own. */
async function authenticateCaller(authorization: string | undefined, caller: Caller): Promise<Caller> {
  if (authorization === 'Bearer t') return caller;
  throw new ServiceError('unauthenticated', "got another token than the caller's", {
    headers: { 'www-authenticate': 'Bearer' },
  });
}

export type Runtime = Awaited<ReturnType<typeof createRuntime>>;

/** One call to Axon as Orbit would make it: everything an attacker could change. */
export interface GovernedRequest {
  method: string;
  target: string;
  headers: Record<string, string>;
  body: string;
}

export interface GovernedRequestOptions {
  readonly method?: 'GET' | 'POST';
  readonly body?: string;
  readonly proofKey?: ProofKey;
  readonly request?: Partial<DecisionRequest>;
}

/** Has Governance permit a call and wraps it up. */
export async function governedRequest(
  runtime: Runtime,
  options: GovernedRequestOptions = {},
): Promise<GovernedRequest> {
  const { method = 'POST', proofKey = runtime.proofKey } = options;
  const body = options.body ?? (method === 'POST' ? JSON.stringify({ prompt: 'what is up?', maxTokens: 64 }) : '');
  const bodySha256 = sha256Base64url(body);
  const decision = await runtime.decide({
    service: 'orbit',
    intent: method === 'POST' ? 'call_reasoning' : 'check_reasoning',
    subject: 'user:ada',
    context: method === 'POST' ? { maxTokens: 64, promptLength: 11, stream: false } : {},
    binding: { method, path: '/reason', bodySha256, jkt: proofKey.jkt },
    ...options.request,
  });
  const { grant, certificate } = decision;
  if (grant === undefined || certificate === undefined)
    throw new Error(`got ${decision.reason} ${decision.detail ?? ''}, expected a grant`);
  const proof = proofKey.prove({ method, path: '/reason', bodySha256, grant });
  return {
    method,
    target: '/reason',
    body,
    headers: {
      'content-type': 'application/json',
      'governance-grant': grant,
      'governance-certificate': certificate,
      dpop: proof,
      'x-amzn-lattice-identity': meshIdentity,
    },
  };
}

export async function send(runtime: Runtime, { method, target, headers, body }: GovernedRequest): Promise<Response> {
  return runtime.axonApp.request(target, { method, headers, ...(method === 'GET' ? {} : { body }) });
}

function recording(reasoner: Reasoner, calls: string[]): Reasoner {
  return {
    name: reasoner.name,
    reason: (input) => {
      calls.push(JSON.stringify({ ...input, signal: undefined }));
      return reasoner.reason(input);
    },
    stream: (input) => {
      calls.push(JSON.stringify({ ...input, signal: undefined }));
      return reasoner.stream(input);
    },
  };
}

function toResponseData(response: Response): Dispatcher.ResponseData {
  return {
    statusCode: response.status,
    headers: Object.fromEntries(response.headers),
    body: Readable.from(response.body ?? [], { objectMode: false }),
  } as unknown as Dispatcher.ResponseData;
}
