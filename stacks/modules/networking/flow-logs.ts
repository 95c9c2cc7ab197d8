// Flow logs: every connection, accepted or refused, in a log group of its own.
// Next: stacks/modules/alb.ts, the one door into the network.
import { CloudwatchLogGroup } from '@cdktf/provider-aws/lib/cloudwatch-log-group/index.js';
import { FlowLog } from '@cdktf/provider-aws/lib/flow-log/index.js';
import { type Vpc } from '@cdktf/provider-aws/lib/vpc/index.js';
import { type AwsAccount } from '../../constructs/aws-account.ts';
import { boundedRole, trustService, writesLogs } from '../../constructs/bounded-role.ts';
import { type ModuleStack } from '../../module-stack.ts';

/** Adds the log group, the role that writes to it, and the flow log. */
export function addFlowLogs(
  scope: ModuleStack,
  account: AwsAccount,
  { prefix, vpc, keyArn, retentionDays }: { prefix: string; vpc: Vpc; keyArn: string; retentionDays: number },
): void {
  const name = `/aws/vpc/${prefix}-flow-logs`;
  const group = new CloudwatchLogGroup(scope, 'flow_logs', { name, kmsKeyId: keyArn, retentionInDays: retentionDays });
  scope.skipCheck(group, 'CKV_AWS_338', 'days of retention are an input; the archive keeps what has to last');
  const role = boundedRole(scope, {
    prefix,
    name: 'flow-logs',
    description: 'VPC flow logs: writes to its log group.',
    trust: [trustService(account, 'vpc-flow-logs.amazonaws.com', account.arn('ec2', 'vpc-flow-log/*'))],
    permissions: [
      writesLogs(account, name),
      {
        sid: 'FindLogStreams',
        actions: ['logs:DescribeLogStreams'],
        resources: [account.arn('logs', `log-group:${name}:*`)],
      },
      // Delivery looks for its group among all (https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-iam-role.html).
      { sid: 'FindLogGroup', actions: ['logs:DescribeLogGroups'], resources: [account.arn('logs', 'log-group:*')] },
    ],
  });
  new FlowLog(scope, 'all_traffic', {
    vpcId: vpc.id,
    trafficType: 'ALL',
    logDestination: group.arn,
    iamRoleArn: role.arn,
    maxAggregationInterval: 60,
    tags: { Name: `${prefix}-flow-logs` },
  });
}
