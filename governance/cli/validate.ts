// `validate`: every problem of every document, and nothing else.
// Next: governance/cli/policy-files.ts, which reads them.
import { digestOf } from '../lambda/signed-revision.ts';
import { type Command, parseCommandLine } from './command.ts';
import { describeProblem, type PolicyFile, readPolicyFiles } from './policy-files.ts';

/** Checks documents as the function would that loads them. */
export const validateCommand: Command = {
  summary: 'check policy documents and list everything that is wrong',
  help: `Usage: npm run policy -- validate [FILES…] [--json]

Checks policy documents; FILES may be folders. Without FILES: governance/policies.
Every problem is a line: file, line, column, path, what was got and what was expected.

  --json   print one JSON object instead of lines

Exit code: 0 when all are valid, 1 when one is not.

Examples:
  npm run policy -- validate
  npm run policy -- validate governance/policies/acme.json --json
`,
  async run(args, { write }) {
    const { values, positionals } = parseCommandLine(args, { json: { type: 'boolean', default: false } });
    const files = await readPolicyFiles(positionals);
    const ok = files.every((file) => file.ok);
    write(values.json ? `${JSON.stringify({ ok, files: files.map(summarize) })}\n` : files.map(describeFile).join(''));
    return ok ? 0 : 1;
  },
};

/** What a machine is told of a file. */
function summarize(read: PolicyFile): object {
  if (!read.ok) return read;
  const { tenant, revision, rules } = read.document;
  return { file: read.file, ok: true, tenant, revision, rules: rules.length, digest: digestOf(read.text) };
}

/** What a person is told of a file: one line, or one for each problem. */
export function describeFile(read: PolicyFile): string {
  if (!read.ok) return read.problems.map((problem) => `${describeProblem(read.file, problem)}\n`).join('');
  const { tenant, revision, rules } = read.document;
  return `${read.file}: valid, tenant ${tenant}, revision ${revision}, ${rules.length} rules\n`;
}
