// What is valid and yet cannot be meant: rules that never match or never matter, duties that contradict, names that nobody uses.
// Next: governance/policy/regions.ts, which proves it; governance/policy/lint-texts.ts, for what needs no proof.
import { type Condition, platformTenant, type PolicyDocument, type Rule } from './document.ts';
import { type LintFinding, type LintSeverity } from './lint-finding.ts';
import { lintTexts } from './lint-texts.ts';
import { conditionParts, globTest } from './operators.ts';
import { intersect, isNowhere, matchesOf, missesOf, regionsWhere, type Regions, withoutMatches } from './regions.ts';

/** A rule where it stands. */
interface PlacedRule {
  readonly rule: Rule;
  readonly tenant: string;
  readonly name: string;
  readonly path: string;
  readonly order: number;
}

/** How many other rules a rule is held against; what lies beyond is not claimed. */
const mostPartners = 200;

/**
 * Looks at documents together: a platform's forbids bear on every tenant's permits. INVARIANT: that a rule cannot match
 * or cannot matter is said only where it holds for every request; what cannot be proved is not said.
 *
 * @param documents - valid ones, the platform's among them where there is one
 * @param nowMs - for ends that are near, epoch milliseconds
 */
export function lintPolicies(documents: readonly PolicyDocument[], nowMs: number): LintFinding[] {
  const platform = placeRules(documents.find(({ tenant }) => tenant === platformTenant));
  return documents.flatMap((document) => {
    const own = placeRules(document);
    const bearing = document.tenant === platformTenant ? own : [...platform, ...own];
    const partners = indexPartners(bearing);
    return [...lintTexts(document, documents, nowMs), ...own.flatMap((placed) => lintRule(placed, partners(placed)))];
  });
}

function placeRules(document: PolicyDocument | undefined): PlacedRule[] {
  const { tenant = '', rules = [] } = document ?? {};
  return rules.map((rule, index) => ({
    rule,
    tenant,
    name: tenant === platformTenant ? `platform/${rule.id}` : rule.id,
    path: `rules[${index}]`,
    // The platform's come first: of two that are equal the later one adds nothing.
    order: tenant === platformTenant ? index - 1_000_000 : index,
  }));
}

/** Finds the enforced rules that may meet a rule, without looking at all of them for each. */
function indexPartners(rules: readonly PlacedRule[]): (placed: PlacedRule) => PlacedRule[] {
  const byService = new Map<string, PlacedRule[]>();
  for (const placed of rules)
    if (placed.rule.mode === 'enforce')
      for (const service of new Set(placed.rule.services)) {
        const known = byService.get(service);
        if (known) known.push(placed);
        else byService.set(service, [placed]);
      }
  return (placed) => {
    const names = new Set([...placed.rule.services, '*']);
    const found = new Set([...names].flatMap((service) => byService.get(service) ?? []));
    found.delete(placed);
    return [...found].filter(({ rule }) => sharesIntent(rule, placed.rule)).slice(0, mostPartners);
  };
}

function sharesIntent(one: Rule, other: Rule): boolean {
  return (
    one.intents.includes('*') ||
    other.intents.includes('*') ||
    one.intents.some((intent) => other.intents.includes(intent))
  );
}

function lintRule(placed: PlacedRule, partners: readonly PlacedRule[]): LintFinding[] {
  const { rule } = placed;
  const find = findingOf(placed);
  const windows = rule.when ? lintWindows(rule.when, `${placed.path}.when`, find) : [];
  if (windows.some(({ severity }) => severity === 'error')) return windows;
  if (isNowhere(matchesOf(rule)))
    return [
      find(
        'unreachable',
        'error',
        `got a condition that no request meets, expected one that some do; remove the ${rule.effect}`,
      ),
    ];
  const always =
    rule.when && isNowhere(missesOf(rule))
      ? [
          find(
            'always',
            'warning',
            'got a condition that every request meets, expected one that some do not; leave it out',
            [],
            'when',
          ),
        ]
      : [];
  const matters = rule.effect === 'permit' ? lintPermit(placed, partners, find) : lintForbid(placed, partners, find);
  return [...windows, ...always, ...matters, ...(rule.effect === 'forbid' ? lintMissing(placed, find) : [])];
}

type Find = (
  check: string,
  severity: LintSeverity,
  message: string,
  related?: readonly PlacedRule[],
  below?: string,
) => LintFinding;

function findingOf({ tenant, name, path }: PlacedRule): Find {
  return (check, severity, message, related = [], below) => ({
    check,
    severity,
    tenant,
    rule: name,
    related: related.map((each) => each.name),
    path: below === undefined ? path : below.startsWith('rules') ? below : `${path}.${below}`,
    message,
  });
}

function lintPermit(placed: PlacedRule, partners: readonly PlacedRule[], find: Find): LintFinding[] {
  const forbids = partners.filter(({ rule }) => rule.effect === 'forbid');
  const covering = coveredBy(placed, forbids);
  if (covering)
    return [
      find(
        'shadowed',
        'error',
        `got a permit that ${namesOf(covering)} ${covering.length > 1 ? 'forbid' : 'forbids'} everywhere, expected one that permits something`,
        covering,
      ),
    ];
  const wider = partners.find(
    (other) =>
      other.rule.effect === 'permit' &&
      hasDutiesOf(other.rule, placed.rule) &&
      coveredBy(placed, [other]) &&
      !(isTwin(placed, other) && other.order > placed.order),
  );
  if (!wider) return [];
  const same = isTwin(placed, wider);
  const message = same
    ? `got a permit equal to ${wider.name}, expected one of them`
    : `got a permit all of which ${wider.name} permits too, expected one that adds something; a narrower permit does not narrow, a forbid does`;
  return [find(same ? 'duplicate' : 'wider', 'warning', message, [wider])];
}

