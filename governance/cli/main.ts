// `npm run policy -- COMMAND`: what a security engineer does with policies, from a terminal or a pipeline.
// Next: governance/cli/commands.ts, the commands there are.
import { text } from 'node:stream/consumers';
import { runCli } from './commands.ts';

process.exitCode = await runCli(process.argv.slice(2), {
  environment: process.env,
  write: (line) => void process.stdout.write(line),
  writeError: (line) => void process.stderr.write(line),
  readInput: () => text(process.stdin),
  isTerminal: process.stderr.isTTY,
  nowMs: Date.now,
});
