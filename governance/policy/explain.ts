// Why a request was decided as it was: every rule that could have matched, and which condition held or failed.
// Next: governance/policy/decide.ts, whose answer this accompanies and never replaces.
import { type CompiledPolicy, type CompiledRule, type RuleSet, rulesOf } from './compile.ts';
import { type Condition } from './document.ts';
import { decide, type PolicyRequest, type Verdict } from './decide.ts';
import {
  attributeReader,
  type AttributeValue,
  compileCondition,
  conditionParts,
  type Facts,
  type Truth,
} from './operators.ts';

/** One condition with its outcome. A leaf names the attribute, the value found and the literal it was compared with. */
export interface ConditionTrace {
  readonly operator: string;
  readonly outcome: Truth;
  readonly attribute?: string;
  /** What the request had; undefined when it had nothing. */
  readonly got?: AttributeValue | undefined;
  readonly compared?: unknown;
  readonly conditions?: readonly ConditionTrace[];
}

/** A candidate rule: whether it matched, and its condition's outcome. */
export interface RuleTrace {
  readonly rule: string;
  readonly effect: 'permit' | 'forbid';
  readonly mode: 'enforce' | 'shadow';
  readonly matched: boolean;
  readonly when?: ConditionTrace;
}

/** The verdict and all rules that name this service, intent and resource, in order of id, the platform's first. */
export interface Explanation {
  readonly verdict: Verdict;
  readonly rules: readonly RuleTrace[];
}

/** Explains a decision. Takes the arguments of {@link decide}; evaluates every condition, also where `decide` need not. */
export function explain(
  policy: CompiledPolicy,
  platform: CompiledPolicy | null,
  request: PolicyRequest,
  nowMs: number,
): Explanation {
  const verdict = decide(policy, platform, request, nowMs);
  if (verdict.resource === null) return { verdict, rules: [] };
  const facts: Facts = { ...request, subject: request.subject, resource: request.resource ?? verdict.resource, nowMs };
  const candidates = [...(platform ? candidateRules(platform, facts) : []), ...candidateRules(policy, facts)];
  return { verdict, rules: candidates.map((rule) => traceRule(rule, facts)) };
}

function candidateRules(policy: CompiledPolicy, { service, intent, resource }: Facts): CompiledRule[] {
  const rules = new Set<CompiledRule>();
  const add = (set: RuleSet | undefined) => {
    for (const rule of set ? rulesOf(set) : []) rules.add(rule);
  };
  for (const byIntent of [policy.index.get(service), policy.index.get('*')]) {
    for (const bucket of [byIntent?.get(intent), byIntent?.get('*')]) {
      add(bucket?.byResource.get(resource));
      add(bucket?.anyResource);
      for (const pattern of bucket?.byPattern ?? []) if (pattern.matches(resource)) add(pattern.rules);
    }
  }
  return [...rules].sort((a, b) => (a.id < b.id ? -1 : 1));
}

function traceRule({ id, effect, test, source }: CompiledRule, facts: Facts): RuleTrace {
  const truth = test(facts);
  const matched = effect === 'permit' ? truth === 'true' : truth !== 'false';
  const trace = { rule: id, effect, mode: source.mode, matched };
  return source.when ? { ...trace, when: traceCondition(source.when, facts) } : trace;
}

function traceCondition(condition: Condition, facts: Facts): ConditionTrace {
  const outcome = compileCondition(condition)(facts);
  const [part] = conditionParts(condition);
  switch (part?.kind) {
    case 'leaf': {
      const { operator, attribute, operand } = part;
      return {
        operator,
        outcome,
        attribute,
        got: attributeReader(attribute)(facts),
        ...(operator === 'exists' ? {} : { compared: operand }),
      };
    }
    case 'within':
      return { operator: 'within', outcome, got: new Date(facts.nowMs).toISOString(), compared: part.within };
    case 'branch':
      return {
        operator: part.operator,
        outcome,
        conditions: part.conditions.map((each) => traceCondition(each, facts)),
      };
    case 'not':
      return { operator: 'not', outcome, conditions: [traceCondition(part.condition, facts)] };
    case undefined:
      return { operator: 'none', outcome };
  }
}
