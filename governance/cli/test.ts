// `test`: every described case, and which rules and conditions none of them exercises.
// Next: governance/cli/run-case.ts, which runs one; governance/policy/coverage.ts, which counts.
import { type Coverage, measureCoverage, type RuleCoverage } from '../policy/coverage.ts';
import { type PlacedCase, readCaseFiles } from './case-files.ts';
import { type Command, parseCommandLine, readWholeNumber } from './command.ts';
import { createPlaceFinder } from './json-places.ts';
import { policiesFolder } from './policy-files.ts';
import { type LoadedPolicy, loadPolicySet } from './policy-set.ts';
import { createProgress } from './progress.ts';
import { type CaseOutcome, runCase } from './run-case.ts';
import { count, formatTable } from './table.ts';

interface CaseResult extends CaseOutcome {
  readonly of: PlacedCase;
}

interface Gap {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly rule: string;
  readonly missing: string;
}

/** Runs the cases of policies. */
export const testCommand: Command = {
  summary: 'run the cases of policies and name the rules and conditions that none exercises',
  help: `Usage: npm run policy -- test [FILES…] [OPTIONS]

Runs every case of the *.cases.json in a folder, or beside a policy file, through the function's own handler against
the policies given. Without FILES: governance/policies. A rule is covered once it decides (in shadow mode: once it
would have), a condition once it holds and once it fails.

  --min-coverage PERCENT  fail below it; 0 to 100, 0 unless said
  --json                  print one JSON object instead of lines

Exit code: 0 when all cases pass and enough is covered, 1 when not, 2 when the call is wrong.

Examples:
  npm run policy -- test
  npm run policy -- test --min-coverage 100
  npm run policy -- test governance/policies/platform.json governance/policies/acme.json --json
`,
  async run(args, context) {
    const { values, positionals } = parseCommandLine(args, {
      'min-coverage': { type: 'string', default: '0' },
      json: { type: 'boolean', default: false },
    });
    const least = readWholeNumber('--min-coverage', values['min-coverage'], [0, 100]);
    const names = positionals.length > 0 ? positionals : [policiesFolder];
    const set = await loadPolicySet(names.filter((name) => !name.endsWith('.cases.json')));
    const cases = await readCaseFiles(names);
    if (cases.length === 0) throw new Error(`got no cases in ${names.join(', ')}, expected at least one`);

    const progress = createProgress(context, 'cases', cases.length);
    const results: CaseResult[] = [];
    for (const of of cases) {
      results.push({ of, ...(await runCase(set, of)) });
      progress.advance(results.length);
    }
    progress.end();

    const loaded = [...(set.platform ? [set.platform] : []), ...set.tenants.values()];
    const coverage = measureCoverage(
      loaded.map(({ document }) => document),
      results.flatMap(({ explained }) => explained ?? []),
    );
    const gaps = coverage.rules.flatMap((rule) => gapsOf(rule, loaded));
    const percent = coverage.total === 0 ? 100 : Math.floor((coverage.covered / coverage.total) * 100);
    const failed = results.filter(({ mismatches }) => mismatches.length > 0);
    const ok = failed.length === 0 && percent >= least;
    context.write(
      values.json
        ? `${JSON.stringify({ ok, passed: results.length - failed.length, failed: failed.map(describeForMachine), percent, coverage, gaps })}\n`
        : `${describeFailures(failed)}${describeGaps(gaps)}${describeFiles(results)}${describeCoverage(coverage, percent, least)}` +
            `${results.length - failed.length} passed, ${failed.length} failed\n`,
    );
    return ok ? 0 : 1;
  },
};

function gapsOf(
  { tenant, rule, path, matched, decided, conditions }: RuleCoverage,
  loaded: readonly LoadedPolicy[],
): Gap[] {
  const source = loaded.find(({ document }) => document.tenant === tenant);
  if (!source) return [];
  const find = createPlaceFinder(source.text);
  const at = (where: string, missing: string): Gap => {
    const { line, column } = find({ path: where, got: '', expected: '' });
    return { file: source.file, line, column, rule, missing };
  };
  const unmatched = 'got no case that it matches, expected one';
  if (!matched) return [at(path, unmatched)];
  const ofRule = decided ? [] : [at(path, 'got no case that it decides, expected one')];
  const ofConditions = conditions.flatMap(({ path: where, holds, fails }) => [
    ...(holds ? [] : [at(where, 'got no case where the condition holds, expected one')]),
    ...(fails ? [] : [at(where, 'got no case where the condition fails, expected one')]),
  ]);
  return [...ofRule, ...ofConditions];
}

function describeFailures(failed: readonly CaseResult[]): string {
  return failed
    .map(({ of: { file, line, column, description }, mismatches }) =>
      [`FAILED ${file}:${line}:${column}: ${description}`, ...mismatches.map((each) => `  ${each}`)]
        .map((text) => `${text}\n`)
        .join(''),
    )
    .join('');
}

function describeGaps(gaps: readonly Gap[]): string {
  return gaps
    .map(({ file, line, column, rule, missing }) => `${file}:${line}:${column}: rule ${rule}: ${missing}\n`)
    .join('');
}

function describeFiles(results: readonly CaseResult[]): string {
  const files = Map.groupBy(results, ({ of }) => of.file);
  const rows = Array.from(files, ([file, of]) => {
    const passed = of.filter(({ mismatches }) => mismatches.length === 0).length;
    return [file, passed, of.length - passed];
  });
  return formatTable(['file', 'passed', 'failed'], rows);
}

function describeCoverage({ rules, covered, total }: Coverage, percent: number, least: number): string {
  const decided = rules.filter((rule) => rule.decided).length;
  const conditions = rules.flatMap((rule) => rule.conditions);
  const bothWays = conditions.filter(({ holds, fails }) => holds && fails).length;
  const short = percent < least ? `; got less than ${least}%` : '';
  return `coverage ${percent}% (${covered} of ${total})${short}: ${decided} of ${count(rules.length, 'rule')} decide, ${bothWays} of ${count(conditions.length, 'condition')} both ways\n`;
}

function describeForMachine({ of: { file, line, column, description }, mismatches, decision }: CaseResult): object {
  return { file, line, column, description, mismatches, decision };
}
