// Axon's routes: every call is verified before its body is even parsed.
// Next: services/axon/verify.ts, then services/axon/reason.ts.
import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import { type Context } from 'hono';
import { type GrantClaims, governedHeaders, lifetimes } from '../../governance/contract.ts';
import { type Metrics } from '../../observability/emf.ts';
import { parseJsonBody, readBody } from '../shared/body.ts';
import { correlation } from '../shared/correlation.ts';
import { deadlineFor, deadlineHeader, deadlinePattern } from '../shared/deadline.ts';
import { problem, registerErrors, ServiceError } from '../shared/errors.ts';
import { registerHealth } from '../shared/health.ts';
import { type Logger, requestLog } from '../shared/log.ts';
import { problemAnswer } from '../shared/problem-schema.ts';
import { type Pseudonymize } from '../shared/pseudonym.ts';
import { type Readiness } from '../shared/readiness.ts';
import { type Tracing } from '../shared/tracing.ts';
import { requestMetrics, timed } from '../shared/request-metrics.ts';
import { zodIssues } from '../shared/zod-issues.ts';
import { HeartbeatResponse, reasonLimits, ReasonRequest, ReasonResponse } from './contract.ts';
import { applyObligations, readObligations } from './obligations.ts';
import { reason, reasonStream } from './reason.ts';
import { measureReasoner } from './reasoners/measured-reasoner.ts';
import { type Reasoner } from './reasoners/reasoner.ts';
import { type SingleUseLedger } from './single-use.ts';
import { type createVerifier, type Refusal, refusals } from './verify.ts';

/** What Axon's routes act through. */
export interface AxonServices {
  readonly verify: ReturnType<typeof createVerifier>;
  readonly reasoner: Reasoner;
  /** Names a prompt in the log, so that one asked again and again shows, and its text never does. */
  readonly pseudonymize: Pseudonymize;
  /** Null where there is no shared table: `single_use` grants are then refused. */
  readonly singleUse: SingleUseLedger | null;
  readonly readiness: Readiness;
  readonly log: Logger;
  /** @defaultValue none: requests are placed in their trace, and nothing is recorded */
  readonly tracing?: Pick<Tracing, 'startSpan'> | undefined;
  /** @defaultValue none are recorded */
  readonly metrics?: Metrics | undefined;
  readonly version: string;
  readonly requestTimeoutMs: number;
}

/** The tenant header a caller may send along; it is compared with the grant, never believed. */
export const tenantHeader = 'x-tenant';

/** Builds Axon's app; `app.request()` serves it without a port. */
export function createAxonApp(services: AxonServices): OpenAPIHono {
  const { log, metrics, readiness, version, pseudonymize, requestTimeoutMs } = services;
  const reasoner = metrics ? measureReasoner(services.reasoner, metrics) : services.reasoner;
  const app = new OpenAPIHono();
  app.use(correlation({ startSpan: services.tracing?.startSpan }));
  app.use(requestMetrics(metrics, { latency: 'axonLatency', problems: 'axonProblems' }));
  app.use(requestLog(log));
  registerErrors(app, log);
  registerHealth(app, { service: 'axon', version, readiness });

  app.openAPIRegistry.registerPath(heartbeatRoute);
  app.get('/reason', async (c) => {
    const call = await admit(c, services);
    if (!call.ok) return refused(c, call, metrics);
    return c.json({
      message: 'Axon heartbeat OK',
      reasoner: reasoner.name,
      tenant: call.grant.tnt,
      decisionId: call.grant.did,
    } satisfies z.infer<typeof HeartbeatResponse>);
  });

  app.openAPIRegistry.registerPath(reasonRoute);
  app.post('/reason', async (c) => {
    const call = await admit(c, services);
    if (!call.ok) return refused(c, call, metrics);
    const obliged = applyObligations(parseReasonRequest(call.body, c), call.obligations);
    if (!obliged.ok) return refused(c, obliged, metrics);
    const promptPseudonym = pseudonymize('prompt', call.grant.tnt, obliged.request.prompt);
    c.set('logFields', { ...c.get('logFields'), promptPseudonym });
    const deadline = deadlineFor(c, requestTimeoutMs, requestTimeoutMs);
    if (wantsEvents(c)) {
      return reasonStream(c, reasoner, obliged.request, deadline, ({ code }) =>
        log.warn({ code, decisionId: call.grant.did }, 'stream ended early'),
      );
    }
    try {
      return c.json(await reason(reasoner, obliged.request, deadline));
    } finally {
      deadline.dispose();
    }
  });
  return app;
}

interface Admitted {
  readonly ok: true;
  readonly grant: GrantClaims;
  readonly body: Uint8Array;
  readonly obligations: Extract<ReturnType<typeof readObligations>, { ok: true }>['obligations'];
}

