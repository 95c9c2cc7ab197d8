// All values an attribute can have, cut into cells that the atoms in question do not tell apart.
// Next: governance/policy/regions/search.ts, which chooses among them.
import { parseCidr } from '../cidr.ts';
import { type AttributeValue, type Facts } from '../operators.ts';
import { addressRegionsOf } from './addresses.ts';
import { type Atom, type TruthSet, truthBits } from './formula.ts';
import { meetingsOf, type PatternParts } from './text-patterns.ts';
import { edgesOf, isOpenAt } from './week.ts';

/** Values that every atom in question treats alike. */
export interface Cell {
  /** How each atom comes out, in order; 0 for an atom about items of a list, in the cell of all lists. */
  readonly outcomes: readonly TruthSet[];
  /** One value of the cell, where one is known. A minute of the week for a time. */
  readonly sample: { readonly value: AttributeValue | undefined } | null;
  readonly isList: boolean;
}

/** An attribute's cells, all values there are among them. */
export interface Cells {
  readonly list: readonly Cell[];
  /** The cell of requests that lack the attribute. */
  readonly absent: number | null;
}

/** What is known of an attribute beyond its name. */
export type AttributeRange =
  | { readonly kind: 'context' | 'optional text' | 'text' | 'time' }
  | { readonly kind: 'texts'; readonly values: readonly string[] };

/**
 * Cuts an attribute's values up.
 *
 * INVARIANT: every value that a request can have lies in a cell with exactly its outcomes. There may be cells without a
 * value, never values without a cell.
 *
 * @returns null where the atoms are too many to be looked at together
 */
export function cellsOf(variable: string, atoms: readonly Atom[], range: AttributeRange): Cells | null {
  const at = (value: AttributeValue | undefined): Cell => ({
    outcomes: atoms.map((atom) => truthBits[atom.test(factsWith(variable, value))]),
    sample: { value },
    isList: false,
  });
  if (range.kind === 'time') return { list: merge(timeCells(atoms)), absent: null };
  if (range.kind === 'texts') return { list: range.values.map(at), absent: null };
  const absent = range.kind === 'text' ? [] : [at(undefined)];
  const texts = textCells(atoms, at);
  if (!texts) return null;
  const others =
    range.kind === 'context' ? [...numbersOf(atoms).map(at), at(true), at(false), listCell(atoms, at)] : [];
  const list = merge([...absent, ...others, ...texts]);
  return { list, absent: absent.length > 0 ? 0 : null };
}

/** A request of which one attribute matters. */
function factsWith(variable: string, value: AttributeValue | undefined): Facts {
  const text = (name: string): string => (name === variable && typeof value === 'string' ? value : '');
  return {
    service: text('service'),
    intent: text('intent'),
    tenant: text('tenant'),
    resource: text('resource'),
    subject: variable === 'subject' && typeof value === 'string' ? value : undefined,
    context:
      variable.startsWith('context.') && value !== undefined ? { [variable.slice('context.'.length)]: value } : {},
    nowMs: 0,
  };
}

/** One cell for each way to come out, with a sample where any has one; the first stays the first. */
function merge(cells: readonly Cell[]): Cell[] {
  const merged = new Map<string, Cell>();
  for (const cell of cells) {
    const key = `${cell.isList} ${cell.outcomes.join(' ')}`;
    const known = merged.get(key);
    if (!known || (!known.sample && cell.sample)) merged.set(key, cell);
  }
  return [...merged.values()];
}

/** Every number that an atom names, and one between each two and beyond. A gap without a number in it needs no cell. */
function numbersOf(atoms: readonly Atom[]): number[] {
  const named = atoms.flatMap(({ leaf }) => [leaf?.operand].flat().filter((each) => typeof each === 'number'));
  const points = [...new Set(named)].sort((a, b) => a - b);
  const [least = 0, greatest = 0] = [points[0], points.at(-1)];
  const between = points.slice(1).map((point, index) => {
    const below = points[index] ?? 0;
    const middle = (below + point) / 2;
    return Number.isFinite(middle) ? middle : below / 2 + point / 2;
  });
  return [...points, ...between, least - Math.max(1, Math.abs(least)), greatest + Math.max(1, Math.abs(greatest))];
}

