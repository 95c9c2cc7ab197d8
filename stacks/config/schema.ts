// What an environment is: its zod schema with defaults.
// Next: stacks/config/check.ts, the checks across fields; stacks/config/dev.ts, one environment as data.
import { z } from 'zod';
import { cidr } from './cidr.ts';

const name = z
  .string()
  .regex(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/, 'expected lowercase letters, digits and single dashes, a letter first');
const arn = z.string().regex(/^arn:aws[a-z-]*:/, 'expected an ARN');
/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html, and the path before it. */
const roleName = z
  .string()
  .regex(
    /^([\w.-]+\/)*[\w+=,.@-]{1,64}$/,
    'expected the name of a role without its ARN, such as admin or aws-reserved/sso.amazonaws.com/AWSReservedSSO_Admin_0',
  );
const address = z.email();
const cidrBlock = z.string().refine((text) => cidr(text) !== null, 'expected an IPv4 network such as 10.20.0.0/16');
const cpuUnits = z.literal([256, 512, 1024, 2048, 4096, 8192, 16_384]);

/** Days that CloudWatch Logs accepts as retention. */
export const retentionDays = [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 3653] as const;

/** How many tasks a service has, and how large one is (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html). */
const service = z.strictObject({
  /** CPU units; 1024 are one vCPU. */
  cpu: cpuUnits.default(512),
  memoryMiB: z.int().min(512).max(122_880).default(1024),
  minTasks: z.int().min(1).max(100).default(2),
  maxTasks: z.int().min(1).max(500).default(10),
});

/** A tenant: what its cost is filed under, and whether it shares the environment or has its own. */
const tenant = z.strictObject({
  name,
  costCenter: z.string().min(1),
  /** `vpc`: the tenant gets an environment of its own, `<environment>-<tenant>`, from the same code. */
  isolation: z.enum(['shared', 'vpc']).default('shared'),
  /** The network of an isolated tenant. */
  cidr: cidrBlock.optional(),
  /** Decisions per minute; its policy document holds the quota that enforces it. */
  decisionsPerMinute: z.int().positive().default(600),
});

/** An environment's fields, each checked by itself. Unknown keys are errors. */
export const EnvironmentFields = z.strictObject({
  project: name.default('agent-runtime'),
  environment: name,
  /** `critical` environments keep what they hold: deletion protection, three zones, no spot capacity. */
  criticality: z.enum(['standard', 'critical']).default('standard'),
  region: z.string().regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'expected a region such as eu-central-1'),
  costCenter: z.string().min(1),
  /** S3 backend. Without it the state is a file beside the repository's root. */
  state: z
    .strictObject({ bucket: z.string().min(3), region: z.string().min(1), kmsKeyArn: arn.optional() })
    .nullable()
    .default(null),
  /** Names of the roles that administer keys, besides the infrastructure pipeline's; one of IAM Identity Center with its path. */
  keyAdministrators: z.array(roleName).default([]),
  network: z.strictObject({
    cidr: cidrBlock,
    availabilityZones: z
      .array(z.string().regex(/^[a-z]$/, 'expected the letter of a zone'))
      .min(1)
      .max(3),
    nat: z.enum(['none', 'single', 'per-az']).default('none'),
    endpoints: z.array(z.enum(['xray', 'ssmmessages', 'codedeploy'])).default([]),
    /** Networks whose callers may reach Orbit: this VPC's peers, a VPN. The VPC itself always may. */
    callerCidrs: z.array(cidrBlock).default([]),
    /** Networks where the issuer of caller tokens is, when it is reached without NAT. */
    tokenIssuerCidrs: z.array(cidrBlock).default([]),
  }),
  mesh: z.enum(['lattice', 'service-connect', 'app-mesh']).default('lattice'),
  services: z.strictObject({ orbit: service.prefault({}), axon: service.prefault({}) }).prefault({}),
  capacity: z
    .strictObject({
      /** Fargate Spot for both services. */
      spot: z.boolean().default(false),
      /** An EC2 capacity provider with GPUs for Axon. */
      gpu: z.boolean().default(false),
      /** Tasks are scaled to none outside these hours. */
      officeHours: z
        .strictObject({ start: z.int().min(0).max(23), end: z.int().min(1).max(24), timezone: z.string().min(1) })
        .nullable()
        .default(null),
    })
    .prefault({}),
  smoke: z
    .strictObject({
      /** The name that the load balancer's certificate is for; null takes the load balancer's own. */
      serverName: z.string().min(1).nullable().default(null),
    })
    .prefault({}),
  tokens: z.strictObject({
    issuer: z.url(),
    audience: z.string().min(1),
    jwksUrl: z.url(),
  }),
  reasoner: z
    .strictObject({
      kind: z.enum(['heartbeat', 'bedrock']).default('bedrock'),
      model: z.string().min(1).default('anthropic.claude-3-5-sonnet-20240620-v1:0'),
    })
    .prefault({}),
  governance: z
    .strictObject({
      memoryMiB: z.int().min(128).max(10_240).default(512),
      /** Concurrent executions kept for Governance, and its most. */
      reservedConcurrency: z.int().min(1).max(1000).default(50),
      provisionedConcurrency: z.int().min(0).max(1000).default(0),
      inVpc: z.boolean().default(false),
      /** ARN of the signing profile version that packages must be signed with. */
      signingProfileArn: arn.nullable().default(null),
    })
    .prefault({}),
  tracing: z
    .strictObject({
      to: z.enum(['none', 'xray']).default('none'),
      /** Share of the traces begun by Orbit that is recorded. */
      sampleRatio: z.number().min(0).max(1).default(0.05),
    })
    .prefault({}),
  logRetentionDays: z.literal([...retentionDays]).default(30),
  alerts: z.strictObject({ emails: z.array(address).default([]), pagerDuty: z.boolean().default(false) }).prefault({}),
  security: z
    .strictObject({
      cloudTrail: z.boolean().default(true),
      guardDuty: z.boolean().default(true),
      securityHub: z.boolean().default(true),
      config: z.boolean().default(true),
      accessAnalyzer: z.boolean().default(true),
      /** The account's buckets can never be public. */
      publicAccessBlock: z.boolean().default(true),
    })
    .prefault({}),
  delivery: z
    .strictObject({
      /** `owner/name` of the repository whose workflows deploy. */
      repository: z.string().regex(/^[\w.-]+\/[\w.-]+$/, 'expected owner/name'),
      /** An account has one provider per issuer; false when it is there already. */
      createOidcProvider: z.boolean().default(true),
    })
    .nullable()
    .default(null),
  budget: z.strictObject({
    monthlyUsd: z.number().positive(),
    /** A cost anomaly of at least this much is reported. */
    anomalyUsd: z.number().positive().default(50),
    /** An account has one monitor over its services. */
    anomalyMonitor: z.boolean().default(true),
  }),
  tenants: z.array(tenant).default([]),
});

/** What is written in a configuration file. */
export type EnvironmentInput = z.input<typeof EnvironmentFields>;
/** A configuration with its defaults. */
export type EnvironmentConfig = z.output<typeof EnvironmentFields>;
