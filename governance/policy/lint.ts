// What is valid and yet cannot be meant: rules that never match or never matter, duties that contradict, names that nobody uses.
// Next: governance/policy/lint/rule-checks.ts, rule by rule; governance/policy/lint-texts.ts, for what needs no proof.
import { platformTenant, type PolicyDocument } from './document.ts';
import { type LintFinding } from './lint-finding.ts';
import { lintTexts } from './lint-texts.ts';
import { type CoverTools, type Effect } from './lint/cover.ts';
import { type PlacedRule, placeRules } from './lint/placed-rule.ts';
import { createRuleIndex, type RuleIndex } from './lint/rule-index.ts';
import { createRuleChecks } from './lint/rule-checks.ts';
import { createFormulaBook } from './regions/formula.ts';
import { createSearch, type Scope } from './regions/search.ts';

/**
 * Looks at documents together: a platform's forbids bear on every tenant's permits. INVARIANT: that a rule cannot match
 * or cannot matter is said only where it holds for every request; what cannot be proved is not said. And whoever takes
 * out every rule that is said not to matter changes no decision: none is held against one that is said to go.
 *
 * @param documents - valid ones, the platform's among them where there is one
 * @param nowMs - for ends that are near, epoch milliseconds
 */
export function lintPolicies(documents: readonly PolicyDocument[], nowMs: number): LintFinding[] {
  const book = createFormulaBook();
  const search = createSearch(nowMs);
  const gone = new Set<PlacedRule>();
  const platform = documents.find(({ tenant }) => tenant === platformTenant);
  const platformRules = platform ? placeRules(platform, book) : [];
  const platformIndexes = indexByEffect(platformRules);
  const ofRules = new Map<PolicyDocument, LintFinding[]>();
  // The platform first: what it says of its own rules bears on what is said of the others.
  for (const document of [...(platform ? [platform] : []), ...documents.filter((each) => each !== platform)]) {
    const isPlatform = document === platform;
    const rules = isPlatform ? platformRules : placeRules(document, book);
    const own = isPlatform ? platformIndexes : indexByEffect(rules);
    const indexesOf = (effect: Effect): RuleIndex[] => [...new Set([platformIndexes[effect], own[effect]])];
    const indexes = { permit: indexesOf('permit'), forbid: indexesOf('forbid') };
    const unclear = new Set<PlacedRule>();
    const tools: CoverTools = {
      search,
      scope: isPlatform ? null : scopeOf(document),
      indexes,
      noteUnclear: (placed) => unclear.add(placed),
    };
    const findings = lintRules(rules, tools, gone, book);
    const isSpent = [...indexes.permit, ...indexes.forbid].some((index) => index.isSpent());
    if (unclear.size > 0 || isSpent) findings.push(unclearFinding(document, unclear));
    ofRules.set(document, findings);
  }
  return documents.flatMap((document) => [...lintTexts(document, documents, nowMs), ...(ofRules.get(document) ?? [])]);
}

/** In the order of the document, though the last rule is asked first: of two that are equal the later one goes. */
function lintRules(
  rules: readonly PlacedRule[],
  tools: CoverTools,
  gone: Set<PlacedRule>,
  book: ReturnType<typeof createFormulaBook>,
): LintFinding[] {
  const checks = createRuleChecks(rules, tools, gone, book);
  const found = new Map<PlacedRule, LintFinding[]>();
  for (const placed of rules.toReversed()) found.set(placed, checks.ofReach(placed));
  for (const isLast of [false, true])
    for (const placed of rules.toReversed()) found.get(placed)?.push(...checks.ofMatter(placed, isLast));
  for (const placed of rules) found.get(placed)?.push(...checks.ofIntent(placed));
  return rules.flatMap((placed) => found.get(placed) ?? []);
}

/** Enforced rules only: none other makes one idle. */
function indexByEffect(rules: readonly PlacedRule[]): Record<Effect, RuleIndex> {
  const of = (effect: Effect): RuleIndex =>
    createRuleIndex(rules.filter(({ rule }) => rule.effect === effect && rule.mode === 'enforce'));
  return { permit: of('permit'), forbid: of('forbid') };
}

function scopeOf({ tenant, intents }: PolicyDocument): Scope {
  return {
    tenant,
    intents: new Map(Object.entries(intents).map(([name, { context }]) => [name, new Set(Object.keys(context))])),
  };
}

function unclearFinding({ tenant }: PolicyDocument, unclear: ReadonlySet<PlacedRule>): LintFinding {
  const related = [...unclear].slice(0, 10).map(({ name }) => name);
  const which = unclear.size > 0 ? `${unclear.size} rules` : 'more rules';
  return {
    check: 'unclear',
    severity: 'note',
    tenant,
    rule: null,
    related,
    path: 'rules',
    message: `got ${which} than can be told apart from the others, expected fewer alike; nothing is claimed of them`,
  };
}
