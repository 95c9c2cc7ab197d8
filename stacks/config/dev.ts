// The development environment: two zones, spot capacity, off outside office hours.
// Next: stacks/config/staging.ts, which is prod in small.
import { type EnvironmentInput } from './schema.ts';

/** Development. */
export const dev: EnvironmentInput = {
  environment: 'dev',
  region: 'eu-central-1',
  costCenter: 'platform',
  network: {
    cidr: '10.20.0.0/16',
    availabilityZones: ['a', 'b'],
    callerCidrs: ['10.0.0.0/16'],
    tokenIssuerCidrs: ['10.0.0.0/16'],
    endpoints: ['codedeploy'],
  },
  services: { orbit: { minTasks: 2 }, axon: { minTasks: 2 } },
  capacity: { spot: true, officeHours: { start: 7, end: 20, timezone: 'Europe/Berlin' } },
  tokens: {
    issuer: 'https://tokens.dev.example.com',
    audience: 'agent-runtime',
    jwksUrl: 'https://tokens.dev.example.com/jwks.json',
  },
  security: { securityHub: false, config: false },
  delivery: { repository: 'example/agent-runtime' },
  budget: { monthlyUsd: 600 },
  tenants: [{ name: 'acme', costCenter: 'acme', decisionsPerMinute: 300 }],
};
