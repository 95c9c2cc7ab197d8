// `replay`: the decisions on record once more, by the policies at hand.
// Next: governance/cli/audit-log.ts, which reads them; governance/policy/diff.ts, which says what an answer is.
import { type Reason } from '../contract.ts';
import { type Answer, answerOf } from '../policy/diff.ts';
import { readDecisions, type RecordedDecision } from './audit-log.ts';
import { type Command, parseCommandLine, UsageError } from './command.ts';
import { loadPolicySet } from './policy-set.ts';
import { count, formatTable } from './table.ts';

/** A decision that comes out otherwise. */
interface Difference {
  readonly line: number;
  readonly decisionId: string;
  readonly before: string;
  readonly after: string;
}

/** Reasons that neither the request nor the policy gave: nothing to compare. */
const notThePolicys: ReadonlySet<Reason> = new Set([
  'identity_mismatch',
  'policy_unavailable',
  'policy_invalid',
  'policy_signature_invalid',
  'policy_stale',
  'evaluation_error',
  'governance_unavailable',
]);
const mostShown = 20;

/** Decides a log again. */
export const replayCommand: Command = {
  summary: 'decide every request of an audit log again and list what comes out otherwise',
  help: `Usage: npm run policy -- replay LOG [FILES…] [--json]

Decides every request on record again, at its own time, by the policies of FILES (governance/policies unless said).
LOG is an audit log as the function writes it or CloudWatch exports it, "-" for stdin. A decision that a quota denied
counts as the same where the policy permits. What cannot be decided again is counted with its reason: requests that
could not be read, attributes kept off the record, denials that were not the policy's.

  --json  print one JSON object instead of lines

Exit code: 0 when all come out the same, 1 when one does not or a line cannot be read, 2 when the call is wrong.

Examples:
  npm run policy -- replay governance.log
  npm run policy -- replay governance.log governance/policies/platform.json draft/acme.json
`,
  async run(args, context) {
    const { values, positionals } = parseCommandLine(args, { json: { type: 'boolean', default: false } });
    const [log, ...files] = positionals;
    if (log === undefined) throw new UsageError('got no log, expected a file or "-"');
    const set = await loadPolicySet(files.length > 0 ? files : undefined);

    const skipped = new Map<string, number>();
    const differences: Difference[] = [];
    const problems: { line: number; problem: string }[] = [];
    let same = 0;
    for await (const entry of readDecisions(log, context)) {
      if (!entry.ok) {
        problems.push({ line: entry.line, problem: entry.problem });
        continue;
      }
      const why = whyNot(entry.decision);
      const { request, atMs, record, line } = entry.decision;
      if (why !== null || !request) {
        skipped.set(why ?? '', (skipped.get(why ?? '') ?? 0) + 1);
        continue;
      }
      const after = answerOf(set, { request, nowMs: atMs });
      const before = recordedAnswer(record);
      if (isSame(before, after)) same += 1;
      else
        differences.push({ line, decisionId: record.decisionId, before: summarize(before), after: summarize(after) });
    }
    const ok = differences.length === 0 && problems.length === 0;
    const result = { same, differences, skipped: Object.fromEntries(skipped), problems };
    context.write(values.json ? `${JSON.stringify({ ok, ...result })}\n` : describe(result));
    return ok ? 0 : 1;
  },
};

/** What keeps a decision from being made again; null when nothing does. */
function whyNot({ request, record, redacted }: RecordedDecision): string | null {
  if (!request) return 'request could not be read';
  if (notThePolicys.has(record.reason)) return `denied as ${record.reason}`;
  return redacted.length > 0 ? `${redacted.join(', ')} kept off the record` : null;
}

type ComparedAnswer = Pick<Answer, 'rule' | 'obligations' | 'shadow'> & { readonly reason: Reason };

function recordedAnswer({ reason, rule, obligations, shadow }: RecordedDecision['record']): ComparedAnswer {
  return {
    reason,
    rule,
    obligations: obligations.map((obligation) => JSON.stringify(obligation)).sort(),
    shadow: shadow.map((each) => `${each.effect} ${each.rule}`).sort(),
  };
}

function isSame(before: ComparedAnswer, after: ComparedAnswer): boolean {
  // What a quota denied keeps the rule and drops the duties.
  if (before.reason === 'quota_exceeded') return after.reason === 'permitted' && before.rule === after.rule;
  return (
    before.reason === after.reason &&
    before.rule === after.rule &&
    before.obligations.join() === after.obligations.join() &&
    before.shadow.join() === after.shadow.join()
  );
}

function summarize({ reason, rule, obligations, shadow }: ComparedAnswer): string {
  const duties = obligations.length === 0 ? '' : ` with ${obligations.join(', ')}`;
  const shadowed = shadow.length === 0 ? '' : `, in shadow ${shadow.join(', ')}`;
  return `${reason}${rule === null ? '' : ` by ${rule}`}${duties}${shadowed}`;
}

function describe({
  same,
  differences,
  skipped,
  problems,
}: {
  same: number;
  differences: readonly Difference[];
  skipped: Readonly<Record<string, number>>;
  problems: readonly { line: number; problem: string }[];
}): string {
  const kinds = Map.groupBy(differences, ({ before, after }) => `${before} → ${after}`);
  const table = formatTable(
    ['decisions', 'then → now', 'first'],
    Array.from(kinds, ([kind, found]) => [
      found.length,
      kind,
      `line ${found[0]?.line ?? ''} ${found[0]?.decisionId ?? ''}`,
    ]).slice(0, mostShown),
  );
  return (
    problems.map(({ line, problem }) => `line ${line}: ${problem}\n`).join('') +
    Object.entries(skipped)
      .map(([why, number]) => `${number} not decided again: ${why}\n`)
      .join('') +
    table +
    `${same} the same, ${count(differences.length, 'decision')} otherwise\n`
  );
}
