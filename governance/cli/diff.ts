// `diff`: which decisions change between two sets of policies, not which lines.
// Next: governance/policy/diff.ts, which compares; governance/policy/samples.ts, which asks.
import { type Answer, type ChangeGroup, createDiff } from '../policy/diff.ts';
import { estimateSamples, sampleRequests } from '../policy/samples.ts';
import { readDecisions } from './audit-log.ts';
import { type Command, parseCommandLine, readInstant, readWholeNumber, UsageError } from './command.ts';
import { loadPolicySet, type PolicySet } from './policy-set.ts';
import { createProgress } from './progress.ts';
import { count, formatTable } from './table.ts';

/** Compares decisions. */
export const diffCommand: Command = {
  summary: 'say which decisions change between two sets of policies, with the smallest request for each',
  help: `Usage: npm run policy -- diff BEFORE AFTER [OPTIONS]

Asks both sides the same requests and lists the decisions that differ: made around every rule and literal of both
sides, for rules that changed together with every rule they may meet, at random, and, where given, from an audit log.
BEFORE and AFTER are files or folders. Each kind of change comes with the smallest request found that shows it.
What no request showed may still differ; more --samples look further.

  --log FILE     an audit log whose requests are asked as well, each at its own time; "-" for stdin
  --samples N    random requests, besides those around rules; 20000 unless said
  --seed N       of the random ones; 1 unless said
  --at TIME      the time requests are made at, unless a window or an end is in question; now unless said
  --exit-code    exit with 1 when a decision changes
  --json         print one JSON object instead of lines

Exit code: 0, also when decisions change unless --exit-code is given; 1 when the policies are not valid.

Examples:
  npm run policy -- diff before/policies governance/policies
  npm run policy -- diff before/acme.json governance/policies/acme.json --exit-code
  npm run policy -- diff before/policies governance/policies --log governance.log --json
`,
  async run(args, context) {
    const { values, positionals } = parseCommandLine(args, {
      log: { type: 'string' },
      samples: { type: 'string', default: '20000' },
      seed: { type: 'string', default: '1' },
      at: { type: 'string' },
      'exit-code': { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
    });
    const [before, after, ...more] = positionals;
    if (before === undefined || after === undefined || more.length > 0)
      throw new UsageError(`got ${count(positionals.length, 'set')} of policies, expected two: before and after`);
    const nowMs = values.at === undefined ? context.nowMs() : readInstant('--at', values.at);
    const options = {
      random: readWholeNumber('--samples', values.samples, [0, 10_000_000]),
      seed: readWholeNumber('--seed', values.seed, [0, 2 ** 31 - 1]),
      nowMs,
    };
    const [a, b] = [await loadPolicySet([before]), await loadPolicySet([after])];

    const diff = createDiff(a, b, nowMs);
    const progress = createProgress(context, 'asking', estimateSamples(a, b, options));
    for (const sample of sampleRequests(a, b, options)) {
      diff.ask(sample);
      progress.advance(diff.asked);
    }
    progress.end();
    const recorded = values.log === undefined ? null : { asked: 0, changed: 0 };
    if (recorded)
      for await (const entry of readDecisions(values.log ?? '', context)) {
        if (!entry.ok || !entry.decision.request) continue;
        const changedBefore = diff.changed;
        diff.ask({ request: entry.decision.request, nowMs: entry.decision.atMs }, true);
        recorded.asked += 1;
        recorded.changed += diff.changed - changedBefore;
      }

    const groups = diff.finish();
    const oneSided = [...missing(a, b, 'only before'), ...missing(b, a, 'only after')];
    const changes = groups.length > 0;
    context.write(
      values.json
        ? `${JSON.stringify({ changes, asked: diff.asked, recorded, oneSided, groups: groups.map(forMachine) })}\n`
        : describe(groups, oneSided, diff.asked, recorded),
    );
    return changes && values['exit-code'] ? 1 : 0;
  },
};

/** Tenants, intents and quotas that the other side lacks. */
function missing(here: PolicySet, there: PolicySet, where: string): string[] {
  return [...here.tenants.values(), ...(here.platform ? [here.platform] : [])].flatMap(({ document }) => {
    const { tenant, intents, quotas } = document;
    const other = tenant === here.platform?.document.tenant ? there.platform : there.tenants.get(tenant);
    if (!other) return [`tenant ${tenant}: ${where}`];
    const names = (kind: string, own: object, others: object): string[] =>
      Object.keys(own)
        .filter((name) => !Object.hasOwn(others, name))
        .map((name) => `tenant ${tenant}: ${kind} ${name}: ${where}`);
    return [...names('intent', intents, other.document.intents), ...names('quota', quotas, other.document.quotas)];
  });
}

function describe(
  groups: readonly ChangeGroup[],
  oneSided: readonly string[],
  asked: number,
  recorded: { asked: number; changed: number } | null,
): string {
  const onRecord = recorded ? `${recorded.changed} of the ${recorded.asked} requests on record change\n` : '';
  const sides = oneSided.map((line) => `${line}\n`).join('');
  if (groups.length === 0) return `${sides}${onRecord}no decision changes (${count(asked, 'request')} asked)\n`;
  const table = formatTable(
    ['#', 'change', 'tenant', 'service', 'intent', 'before', 'after', 'requests', ...(recorded ? ['on record'] : [])],
    groups.map(({ kind, tenant, service, intent, before, after, asked: shown, recorded: found }, index) => [
      index + 1,
      kind === 'newly permitted' ? kind.toUpperCase() : kind,
      tenant,
      service,
      intent,
      summarize(before),
      summarize(after),
      shown,
      ...(recorded ? [found] : []),
    ]),
  );
  const details = groups.map((group, index) => describeGroup(group, index + 1)).join('\n');
  return `${sides}${table}\n${details}\n${onRecord}${count(groups.length, 'change')} (${count(asked, 'request')} asked)\n`;
}

function describeGroup({ kind, sample, before, after }: ChangeGroup, number: number): string {
  const at = new Date(sample.nowMs).toISOString();
  const differing = (['obligations', 'quotas', 'shadow'] as const).flatMap((name) => {
    const [was, is] = [before[name].join(', '), after[name].join(', ')];
    return was === is ? [] : [`   ${name}: ${was || 'none'} → ${is || 'none'}\n`];
  });
  return (
    `${number}. ${kind}: ${summarize(before)} → ${summarize(after)}\n${differing.join('')}` +
    `   npm run policy -- explain '${JSON.stringify(sample.request)}' --at ${at}\n`
  );
}

function summarize({ reason, rule }: Answer): string {
  return rule === null ? reason : `${reason} by ${rule}`;
}

function forMachine({ sample, ...group }: ChangeGroup): object {
  return { ...group, request: sample.request, at: new Date(sample.nowMs).toISOString() };
}
