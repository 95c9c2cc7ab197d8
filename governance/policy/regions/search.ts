// Looks for a request for which some formulas come out as wanted, and says when there surely is none.
// Next: governance/policy/regions/cells.ts, among which it chooses; governance/policy/lint.ts, which asks.
import { type AttributeValue, type Facts } from '../operators.ts';
import { type Atom, atomsOf, combine, type Formula, truthFor, type TruthSet, truthBits } from './formula.ts';
import { type AttributeRange, type Cell, type Cells, cellsOf } from './cells.ts';
import { instantAt } from './week.ts';

/** A formula and the truths that it may come out as. */
export interface Goal {
  readonly formula: Formula;
  readonly allowed: TruthSet;
}

/** Whose requests are looked at: those of one tenant, or of any. */
export interface Scope {
  readonly tenant: string;
  /** Each intent with the keys of its context: a request with another key is refused before any rule is asked. */
  readonly intents: ReadonlyMap<string, ReadonlySet<string>>;
}

/** What is to be found. */
export interface Question {
  readonly goals: readonly Goal[];
  readonly scope: Scope | null;
  /** Where only some of the scope's intents can meet the goals: which. */
  readonly intents?: readonly string[];
  /** An attribute that requests lack. */
  readonly lacking?: string;
}

/** `none`: surely no request. `unclear`: perhaps one, which could not be told. Else one. */
export type Finding = 'none' | 'unclear' | Facts;

/** Answers questions. */
export interface Search {
  find(question: Question): Finding;
}

const mostSteps = 20_000;
const mostKnownCells = 50_000;

interface Variable {
  readonly name: string;
  readonly cells: Cells;
}

/** Where an atom's outcome is read: its place in a variable's cells, or for an item of a list a variable of its own. */
interface Seat {
  readonly variable: number;
  readonly slot: number;
  readonly item: number | null;
}

/** What is left of a variable, with what its atoms may still come out as. */
interface Domain {
  readonly cells: readonly number[];
  readonly truths: (TruthSet | undefined)[];
}

/** Starts a search that remembers cells from one question to the next. @param nowMs - near which times are chosen */
export function createSearch(nowMs: number): Search {
  const known = new Map<string, Cells | null>();
  return { find };

  function find({ goals, scope, intents, lacking }: Question): Finding {
    const atoms = atomsOf(goals.map(({ formula }) => formula));
    const byVariable = Map.groupBy(atoms, ({ variable }) => variable);
    if (scope && !byVariable.has('intent')) byVariable.set('intent', []);
    const variables: Variable[] = [];
    const seats = new Map<Atom, Seat>();
    const groups = scope ? groupIntents(scope, intents ?? [...scope.intents.keys()], byVariable) : [];
    for (const [name, ofVariable] of byVariable) {
      const cells = cutUp(name, ofVariable, rangeOf(name, scope, groups));
      if (!cells) return 'unclear';
      const variable = variables.push({ name, cells }) - 1;
      const items = new Map<unknown, number>();
      ofVariable.forEach((atom, slot) => {
        const isItem = atom.leaf?.operator === 'contains';
        if (isItem && !items.has(atom.leaf?.operand))
          items.set(atom.leaf?.operand, variables.push({ name: '', cells: eitherWay }) - 1);
        seats.set(atom, { variable, slot, item: isItem ? (items.get(atom.leaf?.operand) ?? null) : null });
      });
    }
    const restricted = (declared: ReadonlySet<string> | null, group: number): Domain[] | null => {
      const domains = variables.map(({ name, cells: { list, absent } }): Domain | null => {
        const mayBeThere = name !== lacking && (!declared || !name.startsWith('context.') || declared.has(keyOf(name)));
        const cells = name === 'intent' && scope ? [group] : mayBeThere ? list.map((_, cell) => cell) : [absent];
        return cells.includes(null) ? null : { cells: cells.filter((cell) => cell !== null), truths: [] };
      });
      return domains.includes(null) ? null : domains.filter((domain) => domain !== null);
    };

    const budget = { steps: mostSteps };
    let finding: Finding = 'none';
    for (const [group, declared] of scope
      ? groups.map(({ keys }, index) => [index, keys] as const)
      : [[0, null] as const]) {
      const domains = restricted(declared, group);
      const met = domains && meet(goals, domains, variables, seats, budget);
      if (!met) continue;
      const facts =
        met === 'unclear'
          ? 'unclear'
          : realize(goals, met, variables, seats, { tenant: scope?.tenant ?? 'default', nowMs });
      if (facts !== 'unclear') return facts;
      finding = 'unclear';
    }
    return finding;
  }

  function cutUp(name: string, atoms: readonly Atom[], range: AttributeRange): Cells | null {
    if (range.kind === 'texts') return cellsOf(name, atoms, range);
    const key = `${name} ${atoms.map(({ id }) => id).join(' ')}`;
    const found = known.get(key);
    if (found !== undefined) return found;
    if (known.size >= mostKnownCells) known.clear();
    const cells = cellsOf(name, atoms, range);
    known.set(key, cells);
    return cells;
  }
}

