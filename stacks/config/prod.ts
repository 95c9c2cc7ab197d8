// The production environment: three zones, nothing that can be lost by a slip.
// Next: stacks/config/load.ts, which reads all three.
import { type EnvironmentInput } from './schema.ts';

/** Production. */
export const prod: EnvironmentInput = {
  environment: 'prod',
  criticality: 'critical',
  region: 'eu-central-1',
  costCenter: 'platform',
  state: { bucket: 'agent-runtime-prod-terraform-state', region: 'eu-central-1' },
  network: {
    cidr: '10.22.0.0/16',
    availabilityZones: ['a', 'b', 'c'],
    endpoints: ['xray', 'codedeploy'],
    callerCidrs: ['10.0.0.0/16'],
    tokenIssuerCidrs: ['10.0.0.0/16'],
  },
  services: {
    orbit: { cpu: 1024, memoryMiB: 2048, minTasks: 3, maxTasks: 30 },
    axon: { cpu: 1024, memoryMiB: 2048, minTasks: 3, maxTasks: 30 },
  },
  tokens: {
    issuer: 'https://tokens.example.com',
    audience: 'agent-runtime',
    jwksUrl: 'https://tokens.example.com/jwks.json',
  },
  governance: { memoryMiB: 1024, reservedConcurrency: 500, provisionedConcurrency: 20 },
  tracing: { to: 'xray' },
  logRetentionDays: 365,
  alerts: { pagerDuty: true },
  delivery: { repository: 'example/agent-runtime' },
  budget: { monthlyUsd: 6000, anomalyUsd: 200 },
};
