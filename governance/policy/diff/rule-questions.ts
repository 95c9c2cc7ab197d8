// The requests that put one rule to the test: one it decides, and for each of its comparisons those around the edge.
// Next: governance/policy/diff/solve.ts, which finds them; governance/policy/samples.ts, which asks them.
import { type AttributeType } from '../document.ts';
import { type AttributeValue, type Facts, type Leaf } from '../operators.ts';
import { boundaryValues, type Candidate, jointValues, plainest, strangers } from './boundary-values.ts';
import { type Comparison, comparisonsOf, decisiveGoals, type Goal } from './condition-tree.ts';
import { type Scene } from './scenes.ts';
import { type SideRule, type SideRules } from './side-rules.ts';
import { solve, withValue } from './solve.ts';
import { answerOf } from '../diff.ts';
import { isAskable, type Sample } from './sample.ts';
import { windowEdges } from './window-edges.ts';

/** How often other rules that decide in its place are put out of the way. */
const mostAttempts = 8;
/** Of literals that only one of two lists has, this many are tried. */
const mostLiterals = 64;

/** The questions about a rule in a scene. Each is asked of its own side as they go, to see which other rules hide it. */
export function* questionsAbout(entry: SideRule, scene: Scene, rules: SideRules, presentMs: number): Generator<Sample> {
  const avoided: SideRule[] = [];
  const inevitable = new Set<SideRule>();
  const own: Goal = { node: entry.tree, want: 'true' };
  const room = roomFor(scene, rules, presentMs);
  for (let attempt = 0; attempt < mostAttempts; attempt += 1) {
    const beside: Goal[] = [
      ...(scene.companion ? [{ node: scene.companion.tree, want: 'true' } as const] : []),
      ...avoided.map(
        ({ tree, rule }) => ({ node: tree, want: rule.effect === 'permit' ? 'not_true' : 'false' }) as const,
      ),
    ];
    const met = room.settle([own, ...beside]);
    if (met === null) {
      const last = avoided.pop();
      if (last === undefined) return;
      inevitable.add(last);
      continue;
    }
    yield room.questionFrom(met);
    let hidden = hiderOf(room.questionFrom(met));
    if (hidden === undefined) {
      for (const comparison of inOrderOfChange(entry)) {
        const edge = room.settle([...decisiveGoals(entry.tree, comparison), ...beside]) ?? met;
        for (const value of valuesFor(comparison, entry, edge)) {
          const varied = withValue(edge, comparison.attribute, value);
          if (!entry.isChanged && holdsFor(entry, varied)) continue;
          const question = room.questionFrom(varied);
          if (!isAskable(question.request)) continue;
          yield question;
          if (!entry.isChanged) break;
          hidden ??= hiderOf(question);
        }
      }
    }
    if (hidden === undefined) return;
    avoided.push(hidden);
  }

  /** The rule that decides instead, if it can be kept from it. */
  function hiderOf(question: Sample): SideRule | undefined {
    const { rule } = answerOf(rules.side, question);
    if (rule === null || rule === entry.id || rule === scene.companion?.id) return undefined;
    const found = rules.byTenant.get('*')?.get(rule) ?? rules.byTenant.get(scene.tenant)?.get(rule);
    if (!found || found.comparisons.length === 0 || inevitable.has(found) || avoided.includes(found)) return undefined;
    // A permit is no obstacle to a forbid: it only shows it the better.
    return found.rule.effect === 'permit' && entry.rule.effect === 'forbid' ? undefined : found;
  }

  function valuesFor(comparison: Comparison, { twin }: SideRule, { intent }: Facts): Candidate[] {
    const { attribute } = comparison;
    const ofTwin = twin?.isChanged === true ? twin.comparisons.filter((each) => each.attribute === attribute) : [];
    const fromTwin = ofTwin.filter(({ text }) => text !== comparison.text);
    return distinct([
      ...onlyInOne(comparison, fromTwin),
      ...[...fromTwin, comparison].flatMap((each) => room.edgesOf(each)),
      ...room.plainestOf(attribute, intent),
    ]);
  }
}

function holdsFor({ tree }: SideRule, facts: Facts): boolean {
  return solve([{ node: tree, want: 'true' }], new Map(), facts) !== null;
}

