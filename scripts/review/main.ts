// `npm run review -- PLAN.json`: what a plan does, loses, and changes for security, as Markdown on standard output.
// Next: scripts/review/read-plan.ts, scripts/review/review-plan.ts and scripts/review/render.ts, the three steps.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';

import { readPlan, type ReviewPlan } from './read-plan.ts';
import { renderReview } from './render.ts';
import { type Review, reviewPlan } from './review-plan.ts';

const usage = `usage: npm run review -- PLAN.json [options]
  PLAN.json             what terraform show -json PLANFILE writes
  --base OTHER.json     the plan of the base branch: what both do is left out
  --environment NAME    whose plan it is; by default the name of the file
  --fail-on WHAT        data-loss or security, can be repeated: exit code 3 when the review finds any
exit codes: 0 reviewed, 1 the plan cannot be read, 2 wrong usage, 3 found what --fail-on names`;

class UsageError extends Error {}

try {
  process.exitCode = run(process.argv.slice(2));
} catch (error) {
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(error instanceof UsageError ? `${message}\n${usage}\n` : `${message}\n`);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}

function run(args: readonly string[]): number {
  const { file, base, environment, failOn } = readArguments(args);
  const review = reviewPlan(load(file), base === undefined ? null : load(base));
  process.stdout.write(renderReview(review, environment));
  return failOn.some((each) => finds(review, each)) ? 3 : 0;
}

function readArguments(args: readonly string[]): {
  file: string;
  base: string | undefined;
  environment: string;
  failOn: readonly string[];
} {
  const { values, positionals } = parse(args);
  const [file, ...more] = positionals;
  if (file === undefined || more.length > 0) throw new UsageError(`got ${positionals.length} plans, expected one`);
  const environment = values.environment ?? path.basename(file, '.json');
  if (!/^[a-z0-9][a-z0-9-]{0,62}$/.test(environment))
    throw new UsageError(
      'got a name that is no environment, expected lowercase letters, digits and dashes; give --environment NAME',
    );
  const failOn = values['fail-on'] ?? [];
  for (const each of failOn)
    if (each !== 'data-loss' && each !== 'security')
      throw new UsageError(`got --fail-on ${each}, expected data-loss or security`);
  return { file, base: values.base, environment, failOn };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        base: { type: 'string' },
        environment: { type: 'string' },
        'fail-on': { type: 'string', multiple: true },
      },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

function load(file: string): ReviewPlan {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new Error(`got no file ${file}, expected the JSON of a plan`, { cause: error });
  }
  return readPlan(text, file);
}

/** What widens, and what no one can judge before the apply; what narrows stops nobody. */
function finds({ losses, security }: Review, what: string): boolean {
  return what === 'data-loss' ? losses.length > 0 : security.some(({ effect }) => effect !== 'narrows');
}
