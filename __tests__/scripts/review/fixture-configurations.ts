// The small configurations whose plans are the fixtures: what is applied first, and what is planned then.
// Next: __tests__/scripts/review/make-fixtures.ts, which runs Terraform on them.

/** A root module as JSON, without its provider. */
export type Root = Readonly<Record<string, unknown>>;

/** One plan to make. */
export interface FixtureConfiguration {
  readonly name: string;
  /** Applied first; nothing when it is empty. */
  readonly before: Root;
  readonly after: Root;
  /** Between the two: the state is lost, so that what is there can be imported; or someone changes the account by hand. */
  readonly between?: 'lose-state' | 'change-retention';
}

const statement = (text: Record<string, unknown>[]): string =>
  JSON.stringify({ Version: '2012-10-17', Statement: text });
const trust = statement([
  { Effect: 'Allow', Principal: { Service: 'ecs-tasks.amazonaws.com' }, Action: 'sts:AssumeRole' },
]);
const trustOfAnAccount = statement([
  { Effect: 'Allow', Principal: { Service: 'ecs-tasks.amazonaws.com' }, Action: 'sts:AssumeRole' },
  { Effect: 'Allow', Principal: { AWS: 'arn:aws:iam::210987654321:root' }, Action: 'sts:AssumeRole' },
]);
const table = (rest: Record<string, unknown>) => ({
  name: 'orders',
  billing_mode: 'PAY_PER_REQUEST',
  hash_key: 'id',
  attribute: [{ name: 'id', type: 'S' }],
  ...rest,
});
const network = {
  aws_vpc: { main: { cidr_block: '10.9.0.0/16' } },
  aws_security_group: { door: { name: 'door', description: 'callers', vpc_id: '${aws_vpc.main.id}' } },
};
const ingress = (cidr: string, port = 443) => ({
  security_group_id: '${aws_security_group.door.id}',
  ip_protocol: 'tcp',
  from_port: port,
  to_port: port,
  cidr_ipv4: cidr,
});
const queue = (rest: Record<string, unknown> = {}) => ({ name: 'jobs', sqs_managed_sse_enabled: true, ...rest });
const queuePolicy = (principal: unknown, condition?: Record<string, unknown>) =>
  statement([
    {
      Effect: 'Allow',
      Principal: principal,
      Action: 'sqs:SendMessage',
      Resource: '*',
      ...(condition && { Condition: condition }),
    },
  ]);
const role = (rest: Record<string, unknown> = {}) => ({ name: 'worker', assume_role_policy: trust, ...rest });
const heldBy = { name: 'permissions', role: '${aws_iam_role.worker.name}' };
const permissions = (text: Record<string, unknown>[]) => ({ ...heldBy, policy: statement(text) });
const reading = {
  Sid: 'Read',
  Effect: 'Allow',
  Action: ['s3:GetObject'],
  Resource: ['arn:aws:s3:::reports/*'],
  Condition: { Bool: { 'aws:SecureTransport': 'true' } },
};
const bucketBlock = (on: boolean) => ({
  bucket: '${aws_s3_bucket.reports.id}',
  block_public_acls: on,
  block_public_policy: on,
  ignore_public_acls: true,
  restrict_public_buckets: true,
});
const logOf = (name: string) => ({ resource: { aws_cloudwatch_log_group: { app: { name, retention_in_days: 30 } } } });
const queueOf = (address: string, name: string) => ({ resource: { aws_sqs_queue: { [address]: queue({ name }) } } });
const hostile =
  '`</code></details>--><img src=x onerror=alert(1)> @octocat #1 |\n### Plan: nothing to do\n``` [a](http://x)';
