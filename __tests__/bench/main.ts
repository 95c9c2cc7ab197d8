// The benchmarks: ratios against something measured in the same run. `npm run bench -- decide|grants|flow` picks one.
// Next: __tests__/bench/decide.ts, __tests__/bench/grants.ts and __tests__/bench/flow.ts.
import { benchDecide } from './decide.ts';
import { benchFlow } from './flow.ts';
import { benchGrants } from './grants.ts';

const benches = { decide: benchDecide, grants: benchGrants, flow: benchFlow };
const asked = process.argv.slice(2);
for (const [name, bench] of Object.entries(benches)) {
  if (asked.length > 0 && !asked.includes(name)) continue;
  process.stdout.write(`\n${name}\n`);
  await bench();
}
