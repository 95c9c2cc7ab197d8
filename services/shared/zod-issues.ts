// Says what zod found in one shape, as Governance says it: path, what was got, what was expected.
// Next: environment.ts and the services' request parsing, which report all issues at once.
import type { z } from 'zod';
import { describeIssues, type Issue } from '../../governance/contract.ts';

const maxIssues = 50;
const maxPathLength = 120;

/** How {@link zodIssues} words what it found. */
export interface ZodIssueOptions {
  /** True for a path whose value must not be shown. @defaultValue never */
  readonly hide?: (path: string) => boolean;
}

/**
 * All issues of a failed zod parse, at most 50.
 *
 * @param error - from `safeParse`.
 * @param input - what was parsed; `got` is read from it.
 * @returns paths like `context.tags[2]`, `$` for the whole.
 */
export function zodIssues(error: z.ZodError, input: unknown, options: ZodIssueOptions = {}): Issue[] {
  const { hide = () => false } = options;
  return describeIssues(error, input)
    .slice(0, maxIssues)
    .map(({ path, got, expected }) => ({
      path: path === '' ? '$' : path.slice(0, maxPathLength),
      got: hide(path) && got !== 'nothing' ? 'a hidden value' : withoutContents(got),
      expected,
    }));
}

/** Of a structure only its kind: it may be large, and what is in it is not at fault. */
function withoutContents(got: string): string {
  if (got.startsWith('{')) return 'an object';
  return got.startsWith('[') ? 'an array' : got;
}
