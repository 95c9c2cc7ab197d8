// Every metric that an alarm or a dashboard names: AWS's own, and what is counted in the programs' own log lines.
// Next: observability/alarm.ts, which judges them.

/** Namespace of what is counted in log lines; each environment has its own below it, `AgentRuntime/<prefix>`. */
export const namespace = 'AgentRuntime';

/** Whose value a dimension has; the stack knows the names of an environment. */
export type Subject =
  | 'cluster'
  | 'orbit'
  | 'axon'
  | 'governance'
  | 'rotation'
  | 'load-balancer'
  /** One of the two of each service: an alarm that names it is made for every one. */
  | 'target-group'
  | 'dead-letters'
  | 'policies-table'
  | 'quotas-table'
  | 'grants-table';

/** A metric: where it is, what it is called, of whom. */
export interface Signal {
  readonly namespace: string;
  readonly name: string;
  readonly unit: 'Count' | 'Milliseconds' | 'Percent' | 'Seconds';
  /** Dimension → whose value. */
  readonly dimensions: Readonly<Record<string, Subject>>;
}

const loadBalancer = { LoadBalancer: 'load-balancer' } as const;
const ofService = (service: 'orbit' | 'axon') => ({ ClusterName: 'cluster', ServiceName: service }) as const;

function throttles<T extends Subject>(what: 'Read' | 'Write', table: T) {
  return {
    namespace: 'AWS/DynamoDB',
    name: `${what}ThrottleEvents`,
    unit: 'Count',
    dimensions: { TableName: table },
  } as const;
}

/** Metrics by what they say. */
export const signals = {
  requests: { namespace: 'AWS/ApplicationELB', name: 'RequestCount', unit: 'Count', dimensions: loadBalancer },
  targetErrors: {
    namespace: 'AWS/ApplicationELB',
    name: 'HTTPCode_Target_5XX_Count',
    unit: 'Count',
    dimensions: loadBalancer,
  },
  responseTime: {
    namespace: 'AWS/ApplicationELB',
    name: 'TargetResponseTime',
    unit: 'Seconds',
    dimensions: loadBalancer,
  },
  orbitCpu: { namespace: 'AWS/ECS', name: 'CPUUtilization', unit: 'Percent', dimensions: ofService('orbit') },
  axonCpu: { namespace: 'AWS/ECS', name: 'CPUUtilization', unit: 'Percent', dimensions: ofService('axon') },
  orbitMemory: { namespace: 'AWS/ECS', name: 'MemoryUtilization', unit: 'Percent', dimensions: ofService('orbit') },
  axonMemory: { namespace: 'AWS/ECS', name: 'MemoryUtilization', unit: 'Percent', dimensions: ofService('axon') },
  invocations: {
    namespace: 'AWS/Lambda',
    name: 'Invocations',
    unit: 'Count',
    dimensions: { FunctionName: 'governance' },
  },
  functionErrors: {
    namespace: 'AWS/Lambda',
    name: 'Errors',
    unit: 'Count',
    dimensions: { FunctionName: 'governance' },
  },
  functionThrottles: {
    namespace: 'AWS/Lambda',
    name: 'Throttles',
    unit: 'Count',
    dimensions: { FunctionName: 'governance' },
  },
  functionDuration: {
    namespace: 'AWS/Lambda',
    name: 'Duration',
    unit: 'Milliseconds',
    dimensions: { FunctionName: 'governance' },
  },
  rotationErrors: { namespace: 'AWS/Lambda', name: 'Errors', unit: 'Count', dimensions: { FunctionName: 'rotation' } },
  deadLetters: {
    namespace: 'AWS/SQS',
    name: 'ApproximateNumberOfMessagesVisible',
    unit: 'Count',
    dimensions: { QueueName: 'dead-letters' },
  },
  policyThrottles: throttles('Read', 'policies-table'),
  quotaThrottles: throttles('Write', 'quotas-table'),
  grantThrottles: throttles('Write', 'grants-table'),
  unhealthyTasks: {
    namespace: 'AWS/ApplicationELB',
    name: 'UnHealthyHostCount',
    unit: 'Count',
    dimensions: { LoadBalancer: 'load-balancer', TargetGroup: 'target-group' },
  },
  balancerErrors: {
    namespace: 'AWS/ApplicationELB',
    name: 'HTTPCode_ELB_5XX_Count',
    unit: 'Count',
    dimensions: loadBalancer,
  },
  permits: { namespace, name: 'Permits', unit: 'Count', dimensions: {} },
  denials: { namespace, name: 'Denials', unit: 'Count', dimensions: {} },
  failedDecisions: { namespace, name: 'FailedDecisions', unit: 'Count', dimensions: {} },
  refusals: { namespace, name: 'Refusals', unit: 'Count', dimensions: {} },
  identityMismatches: { namespace, name: 'IdentityMismatches', unit: 'Count', dimensions: {} },
  unrecordedDecisions: { namespace, name: 'UnrecordedDecisions', unit: 'Count', dimensions: {} },
  unansweredQuestions: { namespace, name: 'UnansweredQuestions', unit: 'Count', dimensions: {} },
  orbitErrors: { namespace, name: 'OrbitErrors', unit: 'Count', dimensions: {} },
  axonErrors: { namespace, name: 'AxonErrors', unit: 'Count', dimensions: {} },
  meshRefusals: { namespace, name: 'MeshRefusals', unit: 'Count', dimensions: {} },
} as const satisfies Readonly<Record<string, Signal>>;
/** A signal of {@link signals}. */
export type SignalName = keyof typeof signals;

/** A log group by whose it is. */
export type LogSource = 'orbit' | 'axon' | 'governance' | 'mesh';

/** A metric that is counted in log lines (https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html). */
export interface CountedLine {
  readonly signal: SignalName;
  readonly source: LogSource;
  readonly pattern: string;
}

const errorLines = '{ ($.level = "error") || ($.level = "fatal") }';

/** What is counted. An audit record is one line with `allowed` and `reason`. */
export const countedLines: readonly CountedLine[] = [
  { signal: 'permits', source: 'governance', pattern: '{ $.allowed IS TRUE }' },
  { signal: 'denials', source: 'governance', pattern: '{ $.allowed IS FALSE }' },
  {
    signal: 'failedDecisions',
    source: 'governance',
    pattern: '{ $.reason = "policy_*" || $.reason = "evaluation_error" || $.reason = "governance_unavailable" }',
  },
  {
    signal: 'identityMismatches',
    source: 'governance',
    pattern: '{ $.reason = "identity_mismatch" }',
  },
  {
    signal: 'unrecordedDecisions',
    source: 'governance',
    pattern: '{ $.message = "audit record could not be written" }',
  },
  { signal: 'unansweredQuestions', source: 'orbit', pattern: '{ $.message = "governance did not answer" }' },
  { signal: 'orbitErrors', source: 'orbit', pattern: errorLines },
  { signal: 'axonErrors', source: 'axon', pattern: errorLines },
  // Any of the codes in services/axon/verify.ts.
  { signal: 'refusals', source: 'axon', pattern: '{ $.refusal = "*" }' },
  // https://docs.aws.amazon.com/vpc-lattice/latest/ug/monitoring-access-logs.html: `-` where a call was let through.
  {
    signal: 'meshRefusals',
    source: 'mesh',
    pattern: '{ ($.authDeniedReason = "*") && ($.authDeniedReason != "-") }',
  },
];
