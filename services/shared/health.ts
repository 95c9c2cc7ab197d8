// The routes every service has: alive, ready, and what it offers.
// Next: the service's app.ts, which registers them beside its own.
import { createRoute, z } from '@hono/zod-openapi';
import type { Env } from 'hono';
import type { OpenAPIHono } from '@hono/zod-openapi';
import { problem } from './errors.ts';
import { problemAnswer } from './problem-schema.ts';
import type { Readiness } from './readiness.ts';

/** Who answers, and by which readiness. */
export interface HealthOptions {
  readonly service: string;
  readonly version: string;
  readonly readiness: Readiness;
}

const healthSchema = z
  .object({ status: z.literal('healthy'), service: z.string(), version: z.string() })
  .openapi('Health');
const readySchema = z.object({ status: z.literal('ready'), service: z.string() }).openapi('Ready');

const healthRoute = createRoute({
  method: 'get',
  path: '/health',
  operationId: 'health',
  summary: 'The process is alive; no dependency is asked',
  responses: { 200: { description: 'Alive', content: { 'application/json': { schema: healthSchema } } } },
});

const readyRoute = createRoute({
  method: 'get',
  path: '/ready',
  operationId: 'ready',
  summary: 'The process wants traffic',
  responses: {
    200: { description: 'Ready', content: { 'application/json': { schema: readySchema } } },
    503: problemAnswer('Draining, or something it needs is not there yet; waitingFor names it'),
  },
});

/**
 * Registers `GET /health` (200 while the process lives), `GET /ready` (200, or 503 `unavailable` with `waitingFor`) and
 * `GET /openapi.json` (OpenAPI 3.1 of the registered routes, made once at its first request).
 */
export function registerHealth<E extends Env>(app: OpenAPIHono<E>, options: HealthOptions): void {
  const { service, version, readiness } = options;
  app.openapi(healthRoute, (c) => {
    c.header('cache-control', 'no-store');
    return c.json({ status: 'healthy' as const, service, version }, 200);
  });
  // Registered apart from its handler: the typed route knows no problem+json.
  app.openAPIRegistry.registerPath(readyRoute);
  app.get('/ready', (c) => {
    const { ready, waitingFor } = readiness.status();
    if (!ready) return notReady(waitingFor, c.get('correlation')?.correlationId);
    c.header('cache-control', 'no-store');
    return c.json({ status: 'ready' as const, service }, 200);
  });
  let document: object | undefined;
  app.get('/openapi.json', (c) => {
    document ??= app.getOpenAPI31Document({ openapi: '3.1.0', info: { title: service, version } });
    return c.json(document);
  });
}

function notReady(waitingFor: readonly string[], correlationId: string | undefined): Response {
  return problem({
    status: 503,
    code: 'unavailable',
    detail: `got ${waitingFor.join(', ')} not done, expected all ready, ask again later`,
    headers: { 'retry-after': '1' },
    extensions: { waitingFor },
    correlationId,
  });
}