/** Lists, told apart item by item elsewhere. */
function listCell(atoms: readonly Atom[], at: (value: AttributeValue) => Cell): Cell {
  const { outcomes, sample } = at([]);
  return {
    outcomes: outcomes.map((outcome, index) => (atoms[index]?.leaf?.operator === 'contains' ? 0 : outcome)),
    sample,
    isList: true,
  };
}

function timeCells(atoms: readonly Atom[]): Cell[] {
  const windows = atoms.flatMap(({ within }) => within ?? []);
  return [...new Set(windows.flatMap(edgesOf))].map((minute) => ({
    outcomes: windows.map((within) => (isOpenAt(within, minute) ? truthBits.true : truthBits.false)),
    sample: { value: minute },
    isList: false,
  }));
}

function textCells(atoms: readonly Atom[], at: (value: AttributeValue | undefined) => Cell): Cell[] | null {
  const patterns = atoms.flatMap((atom) => {
    const parts = patternOf(atom);
    return parts ? [{ atom, parts }] : [];
  });
  const networks = atoms.flatMap((atom) => {
    const network = atom.leaf?.operator === 'cidr' ? parseCidr(String(atom.leaf.operand)) : undefined;
    return network ? [{ atom, network }] : [];
  });
  const regions = networks.length === 0 ? [] : addressRegionsOf(networks.map(({ network }) => network));
  const literals = new Set([...atoms.flatMap(literalsOf), ...regions.map(({ address }) => address)]);
  const meetings = meetingsOf(
    patterns.map(({ parts }) => parts),
    literals,
  );
  if (!meetings) return null;
  const indexes = new Map(atoms.map((atom, index) => [atom, index]));
  // No text that an atom names: what patterns and networks do not say, it says as of any other.
  const [plain] = meetingsOf([], literals) ?? [];
  const unnamed = at(plain?.text ?? unlikely).outcomes;
  const cellWith = (matches: readonly boolean[], network: (index: number) => TruthSet, sample?: string): Cell => {
    const outcomes = [...unnamed];
    const set = (atom: Atom, truth: TruthSet): void => void (outcomes[indexes.get(atom) ?? -1] = truth);
    patterns.forEach(({ atom }, index) => set(atom, matches[index] ? truthBits.true : truthBits.false));
    networks.forEach(({ atom }, index) => set(atom, network(index)));
    const real = sample === undefined ? undefined : at(sample);
    return { outcomes, sample: real?.outcomes.join() === outcomes.join() ? real.sample : null, isList: false };
  };
  return [
    ...[...literals].map(at),
    ...meetings.flatMap(({ matches, isAddressLike, text }) => [
      cellWith(matches, () => truthBits.unknown, text),
      ...(isAddressLike ? regions : []).map(({ inside }) =>
        cellWith(matches, (index) => (inside[index] ? truthBits.true : truthBits.false)),
      ),
    ]),
  ];
}

/** A text for which there is no better: beyond every literal that a document may hold. */
const unlikely = '\uffff'.repeat(1025);

function patternOf({ leaf }: Atom): PatternParts | null {
  if (leaf?.operator === 'startsWith') return [String(leaf.operand), ''];
  if (leaf?.operator !== 'glob' || !String(leaf.operand).includes('*')) return null;
  return String(leaf.operand).split('*');
}

function literalsOf({ leaf }: Atom): string[] {
  if (!leaf || !['eq', 'ne', 'in', 'glob'].includes(leaf.operator)) return [];
  const texts = [leaf.operand].flat().filter((each) => typeof each === 'string');
  return leaf.operator === 'glob' ? texts.filter((text) => !text.includes('*')) : texts;
}
