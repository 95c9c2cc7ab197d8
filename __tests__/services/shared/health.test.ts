// Alive, ready, and the OpenAPI document of the real routes.
// Next: server.test.ts, where readiness fails first in a drain.
import { describe, expect, it } from 'vitest';
import { createReadiness } from '../../../services/shared/readiness.ts';
import { memoryLog, testApp } from './raw-http.ts';

describe('readiness', () => {
  it('names what is missing, in order, and counts a check that throws as missing', () => {
    let jwks = false;
    const readiness = createReadiness({
      jwks: () => jwks,
      certificate: () => {
        throw new Error('unknown');
      },
      policy: () => true,
    });
    expect(readiness.status()).toEqual({ ready: false, waitingFor: ['jwks', 'certificate'] });
    jwks = true;
    expect(readiness.status()).toEqual({ ready: false, waitingFor: ['certificate'] });
  });

  it('is ready without checks, and never again once draining', () => {
    const readiness = createReadiness({});
    expect(readiness.status()).toEqual({ ready: true, waitingFor: [] });
    readiness.beginDrain();
    expect(readiness.draining).toBe(true);
    expect(readiness.status()).toEqual({ ready: false, waitingFor: ['drain'] });
  });
});

describe('the routes', () => {
  let ready = false;
  const readiness = createReadiness({ jwks: () => ready });
  const { app } = testApp(memoryLog().log, readiness);

  it('/health is 200 whatever readiness says', async () => {
    readiness.status();
    const answer = await app.request('/health');
    expect(answer.status).toBe(200);
    expect(await answer.json()).toEqual({ status: 'healthy', service: 'test', version: '1.2.3' });
  });

  it('/ready is 503 problem+json naming what it waits for, then 200, then 503 while draining', async () => {
    const waiting = await app.request('/ready');
    expect(waiting.status).toBe(503);
    expect(waiting.headers.get('content-type')).toBe('application/problem+json');
    expect(await waiting.json()).toMatchObject({ code: 'unavailable', waitingFor: ['jwks'] });
    ready = true;
    const good = await app.request('/ready');
    expect(good.status).toBe(200);
    expect(good.headers.get('cache-control')).toBe('no-store');
    readiness.beginDrain();
    expect((await app.request('/ready')).status).toBe(503);
  });

  it('/openapi.json is OpenAPI 3.1 and lists the routes with their problems', async () => {
    const answer = await app.request('/openapi.json');
    expect(await answer.json()).toMatchObject({
      openapi: '3.1.0',
      info: { title: 'test', version: '1.2.3' },
      paths: {
        '/health': { get: { operationId: 'health' } },
        '/ready': {
          get: {
            responses: {
              503: {
                content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
              },
            },
          },
        },
      },
    });
  });
});
