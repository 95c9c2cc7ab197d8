// The benchmarks: ratios against something measured in the same run. `npm run bench -- decide` picks one.
// Next: __tests__/bench/decide.ts, the first of them.
import { benchCedarDifferential } from './cedar-differential.ts';
import { benchColdStart } from './cold-start.ts';
import { benchDecide } from './decide.ts';
import { benchFlow } from './flow.ts';
import { benchGrants } from './grants.ts';
import { benchScale } from './scale.ts';

const benches: Readonly<Record<string, () => void | Promise<void>>> = {
  decide: benchDecide,
  'cedar-differential': benchCedarDifferential,
  'cold-start': benchColdStart,
  scale: benchScale,
  grants: benchGrants,
  flow: benchFlow,
};
const asked = process.argv.slice(2).filter((arg) => Object.hasOwn(benches, arg));
for (const [name, bench] of Object.entries(benches)) {
  if (asked.length > 0 && !asked.includes(name)) continue;
  process.stdout.write(`\n${name}\n`);
  await bench();
}
