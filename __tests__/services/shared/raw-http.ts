// Raw bytes to a server and back, and a server to send them to: what no HTTP client would send.
// Next: server.test.ts and its neighbours.
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { OpenAPIHono } from '@hono/zod-openapi';
import { correlation } from '../../../services/shared/correlation.ts';
import { registerErrors } from '../../../services/shared/errors.ts';
import { registerHealth } from '../../../services/shared/health.ts';
import { createLogger } from '../../../services/shared/log.ts';
import type { Logger } from '../../../services/shared/log.ts';
import { createReadiness } from '../../../services/shared/readiness.ts';
import { startServer } from '../../../services/shared/server.ts';
import type { RunningServer, ServerStart } from '../../../services/shared/server.ts';

/** One line of a test's log. */
export type LogLine = Readonly<Record<string, unknown>>;

/** A logger that keeps its lines, as text and parsed. */
export function memoryLog(level: 'debug' | 'info' = 'debug'): { log: Logger; text: string[]; lines: () => LogLine[] } {
  const text: string[] = [];
  const destination = { write: (line: string): void => void text.push(line) };
  const log = createLogger({ service: 'test', version: '1.2.3', level, destination });
  return { log, text, lines: () => text.map(parseLine) };
}

function parseLine(line: string): LogLine {
  const parsed: unknown = JSON.parse(line);
  return { ...Object(parsed) };
}

/** An app with every shared part, and the paths of the requests that reached it. */
export function testApp(log: Logger, readiness = createReadiness({})): { app: OpenAPIHono; reached: string[] } {
  const app = new OpenAPIHono();
  const reached: string[] = [];
  app.use(correlation());
  app.use(async (c, next) => {
    reached.push(c.req.url);
    await next();
  });
  registerErrors(app, log);
  registerHealth(app, { service: 'test', version: '1.2.3', readiness });
  app.post('/echo', async (c) => c.body(await c.req.arrayBuffer()));
  app.get('/echo', (c) => c.text('hello'));
  return { app, reached };
}

/** A server on a free port of the loopback; its caller stops it. */
export function startTestServer(
  app: ServerStart['app'],
  log: Logger,
  options: Partial<ServerStart> = {},
): Promise<RunningServer> {
  return startServer({
    app,
    hostname: '127.0.0.1',
    port: 0,
    readiness: createReadiness({}),
    log,
    drainDelayMs: 0,
    drainTimeoutMs: 500,
    ...options,
  });
}

/** Everything a server answered on one connection. */
export interface RawAnswer {
  readonly text: string;
  readonly status: number;
  /** How often a status line begins an answer. */
  readonly answers: number;
  readonly json: () => Record<string, unknown>;
  readonly header: (name: string) => string | undefined;
}

/** Sends bytes and reads until the server closes, or until `quietMs` without a byte after the first answer. */
export function exchange(port: number, bytes: string | Buffer, quietMs = 150): Promise<RawAnswer> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => void socket.write(bytes));
    let text = '';
    let quiet: NodeJS.Timeout | undefined;
    const finish = (): void => {
      clearTimeout(quiet);
      socket.destroy();
      resolve(answerOf(text));
    };
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1');
      clearTimeout(quiet);
      quiet = setTimeout(finish, quietMs);
    });
    socket.on('error', finish);
    socket.on('close', finish);
  });
}

/** A connection left open, with what came so far and a promise of its end. */
export function openConnection(
  port: number,
): Promise<{ socket: Socket; received: () => string; closed: Promise<void> }> {
  return new Promise((resolve, reject) => {
    let text = '';
    const socket = connect(port, '127.0.0.1');
    socket.on('data', (chunk: Buffer) => void (text += chunk.toString('latin1')));
    const closed = new Promise<void>((end) => void socket.once('close', () => end()));
    socket.once('connect', () => resolve({ socket, received: () => text, closed }));
    socket.once('error', reject);
  });
}

function answerOf(text: string): RawAnswer {
  const end = text.indexOf('\r\n\r\n');
  const head = end < 0 ? text : text.slice(0, end);
  return {
    text,
    status: Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1] ?? 0),
    answers: text.match(/HTTP\/1\.1 \d{3}/g)?.length ?? 0,
    json: () => ({ ...JSON.parse(text.slice(end + 4)) }),
    header: (name) => new RegExp(`^${name}: (.*)$`, 'im').exec(head)?.[1]?.trim(),
  };
}
