// `npm run comment -- KEY FILE`: one comment on a pull request per key, written anew each time instead of a second one.
// Next: cicd/github-actions/actions/sticky-comment/action.yml, which gives it the environment.
import { readFileSync } from 'node:fs';
import { z } from 'zod';

const Environment = z.object({
  GITHUB_API_URL: z.url(),
  GITHUB_REPOSITORY: z.string().regex(/^[\w.-]+\/[\w.-]+$/, 'expected owner/name'),
  GITHUB_TOKEN: z.string().min(1, 'expected the token of the job'),
  PULL_REQUEST: z.string().regex(/^\d+$/, 'expected the number of a pull request'),
});
const Comments = z.array(z.object({ id: z.int(), body: z.string().nullish(), user: z.object({ type: z.string() }) }));
const timeoutMs = 30_000;
const perPage = 100;
/** https://docs.github.com/en/rest/issues/comments: more than this is refused. */
const maxCharacters = 65_536;

try {
  process.stdout.write(`${await run(process.argv.slice(2))}\n`);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}

async function run([key = '', file = '']: readonly string[]): Promise<string> {
  if (!/^[a-z-]+$/.test(key)) throw new Error(`got the key ${key || 'of nothing'}, expected a word: KEY FILE`);
  const { success, data, error } = Environment.safeParse(process.env);
  if (!success) throw new Error(error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; '));
  const marker = `<!-- agent-runtime:${key} -->`;
  const body = `${marker}\n${readFileSync(file, 'utf8')}`;
  if (body.length > maxCharacters)
    throw new Error(`got a comment of ${body.length} characters, expected at most ${maxCharacters}`);
  const call = async (method: string, path: string, content?: object): Promise<unknown> => {
    const response = await fetch(`${data.GITHUB_API_URL}/repos/${data.GITHUB_REPOSITORY}/issues/${path}`, {
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
  for (let page = 1; ; page += 1) {
    const path = `${data.PULL_REQUEST}/comments?per_page=${perPage}&page=${page}`;
    const comments = Comments.parse(await call('GET', path));
    // A person may quote the marker; only a program's comment is written over.
    const own = comments.find((each) => each.user.type === 'Bot' && each.body?.startsWith(marker) === true);
    if (own) {
      await call('PATCH', `comments/${own.id}`, { body });
      return `wrote comment ${own.id} anew`;
    }
    if (comments.length < perPage) break;
  }
  await call('POST', `${data.PULL_REQUEST}/comments`, { body });
  return 'wrote a comment';
}
