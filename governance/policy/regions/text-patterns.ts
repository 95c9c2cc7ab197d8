// Which of some patterns a text can match at the same time: all patterns are run at once over every text there can be.
// Next: governance/policy/regions/cells.ts, which asks.

/** What stands between the stars of a pattern: `['a', '']` is `a*`, a text without stars stands for itself. */
export type PatternParts = readonly string[];

/** A way in which a text can meet the patterns. */
export interface Meeting {
  readonly matches: readonly boolean[];
  /** Whether such a text can be made of the characters of an address alone. */
  readonly isAddressLike: boolean;
  /** One such text that is none of the avoided ones, where one was met. */
  readonly text: string | undefined;
}

const mostStates = 3000;
const mostSteps = 200_000;
const star = '';

/**
 * Every way in which a text can meet patterns.
 *
 * @param avoided - texts that are looked at by themselves
 * @returns null where the patterns are too many to be run at once
 */
export function meetingsOf(patterns: readonly PatternParts[], avoided: ReadonlySet<string>): Meeting[] | null {
  const machines = patterns.map(createMachine);
  const letters = lettersOf(patterns, avoided);
  const found = new Map<string, Meeting>();
  const seen = new Set<string>();
  const queue: { states: readonly number[]; isAddressLike: boolean; text: string }[] = [];
  visit(
    machines.map(({ start }) => start),
    true,
    '',
  );
  for (let next = 0; next < queue.length; next += 1) {
    const { states, isAddressLike, text } = queue[next] ?? { states: [], isAddressLike: true, text: '' };
    if (queue.length > mostStates || next * letters.length * (machines.length + 1) > mostSteps) return null;
    for (const letter of letters) {
      const after = states.map((state, index) => machines[index]?.step(state, letter) ?? 0);
      visit(after, isAddressLike && isAddressCharacter(letter), text + letter);
    }
  }
  return [...found.values()];

  function visit(states: readonly number[], isAddressLike: boolean, text: string): void {
    const matches = states.map((state, index) => machines[index]?.accepts(state) ?? false);
    const key = `${isAddressLike} ${matches.join(' ')}`;
    const known = found.get(key);
    if (known?.text === undefined)
      found.set(key, { matches, isAddressLike, text: avoided.has(text) ? undefined : text });
    const place = `${isAddressLike} ${states.join(' ')}`;
    if (seen.has(place)) return;
    seen.add(place);
    queue.push({ states, isAddressLike, text });
  }
}

/** The characters that patterns tell apart, one that none of them names, and one such that may stand in an address. */
function lettersOf(patterns: readonly PatternParts[], avoided: ReadonlySet<string>): string[] {
  const named = new Set(patterns.flatMap((parts) => parts.flatMap((part) => part.split(''))));
  const taken = new Set([...named, ...[...avoided].slice(0, 100).flatMap((text) => text.split(''))]);
  let code = 'g'.charCodeAt(0);
  while (taken.has(String.fromCharCode(code))) code += 1;
  const inAddress = '0123456789abcdefABCDEF:.'.split('').filter((letter) => !named.has(letter));
  const free = inAddress.find((letter) => !taken.has(letter)) ?? inAddress[0];
  return [String.fromCharCode(code), ...(free === undefined ? [] : [free]), ...named];
}

/** Whether an address can be written with it. */
function isAddressCharacter(letter: string): boolean {
  return /^[0-9a-fA-F:.]$/.test(letter);
}

interface Machine {
  readonly start: number;
  step(state: number, letter: string): number;
  accepts(state: number): boolean;
}

/** A pattern as an automaton whose states are made when they are met: the places in the pattern where a text may be. */
function createMachine(parts: PatternParts): Machine {
  const tokens = parts.flatMap((part, index) => [...(index === 0 ? [] : [star]), ...part.split('')]);
  const numbers = new Map<string, number>();
  const states: { places: readonly number[]; next: Map<string, number> }[] = [];
  return {
    start: numberOf([0]),
    step(state, letter) {
      const { places, next } = states[state] ?? { places: [], next: new Map<string, number>() };
      const known = next.get(letter);
      if (known !== undefined) return known;
      const reached = numberOf(
        places.flatMap((place) => (tokens[place] === star ? place : tokens[place] === letter ? place + 1 : [])),
      );
      next.set(letter, reached);
      return reached;
    },
    accepts: (state) => states[state]?.places.includes(tokens.length) ?? false,
  };

  function numberOf(reached: readonly number[]): number {
    const places = new Set<number>();
    for (const place of reached) {
      places.add(place);
      // A star may stand for nothing.
      for (let at = place; tokens[at] === star; at += 1) places.add(at + 1);
    }
    // What is before the last star that was reached leads nowhere that the star itself does not.
    const lastStar = Math.max(-1, ...[...places].filter((place) => tokens[place] === star));
    const kept = [...places].filter((place) => place >= lastStar).sort((a, b) => a - b);
    const key = kept.join(' ');
    const known = numbers.get(key);
    if (known !== undefined) return known;
    numbers.set(key, states.length);
    states.push({ places: kept, next: new Map() });
    return states.length - 1;
  }
}
