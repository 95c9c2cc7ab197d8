// The CDKTF app: configuration → stacks → synth → infra/.
// Next: stacks/config/schema.ts, what an environment is; stacks/synthesize.ts, what becomes of it.
import path from 'node:path';
import { dev } from './stacks/config/dev.ts';
import { ConfigurationError, loadEnvironments } from './stacks/config/load.ts';
import { prod } from './stacks/config/prod.ts';
import { staging } from './stacks/config/staging.ts';
import { modules } from './stacks/library.ts';
import { GuardError, synthesize } from './stacks/synthesize.ts';

try {
  const warnings = synthesize({
    environments: loadEnvironments({ dev, staging, prod }),
    modules,
    infra: path.resolve(import.meta.dirname, process.env['INFRA_FOLDER'] ?? 'infra'),
  });
  for (const warning of warnings) process.stderr.write(`warning: ${warning}\n`);
} catch (error) {
  if (!(error instanceof ConfigurationError || error instanceof GuardError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
