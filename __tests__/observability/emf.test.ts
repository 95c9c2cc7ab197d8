// Lines of metrics are such as CloudWatch takes, whatever was recorded.
// Next: observability/emf.ts.
import { describe, expect, test } from 'vitest';
import { createMetrics } from '../../observability/emf.ts';
import { type EmittedSignal, emitted, signals } from '../../observability/signals.ts';
import { arrivedMetrics } from '../support/embedded-metrics.ts';

function recorder() {
  const lines: string[] = [];
  const metrics = createMetrics({
    namespace: 'AgentRuntime/test',
    service: 'orbit',
    write: (line) => void lines.push(line),
    nowMs: () => 1_790_000_000_000,
  });
  return { lines, metrics };
}

describe('metrics', () => {
  test('of one dimension value share a line, which is a log line too', () => {
    const { lines, metrics } = recorder();
    metrics.record('orbitLatency', 12.345678);
    metrics.record('governLatency', 3);
    metrics.record('orbitProblems', 1, 'forbidden');
    metrics.record('orbitProblems', 1, 'unavailable');
    metrics.flush();
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      {
        _aws: {
          Timestamp: 1_790_000_000_000,
          CloudWatchMetrics: [
            {
              Namespace: 'AgentRuntime/test',
              Dimensions: [[]],
              Metrics: [
                { Name: 'OrbitLatency', Unit: 'Milliseconds' },
                { Name: 'GovernLatency', Unit: 'Milliseconds' },
              ],
            },
          ],
        },
        timestamp: '2026-09-21T14:13:20.000Z',
        level: 'info',
        service: 'orbit',
        message: 'metrics',
        OrbitLatency: 12.346,
        GovernLatency: 3,
      },
      expect.objectContaining({ code: 'forbidden', OrbitProblems: 1 }),
      expect.objectContaining({ code: 'unavailable', OrbitProblems: 1 }),
    ]);
  });

  test('are written once, and nothing is written of nothing', () => {
    const { lines, metrics } = recorder();
    metrics.flush();
    metrics.record('orbitLatency', 1);
    metrics.flush();
    metrics.flush();
    expect(lines).toHaveLength(1);
  });

  test('never have more values in a line than CloudWatch takes, and lose none', () => {
    const { lines, metrics } = recorder();
    for (let value = 1; value <= 250; value += 1) metrics.record('orbitLatency', value);
    metrics.flush();
    const values = lines.map((line) => arrivedMetrics(line).flatMap((metric) => metric.values));
    expect(values.map(({ length }) => length)).toEqual([100, 100, 50]);
    expect(values.flat()).toEqual(Array.from({ length: 250 }, (_, index) => index + 1));
  });

  test('fit into lines that CloudWatch takes whole, even if one program wrote all that any does', () => {
    const { lines, metrics } = recorder();
    const all: EmittedSignal[] = Object.values(emitted).flat();
    for (const name of all) metrics.record(name, 1, 'by' in signals[name] ? 'x' : undefined);
    metrics.flush();
    // The reader refuses a line of more than a hundred metrics or thirty dimensions.
    expect(lines.flatMap(arrivedMetrics).map(({ name }) => name)).toHaveLength(all.length);
    const dimensions = lines.flatMap(arrivedMetrics).map(({ dimensions: of }) => Object.keys(of).length);
    expect(Math.max(...dimensions)).toBe(1);
  });

  test('say which dimension is missing, or too many', () => {
    const { metrics } = recorder();
    expect(() => metrics.record('decisions', 1)).toThrow('Decisions: got no value of reason');
    expect(() => metrics.record('permits', 1, 'x')).toThrow('Permits: got x of no dimension');
  });
});

describe('what CloudWatch would drop is found', () => {
  const line = (changes: object, directive: object = {}) =>
    JSON.stringify({
      _aws: {
        Timestamp: 1,
        CloudWatchMetrics: [
          { Namespace: 'n', Dimensions: [['reason']], Metrics: [{ Name: 'A', Unit: 'Count' }], ...directive },
        ],
      },
      reason: 'r',
      A: 1,
      ...changes,
    });

  test('a good line is none of it', () => {
    expect(arrivedMetrics(line({}))).toEqual([
      { namespace: 'n', name: 'A', unit: 'Count', dimensions: { reason: 'r' }, values: [1] },
    ]);
  });

  test.each([
    ['no value', line({ A: undefined })],
    ['a value that is text', line({ A: '1' })],
    ['too many values', line({ A: Array.from({ length: 101 }, () => 1) })],
    ['no value of a dimension', line({ reason: undefined })],
    ['a unit that does not exist', line({}, { Metrics: [{ Name: 'A', Unit: 'Blinks' }] })],
    ['no dimension set', line({}, { Dimensions: [] })],
  ])('%s', (_, text) => {
    expect(() => arrivedMetrics(text)).toThrow('[\n  {');
  });
});
