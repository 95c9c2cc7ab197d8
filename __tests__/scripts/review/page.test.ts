// docs/plan-review.md shows five real changes as they read today.
// Next: __tests__/scripts/review/review-page.ts.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { renderReviewPage, reviewPage } from './review-page.ts';

const page = readFileSync(reviewPage, 'utf8');
const section = (heading: string) => page.split(/^## /m).find((each) => each.startsWith(heading)) ?? '';

test('is what the kept plans read like; npm run review:examples writes it anew', () => {
  expect(renderReviewPage(page)).toBe(page);
});

describe('of the five', () => {
  test('a tag changes nothing for security', () => {
    expect(section('A tag')).toContain('nothing found that changes who can do or reach what');
  });

  test('a wider network says from what to what', () => {
    expect(section('A wider network')).toMatch(/➕ .*now admits TCP 443 from `10\.0\.0\.0\/12`/);
  });

  test('a new permission says who may do what', () => {
    expect(section('A new permission')).toMatch(
      /role `agent-runtime-dev-axon-role` may now also do `dynamodb:GetItem`/,
    );
  });

  test('a replaced table is the first thing said', () => {
    expect(section('A table replaced')).toMatch(/\[!CAUTION\][^]*quotas` is \*\*replaced\*\*[^]*Lost: its items/);
  });

  test('a new service has no boundary, reaches everywhere, and may invoke every function', () => {
    expect(section('A new service')).toMatch(/no permissions boundary/);
    expect(section('A new service')).toMatch(/\*\*everywhere\*\*/);
    expect(section('A new service')).toMatch(/`lambda:InvokeFunction`/);
  });
});