/** Lets a call in, or says why not: the grant first, then what it obliges to. */
async function admit(c: Context, { verify, singleUse, metrics, log }: AxonServices): Promise<Admitted | Refusal> {
  const body = await readBody(c, reasonLimits.bodyBytes);
  const { pathname, search } = new URL(c.req.url);
  const governed = {
    method: c.req.method,
    target: pathname + search,
    body,
    grant: c.req.header(governedHeaders.grant),
    certificate: c.req.header(governedHeaders.certificate),
    proof: c.req.header(governedHeaders.proof),
    meshIdentity: c.req.header('x-amzn-lattice-identity'),
    claimedTenant: c.req.header(tenantHeader),
  };
  const verified = await timed(metrics, 'verifyLatency', () => verify(governed));
  if (!verified.ok) return verified;
  const { grant } = verified;
  c.set('logFields', { tenant: grant.tnt, decisionId: grant.did, workload: grant.sub });
  const read = readObligations(grant);
  if (!read.ok) return read;
  if (!read.obligations.some(({ type }) => type === 'single_use'))
    return { ok: true, grant, body, obligations: read.obligations };
  const claimed = await claimForAllTasks(grant, singleUse, log);
  return claimed ?? { ok: true, grant, body, obligations: read.obligations };
}

/** Null when this task is the first to use the grant. INVARIANT: without an answer from the table, nothing runs. */
async function claimForAllTasks(
  grant: GrantClaims,
  singleUse: SingleUseLedger | null,
  log: Logger,
): Promise<Refusal | null> {
  if (!singleUse)
    return {
      ok: false,
      code: 'obligation_unenforceable',
      detail: 'got a single_use grant, expected a table to record it in',
    };
  try {
    const claim = await singleUse.claim(grant.jti, grant.exp + 2 * lifetimes.skewSeconds);
    return claim === 'first'
      ? null
      : { ok: false, code: 'replayed', detail: 'got a grant that another task accepted, expected a new one' };
  } catch (error) {
    log.error({ err: error, decisionId: grant.did }, 'single_use table did not answer');
    return {
      ok: false,
      code: 'single_use_unavailable',
      detail: 'the record of single_use grants did not answer, try again with a new grant',
    };
  }
}

function parseReasonRequest(body: Uint8Array, c: Context): ReasonRequest {
  const value = parseJsonBody(body, c.req.header('content-type'));
  const parsed = ReasonRequest.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new ServiceError('request_invalid', 'got a body that does not fit POST /reason, see issues', {
    issues: zodIssues(parsed.error, value),
  });
}

function refused(c: Context, { code, detail }: Refusal, metrics: Metrics | undefined): Response {
  metrics?.record('refusals', 1);
  if (code === 'replayed') metrics?.record('replays', 1);
  c.set('logFields', { ...c.get('logFields'), refusal: code });
  return problem({ status: refusals[code], code, detail, correlationId: c.get('correlation').correlationId });
}

/** Whether the client asks for server-sent events rather than JSON. */
function wantsEvents(c: Context): boolean {
  return (c.req.header('accept') ?? '')
    .split(',')
    .some((range) => range.trim().toLowerCase().startsWith('text/event-stream'));
}

const governedRequest = {
  headers: z.object({
    'Governance-Grant': z.string().openapi({ description: 'The grant: a compact JWS of type govern-grant+jwt' }),
    'Governance-Certificate': z.string().openapi({ description: 'The certificate of the key that signed the grant' }),
    DPoP: z.string().openapi({ description: 'Proof of possession of the key the grant is bound to' }),
    [deadlineHeader]: z
      .string()
      .regex(deadlinePattern)
      .optional()
      .openapi({ description: 'How long the caller waits, milliseconds' }),
  }),
};
const governedProblems = {
  400: problemAnswer('The body or a header does not fit'),
  401: problemAnswer('No grant, certificate or proof'),
  403: problemAnswer('The grant does not cover this call'),
  408: problemAnswer('The body did not arrive in time'),
  413: problemAnswer('The body is too large'),
  503: problemAnswer('Axon cannot remember or record the grant now'),
};

const heartbeatRoute = createRoute({
  method: 'get',
  path: '/reason',
  operationId: 'heartbeat',
  summary: 'A governed call that asks no model',
  request: governedRequest,
  responses: {
    200: { description: 'The call got through', content: { 'application/json': { schema: HeartbeatResponse } } },
    ...governedProblems,
  },
});

const reasonRoute = createRoute({
  method: 'post',
  path: '/reason',
  operationId: 'reason',
  summary: 'Reasons about a prompt',
  request: { ...governedRequest, body: { required: true, content: { 'application/json': { schema: ReasonRequest } } } },
  responses: {
    200: {
      description: 'The answer; with Accept: text/event-stream as delta events and one done',
      content: { 'application/json': { schema: ReasonResponse }, 'text/event-stream': { schema: z.string() } },
    },
    ...governedProblems,
    415: problemAnswer('The body is not JSON'),
    422: problemAnswer('The model refused the input'),
    502: problemAnswer('The model failed'),
    504: problemAnswer('The deadline passed'),
  },
});
