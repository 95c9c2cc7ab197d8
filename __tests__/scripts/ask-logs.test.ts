// `npm run logs` against a stand-in of CloudWatch Logs: what is asked, what is printed, and how it ends.
// Next: scripts/ask-logs.ts, the command under test.
import { execFile } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import path from 'node:path';
import { json } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { repositoryRoot } from '../support/repository-files.ts';

const group = '/aws/lambda/agent-runtime-dev-governance';
const byRule = 'filter allowed = 0 | stats count(*) as denials by reason';
const saved = [
  {
    name: 'agent-runtime-dev/one-request',
    queryString: 'filter correlationId = "paste it here"',
    logGroupNames: [group],
  },
  { name: 'agent-runtime-dev/denials-by-rule', queryString: byRule, logGroupNames: [group] },
];
const row = (fields: Readonly<Record<string, string>>) =>
  Object.entries(fields).map(([field, value]) => ({ field, value }));
const complete = {
  status: 'Complete',
  results: [
    row({ reason: 'forbidden_by_rule', denials: '12', '@ptr': 'x' }),
    row({ reason: 'quota_exceeded', denials: '3', '@ptr': 'y' }),
  ],
  statistics: { recordsScanned: 480 },
};

let server: Server;
let answers: object[];
const asked: { operation: string; body: Record<string, unknown> }[] = [];

beforeAll(async () => {
  server = createServer((request, response) => {
    void json(request).then((body) => {
      const operation = String(request.headers['x-amz-target']).split('.')[1] ?? '';
      asked.push({ operation, body: body as Record<string, unknown> });
      const prefix = String((body as Record<string, unknown>)['queryDefinitionNamePrefix']);
      const answer =
        operation === 'DescribeQueryDefinitions'
          ? { queryDefinitions: saved.filter(({ name }) => name.startsWith(prefix)) }
          : operation === 'StartQuery'
            ? { queryId: 'query-1' }
            : answers.shift();
      response.end(JSON.stringify(answer));
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
});
beforeEach(() => {
  answers = [{ status: 'Scheduled' }, { status: 'Running', results: [] }, complete];
  asked.length = 0;
});
afterAll(() => {
  server.close();
});

async function logs(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const env = {
    PATH: process.env['PATH'],
    AWS_REGION: 'eu-central-1',
    AWS_ENDPOINT_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    AWS_ACCESS_KEY_ID: 'emulated',
    AWS_SECRET_ACCESS_KEY: 'emulated',
    LOGS_INTERVAL_MS: '5',
  };
  const script = path.join(repositoryRoot, 'scripts/ask-logs.ts');
  return promisify(execFile)(process.execPath, [script, ...args], { env }).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    (failure: { code: number; stdout: string; stderr: string }) => failure,
  );
}

const started = () => asked.filter(({ operation }) => operation === 'StartQuery').map(({ body }) => body);

test('lists the saved queries and which of them need a value', async () => {
  const { code, stdout } = await logs('dev');
  expect([code, stdout.split('\n').map((line) => line.split(/ {2,}/).slice(0, 2))]).toEqual([
    0,
    [['query', 'needs'], ['denials-by-rule', byRule], ['one-request', 'VALUE'], ['']],
  ]);
  expect(started()).toEqual([]);
});

test('asks a query of the last hour, waits for it, and prints its rows', async () => {
  const { code, stdout } = await logs('dev', 'denials-by-rule');
  expect(code).toBe(0);
  expect(stdout).toMatch(
    /^\d{4}-\d\d-\d\dT[\d:]+Z to \d{4}-\d\d-\d\dT[\d:]+Z, \/aws\/lambda\/agent-runtime-dev-governance\n/,
  );
  expect(stdout).toContain(
    'reason             denials\nforbidden_by_rule  12\nquota_exceeded     3\n2 rows of 480 lines\n',
  );
  const [{ startTime, endTime, ...question } = {}] = started();
  expect(question).toEqual({ queryString: byRule, logGroupNames: [group] });
  expect(Number(endTime) - Number(startTime)).toBe(3600);
  expect(Math.abs(Number(endTime) - Date.now() / 1000)).toBeLessThan(60);
});

test('puts the value in, and takes another time', async () => {
  const { code } = await logs('dev', 'one-request', '01a2-b', '--hours', '6', '--until', '2026-11-28T03:20:00Z');
  expect([code, started()]).toEqual([
    0,
    [
      {
        queryString: 'filter correlationId = "01a2-b"',
        logGroupNames: [group],
        startTime: Date.parse('2026-11-27T21:20:00Z') / 1000,
        endTime: Date.parse('2026-11-28T03:20:00Z') / 1000,
      },
    ],
  ]);
});

test.each(['Failed', 'Timeout', 'Cancelled'])('a query that ends %s is no answer', async (status) => {
  answers = [{ status }];
  const { code, stdout, stderr } = await logs('dev', 'denials-by-rule');
  expect([code, stdout, stderr]).toEqual([1, '', expect.stringContaining(`got ${status}, expected Complete`)]);
});

test('an environment without queries is asked about account and region', async () => {
  const { code, stderr } = await logs('prod', 'denials-by-rule');
  expect([code, stderr]).toEqual([1, expect.stringContaining('is it this account and region?')]);
});

test.each([
  [[], 'got "", expected ENV [QUERY [VALUE]]'],
  [['dev', 'nothing'], 'got the query nothing, expected one of one-request, denials-by-rule'],
  [['dev', 'one-request'], 'one-request: got nothing, expected a value'],
  [['dev', 'one-request', 'x" or 1 = 1'], 'expected a value of letters'],
  [['dev', 'denials-by-rule', 'acme'], 'denials-by-rule: got acme, expected no value'],
  [['dev', 'denials-by-rule', '--hours', '0'], '--hours: got 0'],
  [['dev', 'denials-by-rule', '--until', 'noon'], '--until: got noon'],
  [['dev', '--since', '1'], "Unknown option '--since'"],
])('%j is wrong usage', async (args, says) => {
  const { code, stderr } = await logs(...args);
  expect([code, stderr]).toEqual([2, expect.stringContaining(says)]);
  expect(stderr).toContain('usage:');
  expect(started()).toEqual([]);
});
