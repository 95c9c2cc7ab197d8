// What lint asks of each rule: whether it can match, whether it matters, and whether it does what its author will have meant.
// Next: governance/policy/lint/cover.ts, how a rule is shown not to matter; governance/policy/lint/intent-checks.ts.
import { type LintFinding } from '../lint-finding.ts';
import { type Facts } from '../operators.ts';
import { type FormulaBook, truthBits } from '../regions/formula.ts';
import { covers, type CoverTools, findCover, matchingOf, remainder } from './cover.ts';
import { lintPermitAbsence, lintForbidAbsence } from './intent-checks.ts';
import { type Find, findingOf, matchOf, missOf, type PlacedRule } from './placed-rule.ts';
import { findConstantWindows } from './windows.ts';

/** The checks of one document's rules, to be made in this order, each for all rules before the next. */
export interface RuleChecks {
  /** Whether it can match, and whether its condition can fail. */
  ofReach(placed: PlacedRule): LintFinding[];
  /** Whether it matters beside the others. First those that one other rule makes idle, last those that several do. */
  ofMatter(placed: PlacedRule, isLast: boolean): LintFinding[];
  /** Whether it will be what was meant. */
  ofIntent(placed: PlacedRule): LintFinding[];
}

/** How many wider permits and how many hit permits are looked for, for one rule. */
const mostTried = 8;
const mostHit = 200;

