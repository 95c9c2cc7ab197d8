// A million decisions by ours and by Cedar on exported documents. `npm run bench -- cedar-differential --pairs N --seed N`
// Next: __tests__/support/cedar-differential.ts, which asks both.
import { parseArgs } from 'node:util';
import * as fc from 'fast-check';
import { readWholeNumber } from '../../governance/cli/command.ts';
import { createProgress } from '../../governance/cli/progress.ts';
import { compareWorld, type Tally } from '../support/cedar-differential.ts';
import { type CedarWorld, cedarWorlds } from '../support/cedar-generators.ts';

const requestsPerDocument = 100;
const documentsPerRound = 50;
/** How long a disagreement may be shrunk, in milliseconds. */
const shrinkMs = 120_000;

/** Prints what was compared; sets the exit code to 1 and prints the smallest world found when the engines disagree. */
export function benchCedarDifferential(args: readonly string[] = process.argv.slice(2)): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: { pairs: { type: 'string', default: '1000000' }, seed: { type: 'string', default: '1' } },
    allowPositionals: true,
  });
  const pairs = readWholeNumber('--pairs', values.pairs, [1, 1_000_000_000]);
  const seed = readWholeNumber('--seed', values.seed, [0, 2 ** 31 - 1]);
  const progress = createProgress(
    {
      environment: {},
      write: () => undefined,
      writeError: (text) => process.stderr.write(text),
      readInput: () => Promise.resolve(''),
      isTerminal: process.stderr.isTTY,
      nowMs: Date.now,
    },
    'comparing',
    pairs,
  );
  const startedMs = performance.now();
  const tally: Tally = new Map();
  const counted = { pairs: 0, documents: 0, disagreements: 0 };
  let smallest: CedarWorld | null = null;
  for (let round = 0; counted.pairs < pairs && smallest === null; round += 1) {
    smallest = compareRound(seed + round, (world) => {
      const differences = compareWorld(world, tally).length;
      counted.pairs += world.requests.length;
      counted.documents += 1;
      counted.disagreements += differences;
      progress.advance(counted.pairs);
      return differences === 0;
    });
  }
  progress.end();
  const seconds = (performance.now() - startedMs) / 1000;
  const lines = [
    `pairs          ${counted.pairs}`,
    `documents      ${counted.documents}`,
    ...[...tally.keys()].sort().map((reason) => `agreed         ${String(tally.get(reason)).padStart(9)} ${reason}`),
    `disagreements  ${counted.disagreements}`,
    `seconds        ${seconds.toFixed(1)} (${Math.round(counted.pairs / seconds)} pairs/s), seed ${seed}`,
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
  if (smallest !== null) {
    const [first] = compareWorld(smallest, new Map());
    process.stdout.write(`${JSON.stringify({ ...first, ...smallest, requests: undefined }, null, 2)}\n`);
    process.exitCode = 1;
  }
  return Promise.resolve();
}

/** One round of documents; the shrunk world on which the engines disagree, or null. */
function compareRound(seed: number, agree: (world: CedarWorld) => boolean): CedarWorld | null {
  const details = fc.check(fc.property(cedarWorlds(requestsPerDocument), agree), {
    seed,
    numRuns: documentsPerRound,
    interruptAfterTimeLimit: shrinkMs,
    markInterruptAsFailure: true,
  });
  if (details.failed && details.counterexample === null)
    throw new Error(`got no end of a round within ${shrinkMs} ms, expected one; give fewer --pairs`);
  return details.counterexample?.[0] ?? null;
}
