// Plans of real Terraform, one for each thing a plan can do, as they read: in fixtures/NAME.md.
// Next: __tests__/scripts/review/make-fixtures.ts, which made the plans; scripts/review/render.ts.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { readPlan } from '../../../scripts/review/read-plan.ts';
import { renderReview } from '../../../scripts/review/render.ts';
import { reviewPlan } from '../../../scripts/review/review-plan.ts';
import { commentOf, planOf } from './planned.ts';

const folder = path.join(import.meta.dirname, 'fixtures');
const names = readdirSync(folder).flatMap((file) => (file.endsWith('.json') ? [path.basename(file, '.json')] : []));
const textOf = (name: string) => readFileSync(path.join(folder, `${name}.json`), 'utf8');
const reviewed = (text: string, name: string) => renderReview(reviewPlan(readPlan(text, name), null), name);
/** What stands there before anything is unfolded. */
const visible = (review: string) => review.replaceAll(/<details>[^]*?<\/details>/g, '').trim();
const screenLines = 60;

test('there is one for each thing a plan can do', () => {
  const kinds = ['create', 'change', 'replace', 'destroy', 'move', 'import', 'drift', 'unknown', 'nothing'];
  expect(names).toEqual(expect.arrayContaining(kinds));
});

describe.each(names)('%s', (name) => {
  const text = textOf(name);

  test('reads so', async () => {
    await expect(reviewed(text, name)).toMatchFileSnapshot(path.join(folder, `${name}.md`));
  });

  test('is a screen, and the same however the plan is ordered', () => {
    const review = reviewed(text, name);
    expect(visible(review).split('\n').length).toBeLessThan(screenLines);
    const plan = JSON.parse(text) as { resource_changes?: unknown[]; resource_drift?: unknown[] };
    const turned = {
      ...plan,
      resource_changes: plan.resource_changes?.toReversed(),
      resource_drift: plan.resource_drift?.toReversed(),
    };
    expect(reviewed(JSON.stringify(turned), name)).toBe(review);
  });
});

describe('a plan of five thousand resources', () => {
  const many = Array.from({ length: 5000 }, (_, index) => ({
    address: `aws_dynamodb_table.t${String(index).padStart(4, '0')}`,
    before: { name: `table-${index}`, tags: { note: 'x'.repeat(200) } },
    after: index % 2 === 0 ? null : { name: `table-${index}`, tags: { note: 'y'.repeat(200) } },
  }));
  const review = commentOf(planOf(...many));

  test('is a screen, fits a comment, and says how much it leaves out', () => {
    expect(visible(review).split('\n').length).toBeLessThan(screenLines);
    expect(review.length).toBeLessThanOrEqual(65_536);
    expect(review).toContain('2500 to change');
    expect(review).toContain('2500 to destroy');
    expect(review).toMatch(/and 24\d\d more/);
  });

  test('leaves no section open', () => {
    expect(review.match(/<details>/g)?.length).toBe(review.match(/<\/details>/g)?.length);
    expect((review.match(/^```/gm)?.length ?? 0) % 2).toBe(0);
  });
});

test('against the plan of the base branch, what both do is left out, and what only the base does is said', () => {
  const queue = (name: string, delay: number) => ({
    address: `aws_sqs_queue.${name}`,
    before: { name, delay_seconds: 0 },
    after: { name, delay_seconds: delay },
  });
  const review = commentOf(planOf(queue('both', 5), queue('mine', 5)), planOf(queue('both', 5), queue('theirs', 5)));
  expect(review).toContain('Only what the plan of the base branch does not do.');
  expect(review).toContain('aws_sqs_queue.mine');
  expect(review).not.toContain('aws_sqs_queue.both');
  expect(review).toMatch(/No longer done[^]*aws_sqs_queue\.theirs/);
});

test('what a name or a value says is text: it closes nothing, calls nobody, links nowhere', () => {
  const review = reviewed(textOf('hostile'), 'hostile');
  // Outside code nothing of it is left.
  const prose = review.replaceAll(/(`{3,})[^]*?\1/g, '').replaceAll(/`[^`\n]*`/g, '');
  for (const hostile of ['@octocat', '<img', 'http://x', '-->', 'nothing to do']) {
    expect(review).toContain(hostile);
    expect(prose).not.toContain(hostile);
  }
});

test('what is marked sensitive is nowhere, not even inside another value', () => {
  const text = textOf('sensitive');
  const secret = 'correct-horse';
  const planted = planOf({
    address: 'aws_ssm_parameter.word',
    before: { value: secret, description: `was ${secret}` },
    after: { value: `${secret}-2`, description: `is ${secret}-2` },
    sensitive: { value: true },
  });
  expect(commentOf(planted)).not.toContain(secret);
  expect(reviewed(text, 'sensitive')).toContain('(sensitive');
});

test('a secret that begins like another is hidden to its end', () => {
  const parameter = (name: string, value: string, description: string) => ({
    address: `aws_ssm_parameter.${name}`,
    before: { value, description: '' },
    after: { value, description },
    sensitive: { value: true },
  });
  const comment = commentOf(
    planOf(parameter('short', 'correct', ''), parameter('long', 'correct-horse', 'is correct-horse')),
  );
  expect(comment).toContain('is (sensitive');
  expect(comment).not.toContain('-horse');
});
