// `publish`: documents become signed revisions in the account's table.
// Next: governance/cli/publish-revision.ts, which publishes one.
import { platformTenant } from '../policy/document.ts';
import { AwsCallError } from '../lambda/aws-json.ts';
import { type Command, parseCommandLine } from './command.ts';
import { readPolicyFiles } from './policy-files.ts';
import { type PublishOutcome, publishRevision } from './publish-revision.ts';
import { findTarget, targetHelp, targetOptions } from './publish-target.ts';
import { describeFile } from './validate.ts';

/** A document's outcome, or why its publication could not be carried out. */
type Result = { file: string; tenant: string } & (PublishOutcome | { status: 'failed'; detail: string });

/** Publishes documents. */
export const publishCommand: Command = {
  summary: 'sign policy documents and put them in force in the account',
  help: `Usage: npm run policy -- publish [FILES…] --table TABLE --key KEY [OPTIONS]

Publishes policy documents, the platform's first; FILES may be folders. Without FILES: governance/policies.
All are checked before the first is published. What is in force already stays as it is.

${targetHelp}
Exit code: 0 when all are in force, 1 when one is not, 2 when the call is wrong.

Examples:
  npm run policy -- publish --table agent-runtime-dev-governance-policies --key alias/agent-runtime-dev-policy-publisher
  npm run policy -- publish governance/policies/acme.json --table T --key K --dry-run
  npm run policy -- publish --table T --key K --endpoint http://127.0.0.1:5000 --region eu-central-1 --json
`,
  async run(args, { environment, write }) {
    const { values, positionals } = parseCommandLine(args, targetOptions);
    const files = await readPolicyFiles(positionals);
    const broken = files.filter((file) => !file.ok);
    if (broken.length > 0) {
      write(values.json ? `${JSON.stringify({ ok: false, files: broken })}\n` : broken.map(describeFile).join(''));
      return 1;
    }
    const target = await findTarget(environment, values);
    const results: Result[] = [];
    for (const read of files.filter((file) => file.ok).sort(platformFirst)) {
      const result = await publishRevision(target, read, Date.now()).catch(failed);
      results.push({ file: read.file, tenant: read.document.tenant, ...result });
      if (!values.json) write(describeResult(results.at(-1)));
    }
    const ok = results.every(({ status }) => status !== 'refused' && status !== 'failed');
    if (values.json) write(`${JSON.stringify({ ok, results })}\n`);
    return ok ? 0 : 1;
  },
};

/** Tenants are denied without a platform document, so it comes first. */
function platformFirst(a: { document: { tenant: string } }, b: { document: { tenant: string } }): number {
  const [first, second] = [a.document.tenant, b.document.tenant];
  if (first === platformTenant || second === platformTenant) return first === platformTenant ? -1 : 1;
  return first < second ? -1 : 1;
}

function failed(error: unknown): { status: 'failed'; detail: string } {
  const said = error instanceof AwsCallError && error.said !== '' ? `: ${error.said}` : '';
  return { status: 'failed', detail: `${error instanceof Error ? error.message : String(error)}${said}` };
}

function describeResult(result: Result | undefined): string {
  if (!result) return '';
  if (result.status === 'failed') return `${result.file}: tenant ${result.tenant} failed: ${result.detail}\n`;
  return `${result.file}: ${describeOutcome(result)}\n`;
}

/** What became of a document, as a line without its end. */
export function describeOutcome({ tenant, status, revision, digest, previous, detail }: PublishOutcome): string {
  const after = previous === null ? 'the first' : `after ${previous}`;
  const said = {
    published: `published, ${after}`,
    would_publish: `would be published, ${after}`,
    unchanged: 'unchanged',
    refused: `refused: ${detail ?? ''}`,
  };
  return `tenant ${tenant} revision ${revision} (${digest.slice(0, 12)}) ${said[status]}`;
}
