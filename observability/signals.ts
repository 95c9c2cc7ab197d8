// Every metric that an alarm or a dashboard names: AWS's own, what the programs write, what is counted in log lines.
// Next: observability/emf.ts, how the programs write them; observability/alarm.ts, which judges them.

/** Namespace of our own metrics; each environment has its own below it, `AgentRuntime/<prefix>`. */
export const namespace = 'AgentRuntime';

/** Whose value a dimension has; the stack knows the names of an environment. */
export type Subject =
  | 'cluster'
  | 'orbit'
  | 'axon'
  | 'governance'
  | 'rotation'
  | 'certificate'
  | 'load-balancer'
  /** One of the two of each service: an alarm that names it is made for every one. */
  | 'target-group'
  /** The two that callers are served by; but during a deployment only one of them has traffic. */
  | 'orbit-blue'
  | 'orbit-green'
  | 'dead-letters'
  | 'policies-table'
  | 'quotas-table'
  | 'grants-table';

/** A metric: where it is, what it is called, of whom. */
export interface Signal {
  readonly namespace: string;
  readonly name: string;
  readonly unit: 'Count' | 'Milliseconds' | 'Percent' | 'Seconds' | 'None' | 'Bytes/Second';
  /** Dimension → whose value. */
  readonly dimensions: Readonly<Record<string, Subject>>;
  /** The dimension whose values the program itself names, with a series for each. */
  readonly by?: string;
}

const loadBalancer = { LoadBalancer: 'load-balancer' } as const;
/** What callers notice: the whole load balancer's figures hold Orbit's own calls to Axon as well. */
function ofCallers<Name extends string, Unit extends Signal['unit'], Group extends Subject>(
  name: Name,
  unit: Unit,
  group: Group,
) {
  return {
    namespace: 'AWS/ApplicationELB',
    name,
    unit,
    dimensions: { ...loadBalancer, TargetGroup: group },
  } as const;
}
const own = <Name extends string, Unit extends Signal['unit']>(name: Name, unit: Unit) =>
  ({ namespace, name, unit, dimensions: {} }) as const;
const ofService = (service: 'orbit' | 'axon') => ({ ClusterName: 'cluster', ServiceName: service }) as const;

function throttles<T extends Subject>(what: 'Read' | 'Write', table: T) {
  return {
    namespace: 'AWS/DynamoDB',
    name: `${what}ThrottleEvents`,
    unit: 'Count',
    dimensions: { TableName: table },
  } as const;
}

/** By Container Insights alone (https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Container-Insights-metrics-ECS.html). */
function traffic(service: 'orbit' | 'axon', direction: 'Rx' | 'Tx') {
  return {
    namespace: 'ECS/ContainerInsights',
    name: `Network${direction}Bytes`,
    unit: 'Bytes/Second',
    dimensions: ofService(service),
  } as const;
}