function lintForbid(placed: PlacedRule, partners: readonly PlacedRule[], find: Find): LintFinding[] {
  const others = partners.filter(
    (other) => other.rule.effect === 'forbid' && !(isTwin(placed, other) && other.order > placed.order),
  );
  const covering = coveredBy(placed, others);
  if (!covering) return [];
  const twin = covering.find((other) => isTwin(placed, other));
  return [
    twin
      ? find('duplicate', 'warning', `got a forbid equal to ${twin.name}, expected one of them`, [twin])
      : find(
          'shadowed',
          'warning',
          `got a forbid all of which ${namesOf(covering)} ${covering.length > 1 ? 'forbid' : 'forbids'} too, expected one that adds something`,
          covering,
        ),
  ];
}

/** Both cover each other. */
function isTwin(one: PlacedRule, other: PlacedRule): boolean {
  return coveredBy(one, [other]) !== null && coveredBy(other, [one]) !== null;
}

/**
 * Those of some rules that together match wherever a rule does, for every service, intent and resource that it names;
 * null when that cannot be said.
 */
function coveredBy({ rule }: PlacedRule, others: readonly PlacedRule[]): PlacedRule[] | null {
  const needed = new Set<PlacedRule>();
  const matches = matchesOf(rule);
  for (const service of rule.services)
    for (const intent of rule.intents)
      for (const resource of rule.resources ?? [undefined]) {
        const reaching = others.filter((other) => reaches(other.rule, service, intent, resource));
        const used = fewest(matches, reaching);
        if (!used) return null;
        for (const each of used) needed.add(each);
      }
  return [...needed];
}

/** One that covers by itself, else all that it takes, in turn. */
function fewest(matches: Regions, others: readonly PlacedRule[]): readonly PlacedRule[] | null {
  const alone = others.find(({ rule }) => isNowhere(intersect(matches, missesOf(rule))));
  if (alone) return [alone];
  const all = withoutMatches(
    matches,
    others.map(({ rule }) => rule),
  );
  return isNowhere(all) && others.length > 0 ? others : null;
}

/** Whether a rule names everything that is meant by these; `*` and patterns only by what is as wide. */
function reaches(rule: Rule, service: string, intent: string, resource: string | undefined): boolean {
  const names = (list: readonly string[], name: string): boolean => list.includes('*') || list.includes(name);
  if (!names(rule.services, service) || !names(rule.intents, intent)) return false;
  if (!rule.resources) return true;
  if (resource === undefined) return rule.resources.includes('*');
  return rule.resources.some((pattern) => {
    if (pattern === resource || pattern === '*') return true;
    if (!resource.includes('*')) return globTest(pattern)(resource);
    return pattern.indexOf('*') === pattern.length - 1 && resource.startsWith(pattern.slice(0, -1));
  });
}

/** Whether a permit demands at least what another does. */
function hasDutiesOf(wide: Rule, narrow: Rule): boolean {
  const texts = (rule: Rule): string[] => [
    ...(rule.quotas ?? []),
    ...(rule.obligations ?? []).map((obligation) => JSON.stringify(obligation)),
  ];
  const demanded = new Set(texts(wide));
  return texts(narrow).every((text) => demanded.has(text));
}

function namesOf(rules: readonly PlacedRule[]): string {
  return rules.map(({ name }) => name).join(' and ');
}

/** Attributes whose absence alone makes a forbid match. */
function lintMissing({ rule, path }: PlacedRule, find: Find): LintFinding[] {
  if (!rule.when || rule.mode === 'shadow') return [];
  return [...attributesOf(rule.when)].flatMap((attribute) => {
    const missing = regionsWhere({ not: { exists: attribute } }, 'true');
    if (!isNowhere(intersect(missesOf(rule), missing)) || isNowhere(missing)) return [];
    const message = `got a forbid that holds for every request without ${attribute}, expected that to be meant; if not, put {"exists": "${attribute}"} beside it in "all"`;
    return [find('missing-attribute', 'note', message, [], `${path}.when`)];
  });
}

function attributesOf(condition: Condition): Set<string> {
  return new Set(
    conditionParts(condition).flatMap((part): string[] => {
      if (part.kind === 'leaf')
        return part.attribute.startsWith('context.') || part.attribute === 'subject' ? [part.attribute] : [];
      if (part.kind === 'within') return [];
      return (part.kind === 'not' ? [part.condition] : part.conditions).flatMap((inner) => [...attributesOf(inner)]);
    }),
  );
}

/** Windows that together never open, or are always open. */
function lintWindows(condition: Condition, path: string, find: Find): LintFinding[] {
  return conditionParts(condition).flatMap((part): LintFinding[] => {
    if (part.kind === 'not') return lintWindows(part.condition, `${path}.not`, find);
    if (part.kind !== 'branch') return [];
    const windows = part.conditions.filter(isWindow);
    const inner = part.conditions.flatMap((each, index) =>
      lintWindows(each, `${path}.${part.operator}[${index}]`, find),
    );
    if (windows.length < 2) return inner;
    if (part.operator === 'all' && isNowhere(regionsWhere({ all: windows }, 'true')))
      return [
        find(
          'window',
          'error',
          'got windows of time that are never open together, expected some minute in all of them',
          [],
          path,
        ),
      ];
    if (part.operator === 'any' && isNowhere(regionsWhere({ any: windows }, 'false')))
      return [
        ...inner,
        find(
          'window',
          'warning',
          'got windows of time one of which is always open, expected some minute in none of them',
          [],
          path,
        ),
      ];
    return inner;
  });
}

function isWindow(condition: Condition): boolean {
  return conditionParts(condition).every(
    (part) => part.kind === 'within' || (part.kind === 'not' && isWindow(part.condition)),
  );
}