const changed = (wide: boolean): Root => ({
  resource: {
    ...network,
    aws_vpc_security_group_ingress_rule: { callers: ingress(wide ? '10.0.0.0/8' : '10.9.0.0/24') },
    aws_cloudwatch_log_group: { app: { name: 'app', retention_in_days: wide ? 7 : 30 } },
    aws_dynamodb_table: {
      orders: table({ deletion_protection_enabled: !wide, point_in_time_recovery: { enabled: !wide } }),
    },
    aws_iam_role: { worker: role({ assume_role_policy: wide ? trustOfAnAccount : trust }) },
    aws_iam_role_policy: {
      worker: permissions(
        wide
          ? [
              { ...reading, Action: ['s3:GetObject', 's3:PutObject'] },
              { Effect: 'Allow', Action: 'dynamodb:*', Resource: '*' },
            ]
          : [reading, { Effect: 'Deny', Action: 's3:DeleteObject', Resource: '*' }],
      ),
    },
    aws_sqs_queue: { jobs: queue() },
    aws_sqs_queue_policy: {
      jobs: {
        queue_url: '${aws_sqs_queue.jobs.id}',
        policy: wide
          ? queuePolicy('*')
          : queuePolicy('*', { ArnEquals: { 'aws:SourceArn': 'arn:aws:sns:eu-central-1:123456789012:news' } }),
      },
    },
    aws_s3_bucket: { reports: { bucket: 'reports-of-a-fixture' } },
    aws_s3_bucket_public_access_block: { reports: bucketBlock(!wide) },
  },
  output: { table: { value: wide ? 'orders-v2' : 'orders' } },
});