const eitherWay: Cells = {
  list: [truthBits.false, truthBits.true].map((truth) => ({ outcomes: [truth], sample: null, isList: false })),
  absent: 0,
};

function keyOf(name: string): string {
  return name.slice('context.'.length);
}

function rangeOf(name: string, scope: Scope | null, groups: readonly { name: string }[]): AttributeRange {
  if (name.startsWith('context.')) return { kind: 'context' };
  if (name.startsWith('time in ')) return { kind: 'time' };
  if (name === 'subject') return { kind: 'optional text' };
  if (scope && name === 'tenant') return { kind: 'texts', values: [scope.tenant] };
  if (scope && name === 'intent') return { kind: 'texts', values: groups.map((group) => group.name) };
  return { kind: 'text' };
}

/** One intent for all that the question does not tell apart. */
function groupIntents(
  scope: Scope,
  names: readonly string[],
  byVariable: ReadonlyMap<string, readonly Atom[]>,
): { name: string; keys: ReadonlySet<string> }[] {
  const asked = [...byVariable.keys()].filter((name) => name.startsWith('context.')).map(keyOf);
  const atoms = byVariable.get('intent') ?? [];
  const groups = new Map<string, { name: string; keys: ReadonlySet<string> }>();
  for (const name of names) {
    const keys = scope.intents.get(name);
    if (!keys) continue;
    const facts: Facts = { service: '', intent: name, tenant: '', subject: '', resource: '', context: {}, nowMs: 0 };
    const key = [...atoms.map(({ test }) => test(facts)), ...asked.map((each) => keys.has(each))].join(' ');
    if (!groups.has(key)) groups.set(key, { name, keys });
  }
  return [...groups.values()];
}

type Seats = ReadonlyMap<Atom, Seat>;

/** Domains in which every goal is met whatever is chosen; null when there surely are none. */
function meet(
  goals: readonly Goal[],
  domains: readonly Domain[],
  variables: readonly Variable[],
  seats: Seats,
  budget: { steps: number },
): readonly Domain[] | 'unclear' | null {
  budget.steps -= 1;
  if (budget.steps < 0) return 'unclear';
  const truthsOf = (atom: Atom): TruthSet => atomTruths(atom, domains, variables, seats);
  let open: Goal | undefined;
  for (const goal of goals) {
    const truths = combine(goal.formula, truthsOf);
    if ((truths & goal.allowed) === 0) return null;
    if (!open && (truths & ~goal.allowed) !== 0) open = goal;
  }
  if (!open) return domains;
  const atom = openAtom(open.formula, truthsOf);
  const seat = atom && seats.get(atom);
  if (!seat) return 'unclear';
  let isUnclear = false;
  for (const [variable, cells] of split(seat, domains, variables)) {
    const met = meet(
      goals,
      domains.map((domain, index) => (index === variable ? { cells, truths: [] } : domain)),
      variables,
      seats,
      budget,
    );
    if (met === 'unclear') isUnclear = true;
    else if (met) return met;
  }
  return isUnclear ? 'unclear' : null;
}

