// Which rules and conditions a set of decisions has exercised: every rule decides once, every condition holds and fails once.
// Next: governance/policy/explain.ts, whose traces are counted; governance/cli/test.ts, which prints what is missing.
import { type PolicyDocument, platformTenant } from './document.ts';
import { type ConditionTrace, type Explanation } from './explain.ts';
import { type Truth } from './operators.ts';

/** What the decisions have made of one condition. `path` leads to it from the document's root. */
export interface ConditionCoverage {
  readonly path: string;
  readonly holds: boolean;
  readonly fails: boolean;
}

/** What they have made of one rule. */
export interface RuleCoverage {
  readonly tenant: string;
  /** As decisions name it. */
  readonly rule: string;
  /** Its path from the document's root. */
  readonly path: string;
  readonly matched: boolean;
  /** It gave an answer, or would have in shadow mode. */
  readonly decided: boolean;
  /** Itself first, then what it is made of; empty for a rule without a condition. */
  readonly conditions: readonly ConditionCoverage[];
}

/** The whole of it. A rule counts once, a condition twice: where it holds and where it fails. */
export interface Coverage {
  readonly rules: readonly RuleCoverage[];
  readonly covered: number;
  readonly total: number;
}

/** A decision that was explained, by the tenant it was made for. */
export interface ExplainedDecision extends Explanation {
  readonly tenant: string;
}

/** Counts. A tenant's rules are exercised by decisions for that tenant, the platform's by all. */
export function measureCoverage(
  documents: readonly PolicyDocument[],
  decisions: readonly ExplainedDecision[],
): Coverage {
  const rules = documents.flatMap((document) => {
    const ofTenant = decisions.filter(({ tenant }) => document.tenant === platformTenant || document.tenant === tenant);
    return document.rules.map((_, index) => coverRule(document, index, ofTenant));
  });
  const points = rules.flatMap(({ decided, conditions }) => [
    decided,
    ...conditions.flatMap(({ holds, fails }) => [holds, fails]),
  ]);
  return { rules, covered: points.filter(Boolean).length, total: points.length };
}

function coverRule(
  { tenant, rules }: PolicyDocument,
  index: number,
  decisions: readonly ExplainedDecision[],
): RuleCoverage {
  const id = rules[index]?.id ?? '';
  const rule = tenant === platformTenant ? `platform/${id}` : id;
  const path = `rules[${index}]`;
  const traces = decisions.flatMap((decision) => decision.rules.filter((trace) => trace.rule === rule));
  const outcomes = new Map<string, Set<Truth>>();
  // What no request has reached is missing too.
  const when = rules[index]?.when;
  if (when) notePaths(when, `${path}.when`, outcomes);
  for (const trace of traces) if (trace.when) noteOutcomes(trace.when, `${path}.when`, outcomes);
  return {
    tenant,
    rule,
    path,
    matched: traces.some(({ matched }) => matched),
    decided: decisions.some(
      ({ verdict }) => verdict.rule === rule || verdict.shadow.some((shadowed) => shadowed.rule === rule),
    ),
    conditions: Array.from(outcomes, ([where, seen]) => ({
      path: where,
      holds: seen.has('true'),
      fails: seen.has('false'),
    })),
  };
}

function notePaths(condition: object, path: string, outcomes: Map<string, Set<Truth>>): void {
  outcomes.set(path, new Set());
  for (const [operator, operand] of Object.entries(condition) as [string, unknown][]) {
    if ((operator === 'all' || operator === 'any') && Array.isArray(operand))
      operand.forEach((inner: object, at) => notePaths(inner, `${path}.${operator}[${at}]`, outcomes));
    else if (operator === 'not' && typeof operand === 'object' && operand !== null)
      notePaths(operand, `${path}.not`, outcomes);
  }
}

function noteOutcomes(trace: ConditionTrace, path: string, outcomes: Map<string, Set<Truth>>): void {
  outcomes.get(path)?.add(trace.outcome);
  trace.conditions?.forEach((inner, at) =>
    noteOutcomes(inner, trace.operator === 'not' ? `${path}.not` : `${path}.${trace.operator}[${at}]`, outcomes),
  );
}
