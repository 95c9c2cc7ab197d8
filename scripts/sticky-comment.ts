// `npm run comment -- KEY FILE`: one comment on a pull request per key, written anew each time instead of a second one.
// Next: cicd/github-actions/actions/sticky-comment/action.yml, which gives it the environment.
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { findListed, maxBodyCharacters, openGitHub } from './github-api.ts';

const PullRequest = z.string().regex(/^\d+$/, 'PULL_REQUEST: expected the number of a pull request');
const Comment = z.object({ id: z.int(), body: z.string().nullish(), user: z.object({ type: z.string() }) });

try {
  process.stdout.write(`${await run(process.argv.slice(2))}\n`);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}

async function run([key = '', file = '']: readonly string[]): Promise<string> {
  if (!/^[a-z][a-z0-9-]*$/.test(key)) throw new Error(`got the key ${key || 'of nothing'}, expected a word: KEY FILE`);
  const call = openGitHub(process.env);
  const number = PullRequest.parse(process.env['PULL_REQUEST'] ?? '');
  const marker = `<!-- agent-runtime:${key} -->`;
  const body = `${marker}\n${readFileSync(file, 'utf8')}`;
  if (body.length > maxBodyCharacters)
    throw new Error(`got a comment of ${body.length} characters, expected at most ${maxBodyCharacters}`);
  const comments = `issues/${number}/comments`;
  // A person may quote the marker; only a program's comment is written over.
  const isOwn = (each: z.infer<typeof Comment>) => each.user.type === 'Bot' && each.body?.startsWith(marker) === true;
  const own = await findListed(call, `${comments}?sort=created`, Comment, isOwn);
  if (own === undefined) {
    await call('POST', comments, { body });
    return 'wrote a comment';
  }
  await call('PATCH', `issues/comments/${own.id}`, { body });
  return `wrote comment ${own.id} anew`;
}
