// `rollback`: an earlier revision comes back into force, as a new one: numbers only ever rise, and nothing is undone unseen.
// Next: governance/cli/stored-revisions.ts, which finds it; governance/cli/publish-revision.ts, which publishes it.
import { applyEdits, modify } from 'jsonc-parser';
import { formatIssue } from '../policy/issues.ts';
import { parsePolicy } from '../policy/parse.ts';
import { type Command, InvalidPoliciesError, parseCommandLine, readWholeNumber, UsageError } from './command.ts';
import { describeOutcome } from './publish.ts';
import { publishRevision } from './publish-revision.ts';
import { findTarget, targetHelp, targetOptions } from './publish-target.ts';
import { listRevisions, readRevisionText } from './stored-revisions.ts';

const highestRevision = 999_999_999;

/** Publishes the content of an earlier revision again. */
export const rollbackCommand: Command = {
  summary: 'bring an earlier revision back into force, as a new revision',
  help: `Usage: npm run policy -- rollback --tenant TENANT --to REVISION --table TABLE --key KEY --publishers ARNS [OPTIONS]

Reads a published revision from the table, checks who signed it, and publishes its content under the next number.
The functions follow within POLICY_REFRESH_SECONDS, as with any other publication. The files in the repository stay
as they are: bring them back as well, or the next publication refuses their number.

  --tenant TENANT    whose policy; "*" is the platform's
  --to REVISION      the number of the revision to bring back
  --publishers ARNS  the KMS keys whose signatures count, separated by commas (or POLICY_PUBLISHER_KEYS)
${targetHelp}
Exit code: 0 when it is in force, 1 when it is not, 2 when the call is wrong.

Examples:
  npm run policy -- rollback --tenant acme --to 3 --table T --key alias/agent-runtime-dev-policy-publisher --publishers arn:aws:kms:eu-central-1:123456789012:key/… --dry-run
  npm run policy -- rollback --tenant '*' --to 7 --table T --key K --publishers ARN --json
`,
  async run(args, { environment, write, nowMs }) {
    const { values, positionals } = parseCommandLine(args, {
      ...targetOptions,
      tenant: { type: 'string' },
      to: { type: 'string' },
      publishers: { type: 'string' },
    });
    const { tenant, to } = values;
    const publishers = (values.publishers ?? environment['POLICY_PUBLISHER_KEYS'] ?? '').split(',').filter(Boolean);
    if (positionals.length > 0) throw new UsageError(`got ${positionals.join(' ')}, expected options alone`);
    if (tenant === undefined || to === undefined) throw new UsageError('got no revision, expected --tenant and --to');
    if (publishers.length === 0) throw new UsageError('got no keys, expected --publishers or POLICY_PUBLISHER_KEYS');
    const revision = readWholeNumber('--to', to, [1, highestRevision]);

    const target = await findTarget(environment, values);
    const source = { ...target, publishers };
    const text = await readRevisionText(source, tenant, revision);
    const known = await listRevisions(source, tenant);
    if (text === null)
      throw new Error(`got no revision ${revision} of tenant ${tenant}, expected one of ${known.join(', ') || 'none'}`);
    if (revision === known.at(-1)) throw new Error(`got revision ${revision}, the newest; expected an earlier one`);

    const renewed = withRevision(text, (known.at(-1) ?? 0) + 1);
    const reading = parsePolicy(renewed);
    if (!reading.ok)
      throw new InvalidPoliciesError(reading.issues.map((issue) => `revision ${revision}: ${formatIssue(issue)}`));
    const outcome = await publishRevision(target, { document: reading.document, text: renewed }, nowMs());
    const ok = outcome.status !== 'refused';
    write(
      values.json
        ? `${JSON.stringify({ ok, from: revision, ...outcome })}\n`
        : `${describeOutcome(outcome)}, with the content of revision ${revision}\n`,
    );
    return ok ? 0 : 1;
  },
};

/** The document's text with another number and nothing else changed. */
function withRevision(text: string, revision: number): string {
  return applyEdits(text, modify(text, ['revision'], revision, {}));
}
