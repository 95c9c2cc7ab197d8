// The local platform as a process of its own, so that its CPU time is counted and the load generator's is not.
// Next: __tests__/bench/flow.ts, which starts it.
import { shippedPolicies } from '../support/in-process-runtime.ts';
import { type PlatformPorts, startPlatform } from '../../services/local/platform.ts';

const ports = JSON.parse(process.argv[2] ?? '{}') as PlatformPorts;
const platform = await startPlatform({ ports, policyFolder: shippedPolicies, onLine: () => undefined });
const token = await platform.tokens.issue({ subject: 'user:bench', tenant: 'default' });
process.stdout.write(
  `${JSON.stringify({ url: platform.urls.lambda, message: 'listening', environments: platform.environments, token })}\n`,
);
process.on('SIGTERM', () => void platform.stop().then(() => process.exit(0)));
