// A rule becomes Cedar policies: one for all intents in which its text is the same.
// Next: governance/policy/cedar/export-cedar.ts, which joins them to a tenant's policy set.
import { type Rule } from '../document.ts';
import { and, conditionClauses, type ConditionPlace } from './condition.ts';
import { type CedarType, entityText, hasText, quotePattern, quoteText, readText, typeProbe } from './spelling.ts';

/** One Cedar policy. */
export interface CedarPolicy {
  /** The rule's id, followed by `#1`, `#2`, … where it takes several policies. */
  readonly id: string;
  /** The rule's id, behind `platform/` when it is the platform's; `#expiry` for the end of a document. */
  readonly rule: string;
  readonly effect: 'permit' | 'forbid';
  readonly text: string;
}

/** The clauses of a rule in one intent, and what they read of the context. */
export interface RuleClauses {
  readonly clauses: readonly string[];
  readonly reads: ReadonlyMap<string, CedarType>;
}

/** Translates a rule for one intent; undefined when it can never match there. */
export function translateRule(
  rule: Rule,
  path: readonly PropertyKey[],
  place: Omit<ConditionPlace, 'reads'>,
): RuleClauses | undefined {
  const reads = new Map<string, CedarType>();
  const condition = rule.when ? conditionClauses(rule.when, rule.effect, [...path, 'when'], { ...place, reads }) : [];
  if (condition === null) return undefined;
  return { clauses: [...serviceClauses(rule), ...resourceClauses(rule, reads), ...condition], reads };
}

/** A permit's clauses that fail, and with them the permit, when a value that it or a forbid reads has another type. */
export function probeClauses(reads: ReadonlyMap<string, CedarType>): string[] {
  return Array.from(reads)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, type]) => `when { ${typeProbe(name, type)} }`);
}

/**
 * Writes a rule's policies, one for all intents with the same clauses.
 *
 * @param name - the rule's, as `CedarPolicy` has it
 * @param byIntent - the clauses in each intent that the rule may match in
 */
export function writePolicies(
  rule: Rule,
  name: string,
  byIntent: ReadonlyMap<string, readonly string[]>,
  { intentCount, platformQuotas }: { intentCount: number; platformQuotas: readonly string[] },
): CedarPolicy[] {
  const groups = new Map<string, { intents: string[]; clauses: readonly string[] }>();
  for (const [intent, clauses] of byIntent) {
    const key = clauses.join('\n');
    const group = groups.get(key) ?? { intents: [], clauses };
    group.intents.push(intent);
    groups.set(key, group);
  }
  return Array.from(groups.values(), ({ intents, clauses }, index) => {
    const id = groups.size === 1 ? name : `${name}#${index + 1}`;
    const isEvery = rule.intents.includes('*') && intents.length === intentCount;
    const head = [
      `${rule.effect} (`,
      `  ${principalText(rule)},`,
      `  ${isEvery ? 'action' : actionText(intents)},`,
      `  ${resourceText(rule)}`,
      ')',
    ].join('\n');
    const text = `${[...annotations(rule, id, platformQuotas), head, ...clauses].join('\n')};`;
    return { id, rule: name, effect: rule.effect, text };
  });
}

function annotations(
  { effect, description, quotas, obligations }: Rule,
  id: string,
  platformQuotas: readonly string[],
): string[] {
  return [
    `@id(${quoteText(id)})`,
    ...(description === undefined ? [] : [`@description(${quoteText(description.toWellFormed())})`]),
    ...(quotas ? [`@quotas(${quoteText(JSON.stringify(quotas))})`] : []),
    ...(effect === 'permit' && platformQuotas.length > 0
      ? [`@platform_quotas(${quoteText(JSON.stringify(platformQuotas))})`]
      : []),
    ...(obligations ? [`@obligations(${quoteText(JSON.stringify(obligations))})`] : []),
  ];
}

function principalText({ services }: Rule): string {
  const [service = '*', ...others] = new Set(services);
  return service === '*' || others.length > 0 ? 'principal' : `principal == ${entityText('Service', service)}`;
}

function serviceClauses({ services }: Rule): string[] {
  const names = [...new Set(services)];
  if (names.includes('*') || names.length === 1) return [];
  return [`when { [${names.map((name) => entityText('Service', name)).join(', ')}].contains(principal) }`];
}

function actionText(intents: readonly string[]): string {
  const actions = intents.map((intent) => entityText('Action', intent));
  return actions.length === 1 ? `action == ${actions.join('')}` : `action in [${actions.join(', ')}]`;
}

function resourceText({ resources = ['*'] }: Rule): string {
  const [resource = '*', ...others] = new Set(resources);
  return resource.includes('*') || others.length > 0 ? 'resource' : `resource == ${entityText('Resource', resource)}`;
}

/** Exact names by entity; patterns by the resource's text, and only a forbid has those. */
function resourceClauses({ resources = ['*'] }: Rule, reads: Map<string, CedarType>): string[] {
  const names = [...new Set(resources)];
  if (names.includes('*')) return [];
  const patterns = names.filter((name) => name.includes('*'));
  const entities = names.filter((name) => !name.includes('*')).map((name) => entityText('Resource', name));
  const isOne = `[${entities.join(', ')}].contains(resource)`;
  if (patterns.length === 0) return names.length === 1 ? [] : [`when { ${isOne} }`];
  const text = 'request_resource';
  reads.set(text, 'String');
  const outside = patterns.map((pattern) => `!(${readText(text)} like ${quotePattern(pattern.split('*'))})`);
  const others = entities.length === 0 ? [] : [`!${isOne}`];
  return [`unless { ${and([...others, hasText(text), ...outside])} }`];
}
