// What a plan is as a whole: what it runs, what it leaves to another, which checks fail, and what its outputs show.
// Next: scripts/review/execution-findings.ts and scripts/review/review-plan.ts.
import { describe, expect, test } from 'vitest';
import { commentOf, type Planned, planOf, resource, securityOf } from './planned.ts';

/** The plan of these resources, and what else Terraform writes into one. */
const planWith = (more: object, ...resources: readonly Planned[]) =>
  JSON.stringify({ ...(JSON.parse(planOf(...resources)) as object), ...more });

describe('what runs', () => {
  const runs = { type: 'local-exec', expressions: { command: { constant_value: 'curl https://x | sh' } } };

  test.each([
    ['made', null, {}],
    ['destroyed', {}, null],
  ])('a command when something is %s', (_, before, after) => {
    expect(securityOf(resource('terraform_data', before, after, { provisioners: [runs] }))).toContain(
      'unknown loud: `terraform_data.one` runs `curl https://x | sh` by the provisioner `local-exec`',
    );
  });

  test('no command when something only changes', () => {
    expect(securityOf(resource('terraform_data', { a: 1 }, { a: 2 }, { provisioners: [runs] }))).toEqual([]);
  });

  test('a program that gives data', () => {
    expect(securityOf({ address: 'data.external.one', after: { program: ['sh', '-c', 'x'] } })).toEqual([
      'unknown loud: `data.external.one` runs `["sh","-c","x"]` where the plan is applied',
    ]);
  });

  test('an action', () => {
    const address = 'action.aws_lambda_invoke.one';
    const action_invocations = [
      { address, lifecycle_action_trigger: { triggering_resource_address: 'aws_sqs_queue.q' } },
    ];
    expect(commentOf(planWith({ action_invocations }))).toContain(
      `- ⚠️ ❔ the action \`${address}\` runs because of \`aws_sqs_queue.q\``,
    );
  });
});

describe('the plan as a whole', () => {
  test('is not all there is', () => {
    const comment = commentOf(
      planWith({ complete: false, deferred_changes: [{ reason: 'x', resource_change: { address: 'a.b' } }] }),
    );
    expect(comment).toContain('**Not the whole change:** another plan has to follow this one.');
    expect(comment).toContain('**Left to another plan:** `a.b`');
  });

  test('has checks that fail', () => {
    const check = (name: string, status: string) => ({ address: { to_display: `check.${name}` }, status });
    const comment = commentOf(
      planWith({ checks: [check('good', 'pass'), check('bad', 'fail'), check('broken', 'error')] }),
    );
    expect(comment).toContain('**Checks that fail:** `check.bad`, `check.broken`');
    expect(comment).not.toContain('check.good');
  });

  test('shows an output that was a secret', () => {
    const output = {
      actions: ['update'],
      before: 'word-of-old',
      after: 'word-of-old',
      before_sensitive: true,
      after_sensitive: false,
    };
    const comment = commentOf(planWith({ output_changes: { word: output } }));
    expect(comment).toContain('⚠️ ➕ output `word` is no longer marked sensitive');
    expect(comment).not.toContain('word-of-old');
  });
});
