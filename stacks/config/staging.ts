// The staging environment: prod in small, in the same three zones.
// Next: stacks/config/prod.ts.
import { type EnvironmentInput } from './schema.ts';

/** Staging. */
export const staging: EnvironmentInput = {
  environment: 'staging',
  region: 'eu-central-1',
  costCenter: 'platform',
  network: {
    cidr: '10.21.0.0/16',
    availabilityZones: ['a', 'b', 'c'],
    endpoints: ['xray', 'codedeploy'],
    callerCidrs: ['10.0.0.0/16'],
    tokenIssuerCidrs: ['10.0.0.0/16'],
  },
  tokens: {
    issuer: 'https://tokens.staging.example.com',
    audience: 'agent-runtime',
    jwksUrl: 'https://tokens.staging.example.com/jwks.json',
  },
  tracing: { to: 'xray' },
  delivery: { repository: 'example/agent-runtime' },
  budget: { monthlyUsd: 1500 },
};
