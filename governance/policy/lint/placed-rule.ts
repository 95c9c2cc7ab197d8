// A rule where it stands, with what lint asks of it.
// Next: governance/policy/regions/search.ts, which answers; governance/policy/lint/rule-index.ts, which finds rules by request.
import { type PolicyDocument, platformTenant, type Rule } from '../document.ts';
import { type FormulaBook, type RuleFormula, type TruthSet, truthBits } from '../regions/formula.ts';
import { type LintFinding, type LintSeverity } from '../lint-finding.ts';
import { type Goal } from '../regions/search.ts';

/** A rule of one document. */
export interface PlacedRule extends RuleFormula {
  readonly rule: Rule;
  readonly tenant: string;
  /** As decisions name it. */
  readonly name: string;
  readonly path: string;
  /** Quotas and obligations, each as a text of its own. */
  readonly duties: ReadonlySet<string>;
}

/** A document's rules in their order. */
export function placeRules({ tenant, rules }: PolicyDocument, book: FormulaBook): PlacedRule[] {
  return rules.map((rule, index) => ({
    rule,
    tenant,
    name: tenant === platformTenant ? `platform/${rule.id}` : rule.id,
    path: `rules[${index}]`,
    ...book.ofRule(rule),
    duties: new Set([
      ...(rule.quotas ?? []).map((quota) => `quota ${quota}`),
      ...(rule.obligations ?? []).map((obligation) => JSON.stringify(obligation)),
    ]),
  }));
}

const { true: holds, false: fails, unknown } = truthBits;

/** What a condition comes out as where its rule matches. */
export function matchTruths({ effect }: Rule): TruthSet {
  return effect === 'permit' ? holds : holds | unknown;
}

/** That a rule matches. */
export function matchOf({ rule, formula }: PlacedRule): Goal {
  return { formula, allowed: matchTruths(rule) };
}

/** That it does not. */
export function missOf({ rule, formula }: PlacedRule): Goal {
  return { formula, allowed: (holds | fails | unknown) & ~matchTruths(rule) };
}

/** Makes one finding of a rule. */
export type Find = (
  check: string,
  severity: LintSeverity,
  message: string,
  related?: readonly PlacedRule[],
  path?: string,
) => LintFinding;

/** Starts the findings of a rule. */
export function findingOf({ tenant, name, path }: PlacedRule): Find {
  return (check, severity, message, related = [], below = path) => ({
    check,
    severity,
    tenant,
    rule: name,
    related: related.map((each) => each.name),
    path: below,
    message,
  });
}
