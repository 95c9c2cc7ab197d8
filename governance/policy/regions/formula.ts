// Conditions as formulas over atoms: a rule's names and its condition alike, with one atom for each comparison however often it is made.
// Next: governance/policy/regions/search.ts, which looks for requests; governance/policy/operators.ts, the meaning of each atom.
import { type Condition, type Rule, type Within } from '../document.ts';
import { compileCondition, conditionParts, type Facts, type Leaf, type Test, type Truth } from '../operators.ts';
import { isOpenAt, localMinute, zoneName } from './week.ts';

/** Truths as a set of bits: what a formula may still come out as. */
export type TruthSet = number;
/** The bit of each truth. */
export const truthBits: Readonly<Record<Truth, TruthSet>> = { true: 1, false: 2, unknown: 4 };

/** A comparison. Its outcome depends on one variable alone: an attribute, or the local time of a zone. */
export interface Atom {
  /** Its own number among the atoms of a book. */
  readonly id: number;
  readonly variable: string;
  readonly leaf: Leaf | null;
  readonly within: Within | null;
  readonly test: Test;
}

/** A condition over atoms. */
export type Formula =
  | { readonly kind: 'atom'; readonly atom: Atom }
  | { readonly kind: 'all' | 'any'; readonly parts: readonly Formula[] }
  | { readonly kind: 'not'; readonly part: Formula };

/** What a rule says of a request is what its formula comes out as. */
export interface RuleFormula {
  /** Whether it names the request's service, intent and resource: never unknown. */
  readonly names: Formula;
  /** That, and its condition. */
  readonly formula: Formula;
}

/** Makes formulas that share their atoms. */
export interface FormulaBook {
  ofCondition(condition: Condition): Formula;
  ofRule(rule: Rule): RuleFormula;
}

/** Starts a book. */
export function createFormulaBook(): FormulaBook {
  const atoms = new Map<string, Atom>();
  return { ofCondition, ofRule };

  function ofRule(rule: Rule): RuleFormula {
    const { services, intents, resources = ['*'], when } = rule;
    const parts: Formula[] = [];
    if (!services.includes('*')) parts.push(ofCondition({ in: ['service', services] }));
    if (!intents.includes('*')) parts.push(ofCondition({ in: ['intent', intents] }));
    if (!resources.includes('*')) {
      const exact = resources.filter((resource) => !resource.includes('*'));
      const patterns = resources.filter((resource) => resource.includes('*'));
      const any = patterns.map((pattern): Condition => ({ glob: ['resource', pattern] }));
      parts.push(ofCondition({ any: exact.length > 0 ? [{ in: ['resource', exact] }, ...any] : any }));
    }
    const names: Formula = { kind: 'all', parts };
    return { names, formula: when ? { kind: 'all', parts: [...parts, ofCondition(when)] } : names };
  }

  function ofCondition(condition: Condition): Formula {
    const [part] = conditionParts(condition);
    switch (part?.kind) {
      case 'branch':
        return { kind: part.operator, parts: part.conditions.map(ofCondition) };
      case 'not':
        return { kind: 'not', part: ofCondition(part.condition) };
      case 'leaf':
        return { kind: 'atom', atom: atomOf(part.attribute, condition, part, null) };
      case 'within':
        return {
          kind: 'atom',
          atom: atomOf(`time in ${zoneName(part.within.timezone)}`, condition, null, part.within),
        };
      case undefined:
        throw new Error('got a condition without an operator, expected one that parsePolicy accepted');
    }
  }

  function atomOf(variable: string, condition: Condition, leaf: Leaf | null, within: Within | null): Atom {
    const key = `${variable} ${JSON.stringify(condition)}`;
    const known = atoms.get(key);
    if (known) return known;
    const test = within ? timeTest(within) : compileCondition(condition);
    const atom = { id: atoms.size, variable, leaf, within, test };
    atoms.set(key, atom);
    return atom;
  }
}

/** As `withinTest`, without a formatter of its own for each window. */
function timeTest(within: Within): Test {
  return ({ nowMs }) => (isOpenAt(within, localMinute(within.timezone, nowMs)) ? 'true' : 'false');
}

/** What a formula comes out as for a request. */
export function truthFor(formula: Formula, facts: Facts): TruthSet {
  return combine(formula, (atom) => truthBits[atom.test(facts)]);
}

/**
 * What a formula may come out as when each of its atoms may come out as told: Kleene's logic on sets of truths.
 *
 * INVARIANT: where every atom has one truth left, so has the formula, and it is the one that the engine finds.
 */
export function combine(formula: Formula, truthsOf: (atom: Atom) => TruthSet): TruthSet {
  switch (formula.kind) {
    case 'atom':
      return truthsOf(formula.atom);
    case 'not':
      return opposite(combine(formula.part, truthsOf));
    case 'all':
      return combineAll(formula.parts, truthsOf, truthBits.true, truthBits.false);
    case 'any':
      return combineAll(formula.parts, truthsOf, truthBits.false, truthBits.true);
  }
}

/** `neutral` leaves the others to decide, `absorbing` decides. */
function combineAll(
  parts: readonly Formula[],
  truthsOf: (atom: Atom) => TruthSet,
  neutral: TruthSet,
  absorbing: TruthSet,
): TruthSet {
  let [mayAbsorb, mayBeNeutral, mayBeUnknown, mustAbsorb] = [false, true, false, false];
  for (const part of parts) {
    const truths = combine(part, truthsOf);
    if ((truths & absorbing) !== 0) mayAbsorb = true;
    if ((truths & neutral) === 0) mayBeNeutral = false;
    if ((truths & truthBits.unknown) !== 0) mayBeUnknown = true;
    if (truths === absorbing) mustAbsorb = true;
  }
  if (mustAbsorb) return absorbing;
  return (mayAbsorb ? absorbing : 0) | (mayBeNeutral ? neutral : 0) | (mayBeUnknown ? truthBits.unknown : 0);
}

function opposite(truths: TruthSet): TruthSet {
  const [isTrue, isFalse] = [(truths & truthBits.true) !== 0, (truths & truthBits.false) !== 0];
  return (isFalse ? truthBits.true : 0) | (isTrue ? truthBits.false : 0) | (truths & truthBits.unknown);
}

/** Every atom of formulas, each once. */
export function atomsOf(formulas: readonly Formula[]): Set<Atom> {
  const found = new Set<Atom>();
  const visit = (formula: Formula): void => {
    if (formula.kind === 'atom') found.add(formula.atom);
    else if (formula.kind === 'not') visit(formula.part);
    else formula.parts.forEach(visit);
  };
  formulas.forEach(visit);
  return found;
}
