// A small recording drawn on a real body: a PNG with its lines in their colours, and none where nothing was measured.
// Next: scripts/dashboards/draw-dashboard.ts.
import path from 'node:path';
import { inflateSync } from 'node:zlib';
import { beforeAll, describe, expect, test } from 'vitest';
import { type Decision } from '../../../governance/contract.ts';
import { recordDecision } from '../../../governance/lambda/decision-metrics.ts';
import { createMetrics } from '../../../observability/emf.ts';
import { alarmStates } from '../../../scripts/dashboards/alarm-states.ts';
import { type Body, readBodies, withNames } from '../../../scripts/dashboards/bodies.ts';
import { colours } from '../../../scripts/dashboards/draw-widget.ts';
import { drawDashboard, toPng } from '../../../scripts/dashboards/draw-dashboard.ts';
import { readLines, samplesOf } from '../../../scripts/dashboards/recording.ts';

const synthesized = path.resolve(import.meta.dirname, '../../../infra/modules/observability/main.tf.json');
const bodies = readBodies(synthesized);
const states = new Map<string, string>();
const startMs = Date.parse('2026-01-01T00:00:00Z');
const recorded = readLines(
  Array.from({ length: 60 }, (_, index) => {
    const timestamp = new Date(startMs + index * 1000).toISOString();
    const allowed = index % 4 !== 0;
    const reason = allowed ? 'permitted' : 'no_matching_permit';
    const decision = { message: 'decision', allowed, reason, tenant: 'default', decisionMicros: 300 + index };
    const request = {
      message: 'request',
      route: '/dispatch',
      status: allowed ? 200 : 403,
      durationMs: 5 + (index % 7),
    };
    const metrics = decisionMetrics(startMs + index * 1000, { allowed, reason, decisionMicros: 300 + index });
    return [
      ...metrics,
      JSON.stringify({ timestamp, level: 'info', service: 'governance', ...decision }),
      JSON.stringify({ timestamp, level: 'info', service: 'orbit', ...request }),
    ].join('\n');
  }).join('\n'),
);

/** As Governance writes them. */
function decisionMetrics(atMs: number, decision: Pick<Decision, 'allowed' | 'reason' | 'decisionMicros'>): string[] {
  const written: string[] = [];
  const write = (line: string) => void written.push(line);
  const metrics = createMetrics({ namespace: 'AgentRuntime/test', service: 'governance', write, nowMs: () => atMs });
  const policy = { tenant: 'default', revision: 1, digest: 'd' };
  recordDecision(metrics, { ...decision, policy } as Decision);
  return written;
}

const bodyOf = (name: string): Body => bodies.get(name) ?? { widgets: [] };

