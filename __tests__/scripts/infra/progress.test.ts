// The progress of recorded runs of Terraform: an apply in which one resource of seven fails, and the destroy after it.
// Next: scripts/infra/progress.ts, the code under test; fixtures/apply-with-error.jsonl, what Terraform said.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

import {
  addMessage,
  countDone,
  oldestRunning,
  type Progress,
  slowestFinished,
  startProgress,
} from '../../../scripts/infra/progress.ts';
import { formatDiagnostic, parseTerraformMessage } from '../../../scripts/infra/terraform-messages.ts';

describe('a recorded apply', () => {
  const steps = replay('apply-with-error.jsonl');
  const end = steps.at(-1);

  it('is planned before anything starts', () => {
    const first = steps.find((step) => step.running.size > 0);
    expect(first?.planned).toBe(7);
  });

  it('ends with six done, one failed and nothing in progress', () => {
    expect(end && countDone(end)).toBe(6);
    expect(end?.finished.filter(({ failed }) => failed).map(({ address }) => address)).toEqual([
      'module.storage.aws_xray_group.all',
    ]);
    expect(end?.running.size).toBe(0);
    expect(end?.planned).toBe(7);
  });

  it('names what has been in progress longest', () => {
    const late = steps.findLast((step) => step.running.size > 0);
    expect(late && oldestRunning(late)[0]).toMatchObject({
      address: 'module.queues.aws_sqs_queue.work',
      action: 'create',
    });
  });

  it('measures each change by the time of its messages', () => {
    expect(end && slowestFinished(end, 2)).toEqual([
      { address: 'module.queues.aws_sqs_queue.work', action: 'create', seconds: 25.566, failed: false },
      { address: 'module.storage.aws_kms_key.logs', action: 'create', seconds: 8.611, failed: false },
    ]);
  });

  it('keeps the error with its place', () => {
    expect(end?.diagnostics.map(formatDiagnostic)).toEqual([
      expect.stringMatching(
        /^error: creating XRay Group.*\n {2}with module\.storage\.aws_xray_group\.all in \.\.\/\.\.\/modules\/storage\/main\.tf\.json:\d+$/,
      ),
    ]);
  });
});

describe('a recorded destroy', () => {
  const end = replay('destroy.jsonl').at(-1);

  it('reads the state again, then deletes all of it', () => {
    expect(end).toMatchObject({ refreshed: 6, planned: 6, diagnostics: [] });
    expect(end && countDone(end)).toBe(6);
    expect(new Set(end?.finished.map(({ action }) => action))).toEqual(new Set(['delete']));
  });
});

describe('messages', () => {
  it('count both halves of a replacement, and no data source', () => {
    const lines = [
      hook('apply_start', 'delete', 'aws_vpc.main'),
      hook('apply_start', 'read', 'data.aws_region.here'),
      hook('apply_complete', 'read', 'data.aws_region.here'),
      hook('apply_complete', 'delete', 'aws_vpc.main'),
      hook('apply_start', 'create', 'aws_vpc.main'),
      hook('apply_complete', 'create', 'aws_vpc.main'),
    ];
    const end = lines.reduce(add, startProgress('change', 2));
    expect(end.finished.map(({ action }) => action)).toEqual(['delete', 'create']);
    expect(end).toMatchObject({ planned: 2, running: new Map() });
  });

  it.each(['', 'There are some problems with the CLI configuration:', '{"type":', '{"type":"version"}', '[]', 'null'])(
    'that are none, or not needed, are passed over: %s',
    (line) => {
      expect(parseTerraformMessage(line)).toBeNull();
    },
  );
});

function replay(file: string): Progress[] {
  const lines = readFileSync(path.join(import.meta.dirname, 'fixtures', file), 'utf8').split('\n');
  const steps = [startProgress('change')];
  for (const line of lines) steps.push(add(steps.at(-1) ?? startProgress('change'), line));
  return steps;
}

function add(progress: Progress, line: string): Progress {
  const message = parseTerraformMessage(line);
  return message === null ? progress : addMessage(progress, message);
}

function hook(type: string, action: string, addr: string): string {
  const resource = { addr, resource_type: addr.split('.')[0] };
  return JSON.stringify({ type, '@timestamp': '2026-01-01T00:00:00Z', '@message': '', hook: { resource, action } });
}
