// What recorded plans would change, down to the attribute, and what an account still holds.
// Next: scripts/infra/plan-changes.ts, the code under test.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

import {
  countChanges,
  formatChanges,
  listChanges,
  listPriorResources,
  PlanDocument,
} from '../../../scripts/infra/plan-changes.ts';

describe('a recorded plan with changes', () => {
  const text = readFileSync(path.join(import.meta.dirname, 'fixtures/drift-plan.json'), 'utf8');
  const changes = listChanges(PlanDocument.parse(JSON.parse(text)));
  const shown = formatChanges(changes);

  it('names each resource with what happens to it', () => {
    expect(changes.map(({ address, action }) => `${address} ${action}`)).toEqual([
      'module.queues.aws_cloudwatch_log_group.logs update',
      'module.queues.aws_vpc.main delete, create',
      'module.storage.aws_ssm_parameter.token update',
    ]);
    expect(countChanges(changes)).toEqual({ create: 1, update: 2, delete: 1 });
  });

  it('names each attribute with its values', () => {
    expect(shown).toContain('  retention_in_days: 30 -> 7');
    expect(shown).toContain('  cidr_block: "10.9.0.0/16" -> "10.8.0.0/16"');
    expect(shown).toMatch(/ {2}arn: "arn:aws:ec2:.*" -> \(known after apply\)/);
  });

  it('says of a sensitive value only that it differs', () => {
    expect(text).toContain('s3cret-one');
    expect(shown).toContain('  value: differs (sensitive)');
    expect(shown).not.toContain('s3cret');
  });
});

describe('changes', () => {
  it.each([
    [
      'an output',
      { output_changes: { url: change(['update'], 'a', 'b') } },
      ['output.url: update', '  value: "a" -> "b"'],
    ],
    [
      'a late read',
      {
        resource_changes: [{ address: 'data.aws_region.here', type: 'aws_region', change: change(['read'], null, {}) }],
      },
      ['data.aws_region.here: read'],
    ],
    [
      'a move',
      {
        resource_changes: [
          { address: 'aws_vpc.b', type: 'aws_vpc', previous_address: 'aws_vpc.a', change: change(['no-op'], {}, {}) },
        ],
      },
      ['aws_vpc.b: move'],
    ],
    [
      'a list that grew',
      {
        resource_changes: [
          { address: 'a.b', type: 'a', change: change(['update'], { list: [1] }, { list: [1, { x: 2 }] }) },
        ],
      },
      ['a.b: update', '  list.1: (none) -> {"x":2}'],
    ],
    [
      'nothing',
      { resource_changes: [{ address: 'a.b', type: 'a', change: change(['no-op'], {}, {}) }], output_changes: {} },
      [''],
    ],
  ])('of %s are said', (_, plan, lines) => {
    expect(formatChanges(listChanges(PlanDocument.parse(plan))).split('\n')).toEqual(lines);
  });
});

describe('what remains', () => {
  it('is what the account still held when Terraform asked for each resource', () => {
    const text = readFileSync(path.join(import.meta.dirname, 'fixtures/remains-plan.json'), 'utf8');
    expect(listPriorResources(PlanDocument.parse(JSON.parse(text)))).toEqual(['module.queues.aws_vpc.main']);
  });

  it('is nothing in a plan of an empty state', () => {
    expect(listPriorResources(PlanDocument.parse({}))).toEqual([]);
  });
});

function change(actions: string[], before: unknown, after: unknown): Record<string, unknown> {
  return { actions, before, after, after_unknown: false, before_sensitive: false, after_sensitive: false };
}