/** Metrics by what they say. */
export const signals = {
  orbitReceived: traffic('orbit', 'Rx'),
  orbitSent: traffic('orbit', 'Tx'),
  axonReceived: traffic('axon', 'Rx'),
  axonSent: traffic('axon', 'Tx'),
  blueRequests: ofCallers('RequestCount', 'Count', 'orbit-blue'),
  greenRequests: ofCallers('RequestCount', 'Count', 'orbit-green'),
  blueErrors: ofCallers('HTTPCode_Target_5XX_Count', 'Count', 'orbit-blue'),
  greenErrors: ofCallers('HTTPCode_Target_5XX_Count', 'Count', 'orbit-green'),
  blueResponseTime: ofCallers('TargetResponseTime', 'Seconds', 'orbit-blue'),
  greenResponseTime: ofCallers('TargetResponseTime', 'Seconds', 'orbit-green'),
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
  concurrentDecisions: {
    namespace: 'AWS/Lambda',
    name: 'ConcurrentExecutions',
    unit: 'Count',
    dimensions: { FunctionName: 'governance' },
  },
  certificateDays: {
    namespace: 'AWS/CertificateManager',
    name: 'DaysToExpiry',
    unit: 'None',
    dimensions: { CertificateArn: 'certificate' },
  },
  // Decisions.
  permits: own('Permits', 'Count'),
  denials: own('Denials', 'Count'),
  failedDecisions: own('FailedDecisions', 'Count'),
  identityMismatches: own('IdentityMismatches', 'Count'),
  decisionLatency: own('DecisionLatency', 'Milliseconds'),
  decisions: { ...own('Decisions', 'Count'), by: 'reason' },
  tenantDecisions: { ...own('TenantDecisions', 'Count'), by: 'tenant' },
  tenantDenials: { ...own('TenantDenials', 'Count'), by: 'tenant' },
  policyRevision: { ...own('PolicyRevision', 'None'), by: 'tenant' },
  /** How long ago the policy that decides was last found in force. */
  policyAge: own('PolicyAge', 'Seconds'),
  /** How long ago the key that signs grants was certified. */
  certificateAge: own('CertificateAge', 'Seconds'),
  unrecordedDecisions: own('UnrecordedDecisions', 'Count'),
  /** Audit records that arrived in the log: one for each decision. */
  auditRecords: own('AuditRecords', 'Count'),
  /** Decisions whose metrics arrived in the log, counted as audit records are, so that both are there at once. */
  measuredDecisions: own('MeasuredDecisions', 'Count'),
  // Hops: all of a request, then each step of it.
  orbitLatency: own('OrbitLatency', 'Milliseconds'),
  governLatency: own('GovernLatency', 'Milliseconds'),
  actLatency: own('ActLatency', 'Milliseconds'),
  axonLatency: own('AxonLatency', 'Milliseconds'),
  verifyLatency: own('VerifyLatency', 'Milliseconds'),
  reasonLatency: own('ReasonLatency', 'Milliseconds'),
  // What goes wrong, by its code.
  orbitProblems: { ...own('OrbitProblems', 'Count'), by: 'code' },
  axonProblems: { ...own('AxonProblems', 'Count'), by: 'code' },
  unansweredQuestions: own('UnansweredQuestions', 'Count'),
  refusals: own('Refusals', 'Count'),
  replays: own('Replays', 'Count'),
  orbitErrors: own('OrbitErrors', 'Count'),
  axonErrors: own('AxonErrors', 'Count'),
  meshRefusals: own('MeshRefusals', 'Count'),
  // How near a process is to its limit.
  orbitSaturation: own('OrbitSaturation', 'Percent'),
  axonSaturation: own('AxonSaturation', 'Percent'),
  replaySetUse: own('ReplaySetUse', 'Percent'),
} as const satisfies Readonly<Record<string, Signal>>;
/** A signal of {@link signals}. */
export type SignalName = keyof typeof signals;

/** A log group by whose it is. */
export type LogSource = 'orbit' | 'axon' | 'governance' | 'mesh';

/** What each program writes itself, in the embedded metric format. */
export const emitted = {
  governance: [
    'permits',
    'denials',
    'failedDecisions',
    'identityMismatches',
    'decisionLatency',
    'decisions',
    'tenantDecisions',
    'tenantDenials',
    'policyRevision',
    'policyAge',
    'certificateAge',
  ],
  orbit: ['orbitLatency', 'governLatency', 'actLatency', 'orbitProblems', 'unansweredQuestions', 'orbitSaturation'],
  axon: [
    'axonLatency',
    'verifyLatency',
    'reasonLatency',
    'axonProblems',
    'refusals',
    'replays',
    'axonSaturation',
    'replaySetUse',
  ],
} as const satisfies Partial<Record<LogSource, readonly SignalName[]>>;
/** A signal that a program writes. */
export type EmittedSignal = (typeof emitted)[keyof typeof emitted][number];

/** A metric that is counted in log lines (https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html). */
export interface CountedLine {
  readonly signal: SignalName;
  readonly source: LogSource;
  readonly pattern: string;
}

const errorLines = '{ ($.level = "error") || ($.level = "fatal") }';

/** What is counted in lines: where a program cannot count, or may say it from anywhere. */
export const countedLines: readonly CountedLine[] = [
  {
    signal: 'unrecordedDecisions',
    source: 'governance',
    pattern: '{ $.message = "audit record could not be written" }',
  },
  { signal: 'auditRecords', source: 'governance', pattern: '{ ($.message = "decision") && ($.chain = "*") }' },
  { signal: 'measuredDecisions', source: 'governance', pattern: '{ $.Permits >= 0 }' },
  { signal: 'orbitErrors', source: 'orbit', pattern: errorLines },
  { signal: 'axonErrors', source: 'axon', pattern: errorLines },
  // https://docs.aws.amazon.com/vpc-lattice/latest/ug/monitoring-access-logs.html: `-` where a call was let through.
  {
    signal: 'meshRefusals',
    source: 'mesh',
    pattern: '{ ($.authDeniedReason = "*") && ($.authDeniedReason != "-") }',
  },
];
