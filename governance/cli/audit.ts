// `audit verify`: whether a log holds every decision that was recorded, in order and as it was written.
// Next: governance/lambda/audit-verify.ts, which checks lines and signatures.
import { createPublicKey, type KeyObject } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { type AuditReport, createAuditVerifier } from '../lambda/audit-verify.ts';
import { fetchPublicKey } from '../lambda/publisher-keys.ts';
import { findAccount } from './account-access.ts';
import { type CliContext, type Command, parseCommandLine, UsageError } from './command.ts';
import { openLog } from './log-lines.ts';
import { createProgress } from './progress.ts';
import { count, formatTable } from './table.ts';

const timeoutMs = 15_000;

/** Checks audit logs. */
export const auditCommand: Command = {
  summary: 'verify an audit log: nothing removed, edited, reordered or made up',
  help: `Usage: npm run policy -- audit verify FILE… --key KEY [--key KEY]… [OPTIONS]

Reads logs of the Governance function in the order given, "-" for stdin, one JSON object a line, as it wrote them or as
CloudWatch exports them. Every record must follow the one before it in its chain, and every checkpoint must be signed
by a key that a trusted KMS key certified. A chain's records after its last checkpoint could have been cut off unseen;
they are counted as unattested.

  --key KEY         a governance signing key: its ARN, asked of KMS, or ARN=FILE with its public half as PEM
  --links-alone     trust no key and check links alone; whoever can write the whole log can make those
  --region REGION   (or AWS_REGION)
  --endpoint URL    of KMS (or AWS_ENDPOINT_URL, AWS_ENDPOINT_URL_KMS)
  --json            print one JSON object instead of lines

Exit code: 0 when all is in order, 1 when something is not or there is no record, 2 when the call is wrong.

Examples:
  npm run policy -- audit verify governance.log --key arn:aws:kms:eu-central-1:123456789012:key/…
  npm run policy -- audit verify governance.log --key arn:aws:kms:eu-central-1:123456789012:key/…=signing-key.pem --json
  npm run policy -- audit verify - --links-alone < governance.log
`,
  async run(args, context) {
    const { values, positionals } = parseCommandLine(args, {
      key: { type: 'string', multiple: true, default: [] },
      'links-alone': { type: 'boolean', default: false },
      region: { type: 'string' },
      endpoint: { type: 'string' },
      json: { type: 'boolean', default: false },
    });
    const [verb, ...files] = positionals;
    if (verb !== 'verify') throw new UsageError(`got ${verb ?? 'nothing'}, expected "verify"`);
    if (files.length === 0) throw new UsageError('got no log, expected a file or "-"');
    if (values['links-alone'] === values.key.length > 0)
      throw new UsageError('got no key or one key too many, expected --key, or --links-alone without any');
    const keys = values['links-alone'] ? null : await readKeys(values.key, context, values);

    const verifier = createAuditVerifier(keys);
    let before = 0;
    for (const file of files) {
      const { size, lines } = await openLog(file, context);
      const progress = createProgress(context, file, size);
      let last = 0;
      for await (const { number, text, read } of lines) {
        verifier.check(text, before + number);
        progress.advance(read);
        last = number;
      }
      progress.end();
      before += last;
    }
    const report = verifier.report();
    const ok = report.ok && report.records > 0;
    context.write(values.json ? `${JSON.stringify({ ...report, ok })}\n` : describe(report, keys !== null));
    return ok ? 0 : 1;
  },
};

/** The keys by ARN. @throws UsageError for what is neither an ARN nor ARN=FILE. @throws Error when one cannot be had */
async function readKeys(
  given: readonly string[],
  { environment }: CliContext,
  where: { region?: string | undefined; endpoint?: string | undefined },
): Promise<Map<string, KeyObject>> {
  const keys = new Map<string, KeyObject>();
  for (const text of given) {
    const [, arn = '', file] = /^(arn:[^=]+)(?:=(.+))?$/.exec(text) ?? [];
    if (arn === '') throw new UsageError(`got --key ${text}, expected an ARN or ARN=FILE`);
    if (file === undefined) {
      const { kms } = await findAccount(environment, where);
      keys.set(arn, await fetchPublicKey(kms, arn, timeoutMs));
    } else keys.set(arn, createPublicKey(await readFile(file)));
  }
  return keys;
}

function describe({ records, chains, problems }: AuditReport, withKeys: boolean): string {
  const verdict =
    problems.length > 0
      ? `NOT IN ORDER: ${count(problems.length, 'problem')}`
      : records === 0
        ? 'got no audit record, expected at least one'
        : `in order${withKeys ? '' : ', as far as links alone can tell'}`;
  return (
    problems.map(({ line, chain, problem }) => `line ${line}, chain ${chain || 'unknown'}: ${problem}\n`).join('') +
    formatTable(
      ['chain', 'records', 'checkpoints', 'unattested'],
      chains.map((each) => [each.chain, each.records, each.checkpoints, each.unattested]),
    ) +
    `${count(records, 'record')} in ${count(chains.length, 'chain')}: ${verdict}\n`
  );
}
