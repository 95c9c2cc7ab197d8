// Orbit's routes: authenticate, dispatch, answer.
// Next: services/orbit/dispatch.ts, the governed flow.
import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import { type Context } from 'hono';
import { ReasonRequest } from '../axon/contract.ts';
import { type Metrics } from '../../observability/emf.ts';
import { parseJsonBody, readBody } from '../shared/body.ts';
import { correlation } from '../shared/correlation.ts';
import { deadlineFor, deadlineHeader, deadlinePattern } from '../shared/deadline.ts';
import { registerErrors, ServiceError } from '../shared/errors.ts';
import { registerHealth } from '../shared/health.ts';
import { type Logger, requestLog } from '../shared/log.ts';
import { problemAnswer } from '../shared/problem-schema.ts';
import { type Pseudonymize } from '../shared/pseudonym.ts';
import { type Readiness } from '../shared/readiness.ts';
import { type Tracing } from '../shared/tracing.ts';
import { requestMetrics } from '../shared/request-metrics.ts';
import { zodIssues } from '../shared/zod-issues.ts';
import { answer, denial } from './answer.ts';
import { type Authenticator } from './authenticate.ts';
import { dispatchBodyBytes, DispatchRequest, DispatchResponse } from './contract.ts';
import { dispatch, type DispatchServices } from './dispatch.ts';

/** What Orbit's routes act through. */
export interface OrbitServices extends DispatchServices {
  readonly authenticator: Pick<Authenticator, 'authenticate'>;
  /** Names the caller in the log, whose own name never stands there. */
  readonly pseudonymize: Pseudonymize;
  readonly readiness: Readiness;
  readonly log: Logger;
  /** @defaultValue none: requests are placed in their trace, and nothing is recorded */
  readonly tracing?: Pick<Tracing, 'startSpan'> | undefined;
  /** @defaultValue none are recorded */
  readonly metrics?: Metrics | undefined;
  readonly version: string;
  readonly requestTimeoutMs: number;
}

/** Builds Orbit's app; `app.request()` serves it without a port. */
export function createOrbitApp(services: OrbitServices): OpenAPIHono {
  const { log, readiness, version, authenticator, metrics, pseudonymize, requestTimeoutMs } = services;
  const app = new OpenAPIHono();
  app.use(correlation({ startSpan: services.tracing?.startSpan }));
  app.use(requestMetrics(metrics, { latency: 'orbitLatency', problems: 'orbitProblems' }));
  app.use(requestLog(log));
  registerErrors(app, log);
  registerHealth(app, { service: 'orbit', version, readiness });

  app.openAPIRegistry.registerComponent('securitySchemes', 'bearer', {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
  });
  app.openAPIRegistry.register('ReasonRequest', ReasonRequest);
  app.openAPIRegistry.registerPath(dispatchRoute);
  app.post('/dispatch', async (c) => {
    const caller = await authenticator.authenticate(c.req.header('authorization'));
    const { tenant } = caller;
    // A subject belongs to its tenant: two tenants' `user:ada` are two people.
    const subjectPseudonym = pseudonymize('subject', tenant, caller.subject);
    c.set('logFields', { tenant, subjectPseudonym });
    const request = parseDispatch(await readBody(c, dispatchBodyBytes), c);
    const deadline = deadlineFor(c, requestTimeoutMs, requestTimeoutMs);
    let handedOver = false;
    try {
      const scope = { caller, correlation: c.get('correlation'), deadline, streamed: wantsEvents(c) };
      const outcome = await dispatch(services, request, scope);
      const { decisionId, reason, obligations } = outcome.decision;
      const extra = obligations.flatMap((obligation) => (obligation.type === 'log' ? [obligation.fields] : []));
      c.set('logFields', {
        tenant,
        subjectPseudonym,
        intent: request.intent,
        decisionId,
        reason,
        ...(extra.length > 0 ? { log: Object.assign({}, ...extra) } : {}),
      });
      if (outcome.kind === 'denied') return denial(outcome.decision, scope.correlation);
      handedOver = true;
      return await answer(outcome, scope, () => deadline.dispose());
    } catch (error) {
      handedOver = false;
      throw error;
    } finally {
      // A stream lives on after this function; its end disposes of the deadline.
      if (!handedOver) deadline.dispose();
    }
  });
  return app;
}

function parseDispatch(body: Uint8Array, c: Context): DispatchRequest {
  const value = parseJsonBody(body, c.req.header('content-type'));
  const parsed = DispatchRequest.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new ServiceError('request_invalid', 'got a body that does not fit POST /dispatch, see issues', {
    issues: zodIssues(parsed.error, value),
  });
}

function wantsEvents(c: Context): boolean {
  return (c.req.header('accept') ?? '')
    .split(',')
    .some((range) => range.trim().toLowerCase().startsWith('text/event-stream'));
}

const dispatchRoute = createRoute({
  method: 'post',
  path: '/dispatch',
  operationId: 'dispatch',
  summary: 'Asks for something to be done, if policy permits it',
  security: [{ bearer: [] }],
  request: {
    headers: z.object({
      [deadlineHeader]: z
        .string()
        .regex(deadlinePattern)
        .optional()
        .openapi({ description: 'How long the caller waits, milliseconds' }),
    }),
    body: { required: true, content: { 'application/json': { schema: DispatchRequest } } },
  },
  responses: {
    200: {
      description: 'Done; with Accept: text/event-stream a decision event, then the events of the result',
      content: { 'application/json': { schema: DispatchResponse }, 'text/event-stream': { schema: z.string() } },
    },
    400: problemAnswer('The body or a header does not fit'),
    401: problemAnswer('No token, or one that does not verify'),
    403: problemAnswer('Denied; `reason` and `decisionId` say by what'),
    408: problemAnswer('The body did not arrive in time'),
    413: problemAnswer('The body is too large'),
    415: problemAnswer('The body is not JSON'),
    422: problemAnswer('The model refused the input, or the intent has no route'),
    429: problemAnswer('Denied: a quota is used up; see Retry-After'),
    502: problemAnswer('Axon failed'),
    503: problemAnswer('Denied: Governance or Axon is not available'),
    504: problemAnswer('The deadline passed'),
  },
});
