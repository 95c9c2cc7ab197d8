// docs/plan-review.md: five changes of dev, and the review of each as it reads.
// Next: __tests__/scripts/review/dev-changes.ts, the changes; __tests__/scripts/review/make-reviews.ts, which plans them.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { readPlan } from '../../../scripts/review/read-plan.ts';
import { renderReview } from '../../../scripts/review/render.ts';
import { reviewPlan } from '../../../scripts/review/review-plan.ts';
import { devChanges } from './dev-changes.ts';

/** The page. */
export const reviewPage = path.resolve(import.meta.dirname, '../../../docs/plan-review.md');
/** Where the plans are kept. */
export const devPlans = path.join(import.meta.dirname, 'dev');

const beginning = '<!-- reviews -->';

/** The page with every review written anew. @param page - the present one, whose beginning stays */
export function renderReviewPage(page: string): string {
  const at = page.indexOf(beginning);
  if (at === -1) throw new Error(`got a page without ${beginning}, expected it before the first review`);
  const sections = devChanges.map(({ name, about }) => {
    const text = gunzipSync(readFileSync(path.join(devPlans, `${name}.json.gz`))).toString();
    const plan = readPlan(text, name);
    return `## ${about}\n\n${renderReview(reviewPlan(plan, null), 'dev').trim()}\n`;
  });
  return `${page.slice(0, at)}${[beginning, '', ...sections].join('\n')}`;
}
