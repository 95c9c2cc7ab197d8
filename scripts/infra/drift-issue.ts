// `node scripts/infra/drift-issue.ts ENV REPORT true|false`: one open issue per environment while it drifts, closed when it does not.
// Next: cicd/github-actions/actions/drift-issue/action.yml, which gives it the environment.
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { findListed, type GitHubCall, maxBodyCharacters, openGitHub } from '../github-api.ts';

const Issue = z.object({
  number: z.int(),
  title: z.string(),
  user: z.object({ type: z.string() }),
  pull_request: z.unknown().optional(),
});
const label = 'drift';
const usage = 'usage: node scripts/infra/drift-issue.ts ENV REPORT true|false';

try {
  process.exitCode = await run(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}

async function run([environment = '', report, drifted, ...more]: readonly string[]): Promise<number> {
  const isAsked = report !== undefined && (drifted === 'true' || drifted === 'false') && more.length === 0;
  if (!isAsked || !/^[a-z][a-z0-9-]*$/.test(environment)) {
    process.stderr.write(`${usage}\n`);
    return 2;
  }
  const call = openGitHub(process.env);
  const text = readFileSync(report, 'utf8');
  const done = drifted === 'true' ? await say(call, environment, text) : await close(call, environment);
  process.stdout.write(`${done}\n`);
  return 0;
}

async function say(call: GitHubCall, environment: string, report: string): Promise<string> {
  const open = await findOpen(call, environment);
  const body = bodyOf(environment, report);
  if (open !== undefined) {
    await call('PATCH', `issues/${open.number}`, { body });
    return `wrote issue ${open.number} anew`;
  }
  const made = Issue.parse(await call('POST', 'issues', { title: titleOf(environment), body, labels: [label] }));
  return `opened issue ${made.number}`;
}

async function close(call: GitHubCall, environment: string): Promise<string> {
  const open = await findOpen(call, environment);
  if (open === undefined) return 'no issue is open';
  await call('POST', `issues/${open.number}/comments`, { body: 'Nothing differs any more.' });
  await call('PATCH', `issues/${open.number}`, { state: 'closed', state_reason: 'completed' });
  return `closed issue ${open.number}`;
}

/** A person may give an issue the same title; only a program's is touched. */
function findOpen(call: GitHubCall, environment: string) {
  return findListed(
    call,
    `issues?state=open&labels=${label}`,
    Issue,
    ({ title, user, pull_request: pull }) =>
      pull === undefined && user.type === 'Bot' && title === titleOf(environment),
  );
}

function titleOf(environment: string): string {
  return `Drift in ${environment}`;
}

/** Values of resources are anybody's: they stand in a fence that none of them can close. */
function bodyOf(environment: string, report: string): string {
  const ticks = Math.max(2, ...Array.from(report.matchAll(/`+/g), ([ticksTogether]) => ticksTogether.length));
  const fence = '`'.repeat(ticks + 1);
  const head = `Resources of \`${environment}\` were changed outside Terraform. Bring them back by an apply, or the change into \`stacks/\`.\n\n${fence}text\n`;
  const foot = `\n${fence}\n`;
  const room = maxBodyCharacters - head.length - foot.length;
  const cut = '\n… cut';
  const shown = report.length <= room ? report : `${report.slice(0, room - cut.length)}${cut}`;
  return `${head}${shown}${foot}`;
}