/** Comparisons that the twin does not have come first. */
function inOrderOfChange({ comparisons, twin }: SideRule): Comparison[] {
  const known = new Set(twin?.comparisons.map(({ text }) => text));
  return [...comparisons].sort((a, b) => Number(known.has(a.text)) - Number(known.has(b.text)));
}

/** Literals of an `in` that its counterpart lacks, and the other way round. */
function onlyInOne({ leaf }: Comparison, others: readonly Comparison[]): Candidate[] {
  const literals = (of: Leaf | null): readonly AttributeValue[] =>
    of?.operator === 'in' ? (of.operand as readonly AttributeValue[]) : [];
  const [mine, theirs] = [new Set(literals(leaf)), new Set(others.flatMap((each) => literals(each.leaf)))];
  return [...[...theirs].filter((each) => !mine.has(each)), ...[...mine].filter((each) => !theirs.has(each))].slice(
    0,
    mostLiterals,
  );
}

/** A scene's values: those an attribute may be given there. */
export interface Room {
  /** The plainest facts for which all goals hold. */
  settle(goals: readonly Goal[]): Facts | null;
  questionFrom(facts: Facts): Sample;
  edgesOf(comparison: Comparison): readonly Candidate[];
  plainestOf(attribute: string, intent: string): Candidate[];
}

/** Opens a scene. */
export function roomFor(scene: Scene, { side }: SideRules, presentMs: number): Room {
  const { companion: _unused, ...names } = scene;
  const own = side.tenants.get(scene.tenant);
  const endMs = Math.min(
    own?.policy.validUntilMs ?? Number.POSITIVE_INFINITY,
    side.platform?.policy.validUntilMs ?? Number.POSITIVE_INFINITY,
  );
  const nowMs = Math.min(presentMs, endMs - 1);
  const intents = { ...side.platform?.document.intents, ...own?.document.intents };
  const blank: Facts = { ...names, subject: undefined, context: {}, nowMs };
  return { settle, questionFrom, edgesOf, plainestOf };

  function settle(goals: readonly Goal[]): Facts | null {
    const domains = new Map<string, readonly Candidate[]>();
    const comparisons = goals.flatMap(({ node }) => comparisonsOf(node));
    for (const [attribute, group] of Map.groupBy(comparisons, (each) => each.attribute)) {
      if (attribute !== 'now' && attribute !== 'subject' && !attribute.startsWith('context.')) continue;
      const leaves = group.flatMap(({ leaf }) => leaf ?? []);
      const values = distinct([
        ...(attribute === 'now' ? [nowMs] : [undefined]),
        ...plainestOf(attribute, scene.intent),
        ...group.flatMap(edgesOf),
        ...jointValues(leaves),
      ]);
      domains.set(attribute, attribute === 'subject' ? values.filter(isSubject) : values);
    }
    const solved = solve(goals, domains, blank);
    return solved && [...solved].reduce((facts, [attribute, values]) => withValue(facts, attribute, values[0]), blank);
  }

  function questionFrom({ resource, subject, context, service, intent, tenant, nowMs: atMs }: Facts): Sample {
    const isDefault = resource === own?.document.intents[intent]?.resource;
    return {
      request: {
        service,
        intent,
        tenant,
        ...(subject === undefined ? {} : { subject }),
        ...(isDefault ? {} : { resource }),
        context,
      },
      nowMs: atMs,
    };
  }

  function edgesOf({ leaf, within }: Comparison): readonly Candidate[] {
    if (within) return windowEdges(within, nowMs);
    return leaf ? boundaryValues(leaf) : [];
  }

  function plainestOf(attribute: string, intent: string): Candidate[] {
    if (attribute === 'subject') return [...strangers.subjects];
    if (!attribute.startsWith('context.')) return [];
    const type: AttributeType | undefined = intents[intent]?.context[attribute.slice('context.'.length)];
    return type === undefined ? [] : [plainest[type]];
  }

  function isSubject(value: Candidate): boolean {
    return value === undefined || (typeof value === 'string' && isAskable({ ...names, subject: value, context: {} }));
  }
}

function distinct(values: readonly Candidate[]): Candidate[] {
  return [...new Map(values.map((value) => [JSON.stringify(value), value])).values()];
}
