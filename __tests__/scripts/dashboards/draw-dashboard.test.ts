// A small recording drawn on a real body: a PNG with its lines in their colours, and none where nothing was measured.
// Next: scripts/dashboards/draw-dashboard.ts.
import path from 'node:path';
import { inflateSync } from 'node:zlib';
import { beforeAll, describe, expect, test } from 'vitest';
import { type Decision } from '../../../governance/contract.ts';
import { recordDecision } from '../../../governance/lambda/decision-metrics.ts';
import { createMetrics } from '../../../observability/emf.ts';
import { type Body, readBodies, withNames } from '../../../scripts/dashboards/bodies.ts';
import { colours } from '../../../scripts/dashboards/draw-widget.ts';
import { drawDashboard, toPng } from '../../../scripts/dashboards/draw-dashboard.ts';
import { readLines } from '../../../scripts/dashboards/recording.ts';

const bodies = readBodies(path.resolve(import.meta.dirname, '../../../infra/modules/observability/main.tf.json'));
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
    png = await toPng(await drawDashboard(bodyOf('governance-decisions'), { lines: recorded, scale: 30 }));
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

test('without a recording there is no line, and each graph says so', async () => {
  const svg = await drawDashboard(bodyOf('governance-decisions'), { lines: [], scale: 30 });
  expect(svg.match(/no data in a local run/g)).toHaveLength(12);
  const png = await toPng(svg);
  for (const colour of colours) expect(count(png, colour), colour).toBe(0);
});

test('what AWS alone measures is said to be without data, in a graph and in a line', async () => {
  const resources = await drawDashboard(bodyOf('resource-use'), { lines: recorded, scale: 30 });
  expect(resources).toContain('no data in a local run');
  const health = await drawDashboard(bodyOf('service-health'), { lines: recorded, scale: 30 });
  expect(health).toContain('server errors of the balancer (no data)');
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
