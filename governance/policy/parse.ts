// Reads a policy document from text: JSON, then the schema, then what no single field can say; all issues at once.
// Next: governance/policy/compile.ts, which turns the document into an index of closures.
import * as z from 'zod/mini';
import {
  type AttributeType,
  type Condition,
  PolicyDocument,
  platformTenant,
  policyLimits,
  type Rule,
} from './document.ts';
import { describeIssues, formatPath, type Issue, showValue } from './issues.ts';
import { readJson } from './json.ts';
import { conditionParts, operandProblem, operatorTypes } from './operators.ts';

/** A document that may be compiled, or everything that is wrong with it. */
export type PolicyReading = { ok: true; document: PolicyDocument } | { ok: false; issues: Issue[] };

/**
 * Reads a policy document. Never throws: whatever the text is, the answer is a document or a list of issues.
 *
 * @param text - JSON, at most 8 MiB
 */
export function parsePolicy(text: string): PolicyReading {
  if (text.length > policyLimits.documentBytes) {
    return refuse([{ path: '', got: `${text.length} characters`, expected: `at most ${policyLimits.documentBytes}` }]);
  }
  const json = readJson(text, policyLimits.nestingDepth);
  const ofKeys = json.ok ? [] : json.issues;
  if (!json.ok && !('value' in json)) return refuse(ofKeys);
  const parsed = z.safeParse(PolicyDocument, json.value);
  if (!parsed.success) {
    const told = new Set(ofKeys.map(({ path }) => path));
    return refuse([...ofKeys, ...describeIssues(parsed.error, json.value).filter(({ path }) => !told.has(path))]);
  }
  const issues = [
    ...ofKeys,
    ...checkRuleIds(parsed.data.rules),
    ...parsed.data.rules.flatMap((rule, index) => checkRule(rule, index, parsed.data)),
  ];
  return issues.length > 0 ? refuse(issues) : { ok: true, document: parsed.data };
}

/** Writes a document as the JSON text that {@link parsePolicy} reads back as the same document. */
export function printPolicy(document: PolicyDocument): string {
  return `${JSON.stringify(document, null, 2)}\n`;
}

function refuse(issues: Issue[]): PolicyReading {
  return { ok: false, issues };
}

function checkRuleIds(rules: readonly Rule[]): Issue[] {
  const first = new Map<string, number>();
  return rules.flatMap(({ id }, index) => {
    const earlier = first.get(id);
    if (earlier === undefined) first.set(id, index);
    return earlier === undefined
      ? []
      : [{ path: `rules[${index}].id`, got: showValue(id), expected: `an id of its own; rules[${earlier}] has it` }];
  });
}

function checkRule(rule: Rule, index: number, document: PolicyDocument): Issue[] {
  const at = (...path: PropertyKey[]) => formatPath(['rules', index, ...path]);
  const issues: Issue[] = [];
  const add = (path: string, value: unknown, expected: string) =>
    issues.push({ path, got: showValue(value), expected });

  if (rule.effect === 'permit') checkPermit();
  else checkForbid();
  rule.intents.forEach((intent, position) => {
    if (intent !== '*' && !Object.hasOwn(document.intents, intent))
      add(at('intents', position), intent, 'an intent that this document declares');
  });
  rule.quotas?.forEach((quota, position) => {
    if (!Object.hasOwn(document.quotas, quota))
      add(at('quotas', position), quota, 'a quota that this document declares');
  });
  if (rule.when)
    checkCondition(
      rule.when,
      ['when'],
      rule,
      document,
      { depth: 1, nodes: { left: policyLimits.conditionNodes } },
      (path, got, expected) => add(at(...path), got, expected),
    );
  return issues;

  function checkPermit(): void {
    if (document.tenant === platformTenant)
      add(at('effect'), 'permit', '"forbid": the platform document never permits');
    for (const field of ['services', 'intents', 'resources'] as const) {
      rule[field]?.forEach((name, position) => {
        if (name.includes('*')) add(at(field, position), name, 'exact names in a permit');
      });
    }
    if (!rule.resources) add(at('resources'), undefined, 'the resources that the permit covers');
  }

  function checkForbid(): void {
    if (rule.quotas) add(at('quotas'), rule.quotas, 'no quotas in a forbid');
    if (rule.obligations) add(at('obligations'), rule.obligations, 'no obligations in a forbid');
  }
}

interface Budget {
  depth: number;
  nodes: { left: number };
}

function checkCondition(
  condition: Condition,
  path: readonly PropertyKey[],
  rule: Rule,
  document: PolicyDocument,
  budget: Budget,
  add: (path: readonly PropertyKey[], got: unknown, expected: string) => void,
): void {
  budget.nodes.left -= 1;
  if (budget.nodes.left === -1) add(path, condition, `at most ${policyLimits.conditionNodes} conditions in one rule`);
  if (budget.depth > policyLimits.conditionDepth)
    return add(path, condition, `at most ${policyLimits.conditionDepth} levels of conditions`);
  const parts = conditionParts(condition);
  const [part] = parts;
  if (!part || parts.length > 1) return add(path, condition, 'exactly one operator');

  const inner = { ...budget, depth: budget.depth + 1 };
  switch (part.kind) {
    case 'branch':
      return part.conditions.forEach((each, index) =>
        checkCondition(each, [...path, part.operator, index], rule, document, inner, add),
      );
    case 'not':
      return checkCondition(part.condition, [...path, 'not'], rule, document, inner, add);
    case 'within':
      return;
    case 'leaf': {
      const problem = operandProblem(part);
      if (problem !== undefined) add([...path, part.operator, 1], part.operand, problem);
      const where = part.operator === 'exists' ? [...path, 'exists'] : [...path, part.operator, 0];
      if (part.attribute === 'tenant' && document.tenant !== platformTenant)
        return add(where, 'tenant', 'no test of the tenant outside the platform document');
      const fitting = operatorTypes(part);
      for (const type of attributeTypes(part.attribute, rule, document)) {
        if (type === undefined)
          return add(where, part.attribute, `a context key that ${rule.intents.join(', ')} declares`);
        if (fitting && !fitting.includes(type))
          add(
            where,
            `${part.attribute} (${type})`,
            `an attribute of type ${fitting.join(' or ')} for "${part.operator}"`,
          );
      }
    }
  }
}

/** The declared types of an attribute over the intents a rule covers; `undefined` where nothing declares it. */
function attributeTypes(attribute: string, rule: Rule, document: PolicyDocument): Set<AttributeType | undefined> {
  if (!attribute.startsWith('context.')) return new Set(['string']);
  const key = attribute.slice('context.'.length);
  const typeIn = (intent: string) => {
    const declared = Object.hasOwn(document.intents, intent) ? document.intents[intent]?.context : undefined;
    return declared && Object.hasOwn(declared, key) ? declared[key] : undefined;
  };
  if (!rule.intents.includes('*')) return new Set(rule.intents.map(typeIn));
  const declared = Object.keys(document.intents)
    .map(typeIn)
    .filter((type) => type !== undefined);
  return new Set(declared.length > 0 ? declared : [undefined]);
}