function atomTruths(atom: Atom, domains: readonly Domain[], variables: readonly Variable[], seats: Seats): TruthSet {
  const seat = seats.get(atom);
  const domain = seat && domains[seat.variable];
  if (!domain) return truthBits.true | truthBits.false | truthBits.unknown;
  let truths = domain.truths[seat.slot];
  if (truths === undefined) {
    truths = 0;
    for (const cell of domain.cells) truths |= outcomeOf(variables[seat.variable], cell, seat.slot) || isOfItem;
    domain.truths[seat.slot] = truths;
  }
  if ((truths & isOfItem) === 0) return truths;
  const item = domains[seat.item ?? -1]?.cells ?? [];
  return (truths & ~isOfItem) | item.reduce((all, cell) => all | outcomeOf(variables[seat.item ?? -1], cell, 0), 0);
}

/** Stands for what the items of a list decide. */
const isOfItem = 8;

function outcomeOf(variable: Variable | undefined, cell: number, slot: number): TruthSet {
  return variable?.cells.list[cell]?.outcomes[slot] ?? 0;
}

/** An atom on which it depends what a formula comes out as. */
function openAtom(formula: Formula, truthsOf: (atom: Atom) => TruthSet): Atom | undefined {
  if (formula.kind === 'atom') return isSingle(truthsOf(formula.atom)) ? undefined : formula.atom;
  if (formula.kind === 'not') return openAtom(formula.part, truthsOf);
  for (const part of formula.parts) {
    if (isSingle(combine(part, truthsOf))) continue;
    const atom = openAtom(part, truthsOf);
    if (atom) return atom;
  }
  return undefined;
}

function isSingle(truths: TruthSet): boolean {
  return (truths & (truths - 1)) === 0;
}

/** A variable's cells by how the atom comes out in them; those of an item once only lists are left. */
function split(
  { variable, slot, item }: Seat,
  domains: readonly Domain[],
  variables: readonly Variable[],
): (readonly [number, readonly number[]])[] {
  const cells = domains[variable]?.cells ?? [];
  const groups = Map.groupBy(cells, (cell) => outcomeOf(variables[variable], cell, slot));
  if (item !== null && groups.size === 1) return (domains[item]?.cells ?? []).map((cell) => [item, [cell]] as const);
  return Array.from(groups.values(), (group) => [variable, group] as const);
}

/** A request out of what is left, if one can be told and really meets the goals. */
function realize(
  goals: readonly Goal[],
  domains: readonly Domain[],
  variables: readonly Variable[],
  seats: Seats,
  { tenant, nowMs }: { readonly tenant: string; readonly nowMs: number },
): Facts | 'unclear' {
  const chosen = new Map<string, AttributeValue | undefined>();
  const instants = [nowMs];
  for (const [index, { name, cells }] of variables.entries()) {
    if (name === '') continue;
    const left = (domains[index]?.cells ?? [])
      .map((cell) => cells.list[cell])
      .filter((cell): cell is Cell => cell !== undefined);
    const cell = left.find(({ sample }) => sample !== null);
    if (!cell) return 'unclear';
    if (name.startsWith('time in '))
      for (const { sample } of left)
        instants.push(instantAt(name.slice('time in '.length), Number(sample?.value), nowMs));
    else chosen.set(name, cell.isList ? itemsOf(index, domains, seats) : cell.sample?.value);
  }
  const text = (name: string, otherwise: string): string => String(chosen.get(name) ?? otherwise);
  const subject = chosen.get('subject');
  const facts = {
    service: text('service', 'orbit'),
    intent: text('intent', 'act'),
    tenant: text('tenant', tenant),
    resource: text('resource', 'axon:/reason'),
    subject: typeof subject === 'string' ? subject : undefined,
    context: Object.fromEntries(
      [...chosen].flatMap(([name, value]) =>
        name.startsWith('context.') && value !== undefined ? [[keyOf(name), value]] : [],
      ),
    ),
  };
  for (const instant of instants) {
    const request = { ...facts, nowMs: instant };
    if (goals.every(({ formula, allowed }) => (truthFor(formula, request) & allowed) !== 0)) return request;
  }
  return 'unclear';
}

/** The items that a list must have. */
function itemsOf(variable: number, domains: readonly Domain[], seats: Seats): string[] {
  return [...seats].flatMap(([{ leaf }, seat]) => {
    if (seat.variable !== variable || seat.item === null) return [];
    const left = domains[seat.item]?.cells ?? [];
    return left.length === 1 && left[0] === 1 ? [String(leaf?.operand)] : [];
  });
}
