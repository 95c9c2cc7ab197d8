// GitHub's REST API as a job of a workflow may use it: the repository's own, with the job's token.
// Next: scripts/sticky-comment.ts and scripts/infra/drift-issue.ts, which call it.
import { z } from 'zod';

const Environment = z.object({
  GITHUB_API_URL: z.url(),
  GITHUB_REPOSITORY: z.string().regex(/^[\w.-]+\/[\w.-]+$/, 'expected owner/name'),
  GITHUB_TOKEN: z.string().min(1, 'expected the token of the job'),
});
const timeoutMs = 30_000;

/** The most characters of a comment or of an issue (https://docs.github.com/en/rest/issues). */
export const maxBodyCharacters = 65_536;
/** How many a page of a list has, which is the most it can have. */
export const perPage = 100;

/** Calls a path below the repository's. @throws Error naming the call and what was answered unless it succeeded */
export type GitHubCall = (method: 'GET' | 'POST' | 'PATCH', path: string, content?: object) => Promise<unknown>;

/** Reads the runner's environment. @throws Error naming each variable that is missing or wrong */
export function openGitHub(environment: Readonly<Record<string, string | undefined>>): GitHubCall {
  const { success, data, error } = Environment.safeParse(environment);
  if (!success) throw new Error(error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; '));
  return async function call(method, path, content) {
    const response = await fetch(`${data.GITHUB_API_URL}/repos/${data.GITHUB_REPOSITORY}/${path}`, {
      method,
      headers: {
        accept: 'application/vnd.github+json',
        authorization: `Bearer ${data.GITHUB_TOKEN}`,
        'x-github-api-version': '2022-11-28',
      },
      ...(content === undefined ? {} : { body: JSON.stringify(content) }),
      signal: AbortSignal.timeout(timeoutMs),
    });
    if (!response.ok) throw new Error(`got ${response.status} of ${method} ${path}: ${await response.text()}`);
    return response.json();
  };
}

/** The first of a list, page by page, that fits. @param path - of the list, with a query */
export async function findListed<T>(
  call: GitHubCall,
  path: string,
  shape: z.ZodType<T>,
  fits: (each: T) => boolean,
): Promise<T | undefined> {
  for (let page = 1; ; page += 1) {
    const listed = z.array(shape).parse(await call('GET', `${path}&per_page=${perPage}&page=${page}`));
    const found = listed.find(fits);
    if (found !== undefined || listed.length < perPage) return found;
  }
}
