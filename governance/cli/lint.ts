// `lint`: what is valid and yet cannot be meant.
// Next: governance/policy/lint.ts, which finds it.
import { type LintFinding } from '../policy/lint-finding.ts';
import { lintPolicies } from '../policy/lint.ts';
import { type Command, parseCommandLine, readInstant } from './command.ts';
import { createPlaceFinder } from './json-places.ts';
import { loadPolicySet, type PolicySet } from './policy-set.ts';
import { count } from './table.ts';

interface PlacedFinding extends LintFinding {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** Finds rules that never match or never matter, and more. */
export const lintCommand: Command = {
  summary: 'find rules that never match or never matter, and names that nobody uses',
  help: `Usage: npm run policy -- lint [FILES…] [--strict] [--at TIME] [--json]

Looks at documents together, as the platform's forbids bear on every tenant; FILES may be folders. Without FILES:
governance/policies. That a rule cannot match or cannot matter is said only where it is proved for every request.

  unreachable        no request meets the condition
  always             every request meets the condition
  only-missing       a forbid that holds only where an attribute is missing or has another type
  shadowed           forbids cover everything that the rule covers
  contradiction      a permit of exactly what a forbid forbids
  wider              other permits permit all of it, with all its duties
  duplicate          another rule is equal
  idle               a forbid on trial that would deny nothing
  window             windows of time that are never open together, or one of which always is
  duties             limits and redactions of one field that contradict
  limit              a limit that a wider permit undercuts wherever it counts
  unused-quota       a quota that no permit is charged to
  unused-intent      an intent that no permit names
  names-tenant       another tenant's name in a rule
  expiry             an end that is past or near
  narrow             a permit that keeps nothing out, as a wider one permits all of it (a note)
  missing-attribute  a forbid that holds for every request without an attribute (a note)
  needs-attribute    a permit that excludes values, and by that whoever has none (a note)
  unclear            rules too many or too intricate to say more of (a note)

Whoever takes out every rule that is unreachable, shadowed, wider or a duplicate changes no decision.

  --strict   warnings count as well
  --at TIME  the time that ends are near to; now unless said
  --json     print one JSON object instead of lines

Exit code: 0 without errors, 1 with one (or a warning, with --strict); notes never count.

Examples:
  npm run policy -- lint
  npm run policy -- lint governance/policies/platform.json governance/policies/acme.json --strict
`,
  async run(args, { write, nowMs }) {
    const { values, positionals } = parseCommandLine(args, {
      strict: { type: 'boolean', default: false },
      at: { type: 'string' },
      json: { type: 'boolean', default: false },
    });
    const atMs = values.at === undefined ? nowMs() : readInstant('--at', values.at);
    const set = await loadPolicySet(positionals.length > 0 ? positionals : undefined);
    const findings = placeFindings(set, atMs);
    const number = (severity: LintFinding['severity']): number =>
      findings.filter((each) => each.severity === severity).length;
    const [errors, warnings, notes] = [number('error'), number('warning'), number('note')];
    const ok = errors === 0 && (!values.strict || warnings === 0);
    write(
      values.json
        ? `${JSON.stringify({ ok, errors, warnings, notes, findings })}\n`
        : `${findings.map(describe).join('')}${count(errors, 'error')}, ${count(warnings, 'warning')}, ${count(notes, 'note')}\n`,
    );
    return ok ? 0 : 1;
  },
};

function placeFindings({ tenants, platform }: PolicySet, nowMs: number): PlacedFinding[] {
  const loaded = [...(platform ? [platform] : []), ...tenants.values()];
  const finders = new Map(
    loaded.map(({ document, file, text }) => [document.tenant, { file, find: createPlaceFinder(text) }]),
  );
  return lintPolicies(
    loaded.map(({ document }) => document),
    nowMs,
  ).flatMap((finding) => {
    const source = finders.get(finding.tenant);
    return source
      ? [{ ...finding, file: source.file, ...source.find({ path: finding.path, got: '', expected: '' }) }]
      : [];
  });
}

function describe({ file, line, column, severity, check, rule, message }: PlacedFinding): string {
  return `${file}:${line}:${column}: ${severity} ${check}${rule === null ? '' : `: rule ${rule}`}: ${message}\n`;
}