describe('a dashboard with data', () => {
  let png: Uint8Array;
  beforeAll(async () => {
    png = await toPng(await drawDashboard(bodyOf('governance-decisions'), { lines: recorded, scale: 30, states }));
  });

  test('is a PNG of its grid', () => {
    expect(Array.from(png.slice(0, 8))).toEqual([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
    expect(pixels(png)).toMatchObject({ width: 24 * 48, height: 38 * 40 + 26 });
    expect(png.length).toBeLessThan(256 * 1024);
  });

  test('has its lines in their colours, and letters', () => {
    for (const colour of colours.slice(0, 3)) expect(count(png, colour), colour).toBeGreaterThan(100);
    expect(count(png, '#000000')).toBeGreaterThan(100);
  });
});

test('without a recording there is no line, and each graph and alarm says so', async () => {
  const svg = await drawDashboard(bodyOf('governance-decisions'), { lines: [], scale: 30, states });
  expect(svg.match(/no data in a local run/g)).toHaveLength(12 + 9);
  const png = await toPng(svg);
  for (const colour of colours) expect(count(png, colour), colour).toBe(0);
});

test('what AWS alone measures is said to be without data, in a graph and in a line', async () => {
  const resources = await drawDashboard(bodyOf('resource-use'), { lines: recorded, scale: 30, states });
  expect(resources).toContain('no data in a local run');
  const decisions = await drawDashboard(bodyOf('governance-decisions'), { lines: recorded, scale: 30, states });
  expect(decisions).toContain('refused by the mesh (no data)');
});

describe('alarms in a run', () => {
  /** Two requests a period of two seconds; between the 20th and the 40th second all of them fail. */
  const wave = readLines(
    Array.from({ length: 240 }, (_, index) => {
      const seconds = index / 4;
      if (seconds >= 44 && seconds < 48) return '';
      const timestamp = new Date(startMs + seconds * 1000).toISOString();
      const status = seconds >= 20 && seconds < 40 ? 502 : 200;
      return JSON.stringify({
        timestamp,
        service: 'orbit',
        message: 'request',
        route: '/dispatch',
        status,
        durationMs: 5,
      });
    }).join('\n'),
  );
  const said = alarmStates(synthesized, wave, 30);
  const of = (name: string) => said.get(`agent-runtime-dev-${name}`);

  test('ring at the end of the third of five bad periods, and what pages rings with them', () => {
    expect(of('error-rate')).toBe('rang 00:00:26 to 00:00:46');
    // Nothing was logged for four seconds in the middle, and it rings on.
    expect(of('urgent')).toMatch(/^rang 00:00:2\d to 00:01:02$/);
    expect(of('intrusion')).toBe('did not ring');
    expect(of('slow')).toBe('did not ring');
  });

  test('of which a run has no data are left out', () => {
    expect(of('dead-letters')).toBeUndefined();
    expect(of('denials-spike')).toBeUndefined();
  });

  test('are told apart by their colour', async () => {
    const svg = await drawDashboard(bodyOf('service-health'), { lines: wave, scale: 30, states: said });
    expect(svg).toMatch(/fill="#d62728">rang 00:00:26 to 00:00:46</);
    expect(svg).toMatch(/fill="#333">did not ring</);
  });
});

test('CPU and memory of processes are those of tasks, each of its own', async () => {
  const used = (service: string, cpuPercent: number) =>
    JSON.stringify({ timestamp: '2026-01-01T00:00:00Z', service, message: 'process', cpuPercent, memoryPercent: 30 });
  const lines = readLines([used('orbit', 10), used('axon', 20)].join('\n'));
  const measured = (name: string, service: string) =>
    samplesOf({ namespace: 'AWS/ECS', name, of: ['ServiceName', `agent-runtime-dev-${service}`] }, lines);
  expect(measured('CPUUtilization', 'orbit')).toEqual([{ atMs: startMs, value: 10 }]);
  expect(measured('CPUUtilization', 'axon')).toEqual([{ atMs: startMs, value: 20 }]);
  expect(measured('MemoryUtilization', 'axon')).toEqual([{ atMs: startMs, value: 30 }]);
  expect(measured('RunningTaskCount', 'axon')).toBeNull();
});

test('a reference that is not known is named', () => {
  expect(() => withNames('${var.other}')).toThrow(/^got \$\{var[.]other\}/);
});

/** Width, height and RGBA rows of a PNG without interlacing (https://www.w3.org/TR/png-3/). */
function pixels(png: Uint8Array) {
  const view = Buffer.from(png);
  const width = view.readUInt32BE(16);
  const height = view.readUInt32BE(20);
  const data: Buffer[] = [];
  for (let at = 8; at < view.length; at += 12 + view.readUInt32BE(at))
    if (view.toString('latin1', at + 4, at + 8) === 'IDAT')
      data.push(view.subarray(at + 8, at + 8 + view.readUInt32BE(at)));
  return { width, height, raw: unfilter(inflateSync(Buffer.concat(data)), width * 4, height) };
}

function unfilter(raw: Buffer, stride: number, height: number): Buffer {
  const out = Buffer.alloc(stride * height);
  for (let y = 0; y < height; y += 1) {
    const kind = raw[y * (stride + 1)];
    for (let x = 0; x < stride; x += 1) {
      const left = x < 4 ? 0 : (out[y * stride + x - 4] ?? 0);
      const up = y === 0 ? 0 : (out[(y - 1) * stride + x] ?? 0);
      const corner = x < 4 || y === 0 ? 0 : (out[(y - 1) * stride + x - 4] ?? 0);
      const byte = raw[y * (stride + 1) + 1 + x] ?? 0;
      out[y * stride + x] = byte + predicted(kind, left, up, corner);
    }
  }
  return out;
}

function predicted(kind: number | undefined, left: number, up: number, corner: number): number {
  if (kind === 1) return left;
  if (kind === 2) return up;
  if (kind === 3) return Math.floor((left + up) / 2);
  if (kind !== 4) return 0;
  const near = [left, up, corner].map((value) => Math.abs(left + up - corner - value));
  const [toLeft = 0, toUp = 0, toCorner = 0] = near;
  if (toLeft <= toUp && toLeft <= toCorner) return left;
  return toUp <= toCorner ? up : corner;
}

/** Pixels of exactly one colour. */
function count(png: Uint8Array, colour: string): number {
  const { raw } = pixels(png);
  const wanted = Number.parseInt(`${colour.slice(1)}ff`, 16);
  let found = 0;
  for (let at = 0; at < raw.length; at += 4) if (raw.readUInt32BE(at) === wanted) found += 1;
  return found;
}