/** In the order in which they are made. */
export const fixtureConfigurations: readonly FixtureConfiguration[] = [
  {
    name: 'create',
    before: {},
    after: {
      resource: {
        ...network,
        aws_vpc_security_group_ingress_rule: { callers: ingress('0.0.0.0/0') },
        aws_kms_key: { data: { description: 'data' } },
        aws_iam_role: { worker: role() },
        aws_iam_role_policy: {
          worker: { ...heldBy, policy: '${data.aws_iam_policy_document.worker.json}' },
        },
        aws_dynamodb_table: { orders: table({}) },
      },
      data: {
        aws_iam_policy_document: {
          worker: {
            statement: [
              { sid: 'Decrypt', actions: ['kms:Decrypt'], resources: ['${aws_kms_key.data.arn}'] },
              { sid: 'Metrics', actions: ['cloudwatch:PutMetricData'], resources: ['*'] },
            ],
          },
        },
      },
    },
  },
  { name: 'change', before: changed(false), after: changed(true) },
  {
    name: 'replace',
    before: { resource: { ...network, aws_dynamodb_table: { orders: table({}) } } },
    after: {
      resource: {
        aws_vpc: network.aws_vpc,
        aws_security_group: { door: { ...network.aws_security_group.door, name: 'front-door' } },
        aws_dynamodb_table: {
          orders: table({
            range_key: 'at',
            attribute: [
              { name: 'id', type: 'S' },
              { name: 'at', type: 'N' },
            ],
          }),
        },
      },
    },
  },
  {
    name: 'destroy',
    before: {
      resource: {
        aws_s3_bucket: { reports: { bucket: 'reports-of-a-fixture-2' } },
        aws_s3_bucket_public_access_block: { reports: bucketBlock(true) },
        aws_cloudwatch_log_group: { app: { name: 'app-2' } },
        aws_kms_key: { data: { description: 'data' } },
        aws_iam_role: { worker: role({ name: 'worker-2' }) },
        aws_iam_role_policy: { worker: permissions([{ Effect: 'Deny', Action: 's3:*', Resource: '*' }, reading]) },
      },
    },
    after: { resource: { aws_kms_key: { data: { description: 'data' } } } },
  },
  {
    name: 'move',
    before: queueOf('jobs', 'moved'),
    after: {
      ...queueOf('tasks', 'moved'),
      moved: [{ from: 'aws_sqs_queue.jobs', to: 'aws_sqs_queue.tasks' }],
    },
  },
  {
    name: 'import',
    before: logOf('imported'),
    between: 'lose-state',
    after: {
      ...logOf('imported'),
      import: [{ to: 'aws_cloudwatch_log_group.app', id: 'imported' }],
    },
  },
  {
    name: 'forget',
    before: queueOf('jobs', 'forgotten'),
    after: { removed: [{ from: 'aws_sqs_queue.jobs', lifecycle: { destroy: false } }] },
  },
  {
    name: 'drift',
    before: logOf('drifting'),
    between: 'change-retention',
    after: logOf('drifting'),
  },
  {
    name: 'unknown',
    before: {
      resource: {
        ...network,
        aws_vpc_security_group_ingress_rule: { callers: ingress('10.9.0.0/24') },
        aws_iam_role: { worker: role({ name: 'worker-3' }) },
        aws_iam_role_policy: { worker: permissions([reading]) },
        aws_sqs_queue: {
          jobs: queue({ name: 'unknown', policy: queuePolicy({ AWS: 'arn:aws:iam::123456789012:root' }) }),
        },
      },
    },
    after: {
      resource: {
        ...network,
        aws_security_group: {
          ...network.aws_security_group,
          other: { name: 'other', description: 'others', vpc_id: '${aws_vpc.main.id}' },
        },
        aws_vpc_security_group_ingress_rule: {
          callers: {
            security_group_id: '${aws_security_group.door.id}',
            ip_protocol: 'tcp',
            from_port: 443,
            to_port: 443,
            referenced_security_group_id: '${aws_security_group.other.id}',
          },
        },
        aws_kms_key: { data: { description: 'data' } },
        aws_iam_role: { worker: role({ name: 'worker-3' }) },
        aws_iam_role_policy: {
          worker: { ...heldBy, policy: '${data.aws_iam_policy_document.worker.json}' },
        },
        aws_sqs_queue: {
          jobs: queue({
            name: 'unknown',
            policy:
              '${jsonencode({Version = "2012-10-17", Statement = [{Effect = "Allow", Principal = "*", Action = "sqs:*", Resource = aws_kms_key.data.arn}]})}',
          }),
        },
      },
      data: {
        aws_iam_policy_document: {
          worker: { statement: [{ sid: 'Decrypt', actions: ['kms:Decrypt'], resources: ['${aws_kms_key.data.arn}'] }] },
        },
      },
    },
  },
  {
    name: 'nothing',
    before: queueOf('jobs', 'unchanged'),
    after: queueOf('jobs', 'unchanged'),
  },
  {
    name: 'sensitive',
    before: secret('one'),
    after: secret('two'),
  },
  {
    name: 'hostile',
    before: { resource: { aws_sqs_queue: { jobs: queue({ name: 'hostile', tags: { owner: 'team' } }) } } },
    after: {
      resource: {
        aws_sqs_queue: { jobs: queue({ name: 'hostile', tags: { owner: hostile } }) },
        aws_iam_role: { worker: role({ name: 'worker-5', description: 'plain' }) },
        aws_iam_role_policy: {
          worker: permissions([
            { Effect: 'Allow', Action: 's3:GetObject', Resource: `arn:aws:s3:::reports/${hostile}` },
          ]),
        },
        aws_cloudwatch_log_group: { each: { for_each: { [hostile]: 'by-key' }, name: '${each.value}' } },
      },
    },
  },
];

function secret(which: string): Root {
  return {
    variable: { word: { type: 'string', sensitive: true, default: `swordfish-${which}` } },
    resource: {
      aws_ssm_parameter: { word: { name: '/word', type: 'SecureString', value: `hunter-${which}` } },
      aws_sqs_queue: { jobs: queue({ name: 'sensitive', tags: { word: '${var.word}' } }) },
      aws_iam_role: { worker: role({ name: 'worker-4' }) },
      aws_iam_role_policy: { worker: { ...permissions([]), policy: sensitivePolicy() } },
    },
    output: { word: { value: '${var.word}', sensitive: true } },
  };
}

function sensitivePolicy(): string {
  return '${jsonencode({Version = "2012-10-17", Statement = [{Effect = "Allow", Action = "s3:GetObject", Resource = "arn:aws:s3:::${var.word}/*"}]})}';
}
