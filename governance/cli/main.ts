// `npm run policy -- COMMAND`: what a security engineer does with policies, from a terminal or a pipeline.
// Next: governance/cli/commands.ts, the commands there are.
import { runCli } from './commands.ts';

process.exitCode = await runCli(process.argv.slice(2), {
  environment: process.env,
  write: (text) => void process.stdout.write(text),
  writeError: (text) => void process.stderr.write(text),
});