/** Starts the checks. @param gone - rules that are said not to matter; those found are added */
export function createRuleChecks(
  rules: readonly PlacedRule[],
  tools: CoverTools,
  gone: Set<PlacedRule>,
  book: FormulaBook,
): RuleChecks {
  const { search, scope } = tools;
  const samples = new Map<PlacedRule, Facts>();
  const later = new Set<PlacedRule>();
  const enforcedPermits = rules.filter(({ rule }) => rule.effect === 'permit' && rule.mode === 'enforce');
  return { ofReach, ofMatter, ofIntent };

  function ofReach(placed: PlacedRule): LintFinding[] {
    const find = findingOf(placed);
    const { when, effect } = placed.rule;
    const whenPath = `${placed.path}.when`;
    const windows = (when ? findConstantWindows(when, whenPath, book, search) : []).map(({ path, isOpen }) =>
      isOpen === 'never'
        ? find(
            'window',
            'error',
            'got windows of time that are never open together, expected some minute in all of them',
            [],
            path,
          )
        : find(
            'window',
            'warning',
            'got windows of time one of which is always open, expected some minute in none of them',
            [],
            path,
          ),
    );
    const sample = remainder(placed, [], tools);
    if (sample === 'none') {
      gone.add(placed);
      const message = `got a condition that no request meets, expected one that some do; remove the ${effect}`;
      return windows.some(({ severity }) => severity === 'error')
        ? windows
        : [...windows, find('unreachable', 'error', message)];
    }
    if (sample === 'unclear') tools.noteUnclear(placed);
    else samples.set(placed, sample);
    if (!when) return windows;
    const missed = { formula: book.ofCondition(when), allowed: missOf(placed).allowed };
    const names = { formula: placed.names, allowed: truthBits.true };
    if (search.find({ goals: [names, missed], scope }) === 'none')
      windows.push(
        find(
          'always',
          'warning',
          'got a condition that every request meets, expected one that some do not; leave it out',
          [],
          whenPath,
        ),
      );
    if (
      effect === 'forbid' &&
      search.find({ goals: [{ ...matchOf(placed), allowed: truthBits.true }], scope }) === 'none'
    )
      windows.push(
        find(
          'only-missing',
          'warning',
          'got a forbid whose condition no request meets, expected one that some do; it holds only where an attribute is missing or has another type',
          [],
          whenPath,
        ),
      );
    return windows;
  }

  function ofMatter(placed: PlacedRule, isLast: boolean): LintFinding[] {
    const sample = samples.get(placed);
    if (!sample || gone.has(placed) || (isLast && !later.has(placed))) return [];
    const finding = placed.rule.effect === 'permit' ? idlePermit(placed, sample) : idleForbid(placed, sample);
    if (!finding) return [];
    // One that several make idle waits until all that a single rule makes idle are gone.
    if (!isLast && finding.related.length > 1) {
      later.add(placed);
      return [];
    }
    if (placed.rule.mode === 'enforce') gone.add(placed);
    return [finding];
  }

  function idlePermit(placed: PlacedRule, sample: Facts): LintFinding | null {
    const find = findingOf(placed);
    const forbids = findCover(placed, sample, ['forbid'], stays, tools);
    if (forbids) {
      const [only] = forbids;
      const isOpposite = forbids.length === 1 && only !== undefined && isSameCondition(placed, only);
      return isOpposite
        ? find(
            'contradiction',
            'error',
            `got a permit of exactly what ${only.name} forbids, expected one of them`,
            forbids,
          )
        : find(
            'shadowed',
            'error',
            `got a permit that ${namesOf(forbids)} ${forbids.length > 1 ? 'forbid' : 'forbids'} everywhere, expected one that permits something`,
            forbids,
          );
    }
    const covering = new Set<PlacedRule>();
    // Each duty must be demanded by others wherever the permit demands it.
    for (const duty of placed.duties.size > 0 ? placed.duties : [undefined]) {
      const found = findCover(
        placed,
        sample,
        ['permit', 'forbid'],
        (other) => stays(other) && (other.rule.effect === 'forbid' || duty === undefined || other.duties.has(duty)),
        tools,
      );
      if (!found) return null;
      for (const each of found) covering.add(each);
    }
    const [only] = covering;
    const same = covering.size === 1 && only !== undefined && isEqual(placed, only);
    return find(
      same ? 'duplicate' : 'wider',
      'warning',
      same
        ? `got a permit equal to ${only.name}, expected one of them`
        : `got a permit all of which ${namesOf([...covering])} ${covering.size > 1 ? 'settle' : 'permits'} too, with its duties, expected one that adds something; a narrower permit does not narrow, a forbid does`,
      [...covering],
    );
  }

  function idleForbid(placed: PlacedRule, sample: Facts): LintFinding | null {
    const find = findingOf(placed);
    const covering = findCover(placed, sample, ['forbid'], stays, tools);
    if (!covering) return idleShadowForbid(placed);
    const [only] = covering;
    return covering.length === 1 && only !== undefined && isEqual(placed, only)
      ? find('duplicate', 'warning', `got a forbid equal to ${only.name}, expected one of them`, covering)
      : find(
          'shadowed',
          'warning',
          `got a forbid all of which ${namesOf(covering)} ${covering.length > 1 ? 'forbid' : 'forbids'} too, expected one that adds something`,
          covering,
        );
  }

  /** A tenant's forbid on trial that would deny nothing: every enforced permit is looked at, or nothing is said. */
  function idleShadowForbid(placed: PlacedRule): LintFinding | null {
    if (placed.rule.mode !== 'shadow' || !scope || enforcedPermits.length > mostHit) return null;
    const hits = enforcedPermits.some(
      (permit) => search.find({ goals: [matchOf(placed), matchOf(permit)], scope }) !== 'none',
    );
    if (hits) return null;
    return findingOf(placed)(
      'idle',
      'warning',
      'got a forbid on trial that no permit meets, expected one that would deny something',
    );
  }

  function ofIntent(placed: PlacedRule): LintFinding[] {
    const sample = samples.get(placed);
    if (!sample || gone.has(placed) || placed.rule.mode === 'shadow') return [];
    const find = findingOf(placed);
    if (placed.rule.effect === 'forbid') return lintForbidAbsence(placed, tools, find);
    return [...lintWiderPermit(placed, sample, find), ...lintPermitAbsence(placed, tools, find)];
  }

  /** A permit whose condition keeps nothing out, as another permits all of it without the same duties. */
  function lintWiderPermit(placed: PlacedRule, sample: Facts, find: Find): LintFinding[] {
    let tried = 0;
    for (const wide of matchingOf(tools, ['permit'], sample)) {
      if (wide === placed || !stays(wide)) continue;
      tried += 1;
      if (tried > mostTried) break;
      if (!covers(wide, placed, tools) || typeof remainder(wide, [placed], tools) === 'string') continue;
      const limits = loserLimits(placed, wide);
      const own = [...placed.duties].filter((duty) => !wide.duties.has(duty));
      return [
        find(
          'narrow',
          'note',
          `got a permit that keeps nothing out, as ${wide.name} permits all of it and more; it only adds its duties there (${own.join(', ')}); to keep requests out write a forbid`,
          [wide],
        ),
        ...limits.map(({ field, max, lower }) =>
          find(
            'limit',
            'warning',
            `got a limit of ${field} to ${max} that never counts, as ${wide.name} limits it to ${lower} wherever this one matches, expected a lower one`,
            [wide],
          ),
        ),
      ];
    }
    return [];
  }

  function stays(other: PlacedRule): boolean {
    return !gone.has(other);
  }

  function isEqual(one: PlacedRule, other: PlacedRule): boolean {
    return one.duties.size === other.duties.size && covers(one, other, tools) && one.duties.isSubsetOf(other.duties);
  }

  /** Whether both conditions are true for the same requests; a forbid besides matches what is unknown. */
  function isSameCondition(permit: PlacedRule, forbid: PlacedRule): boolean {
    const goals = [
      { formula: forbid.formula, allowed: truthBits.true },
      { formula: permit.formula, allowed: truthBits.false | truthBits.unknown },
    ];
    const reverse = [
      { formula: permit.formula, allowed: truthBits.true },
      { formula: forbid.formula, allowed: truthBits.false | truthBits.unknown },
    ];
    return [goals, reverse].every((each) => search.find({ goals: each, scope }) === 'none');
  }
}

/** Limits of a permit that a wider one undercuts: both apply, and the lower one counts. */
function loserLimits({ rule }: PlacedRule, wide: PlacedRule): { field: string; max: number; lower: number }[] {
  const limits = (wide.rule.obligations ?? []).filter((duty) => duty.type === 'limit');
  return (rule.obligations ?? []).flatMap((duty) => {
    if (duty.type !== 'limit') return [];
    const lower = limits.find(({ field, max }) => field === duty.field && max < duty.max);
    return lower ? [{ field: duty.field, max: duty.max, lower: lower.max }] : [];
  });
}

function namesOf(rules: readonly PlacedRule[]): string {
  return rules.map(({ name }) => name).join(' and ');
}
