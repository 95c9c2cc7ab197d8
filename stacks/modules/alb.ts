// The internal load balancer: a production and a test listener per service, two target groups each, TLS 1.3 in front and TLS behind.
// Next: stacks/modules/ecs-service.ts, whose tasks are the targets.
import { type DataAwsIamPolicyDocumentStatement } from '@cdktf/provider-aws/lib/data-aws-iam-policy-document/index.js';
import { LbListener } from '@cdktf/provider-aws/lib/lb-listener/index.js';
import { LbTargetGroup } from '@cdktf/provider-aws/lib/lb-target-group/index.js';
import { Lb } from '@cdktf/provider-aws/lib/lb/index.js';
import { z } from 'zod';
import { type AwsAccount, awsAccount } from '../constructs/aws-account.ts';
import { privateBucket } from '../constructs/private-bucket.ts';
import { arnInput, namePrefixInput } from '../module-inputs.ts';
import { defineModule, type ModuleOutput, type ModuleStack } from '../module-stack.ts';
import { names, ports, type Service, services, testPorts } from '../naming.ts';

const inputs = z.strictObject({
  name_prefix: namePrefixInput.max(24),
  vpc_id: z.string().min(1).meta({ description: 'The VPC.' }),
  subnet_ids: z.array(z.string().min(1)).min(2).meta({ description: 'Private subnets, one per zone.' }),
  security_group_id: z.string().min(1).meta({ description: 'Security group of the load balancer.' }),
  certificate_arn: arnInput('ACM certificate of the listeners.'),
  deletion_protection: z
    .boolean()
    .default(true)
    .meta({ description: 'Whether the load balancer can be destroyed only after a change.' }),
  deregistration_seconds: z
    .int()
    .min(0)
    .max(3600)
    .default(60)
    .meta({ description: 'How long a target that leaves still finishes requests; at least what a task drains for.' }),
  log_expire_days: z.int().min(1).max(3650).default(90).meta({ description: 'Days that access logs are kept.' }),
  force_destroy_logs: z
    .boolean()
    .default(false)
    .meta({ description: 'Whether Terraform may destroy the log bucket with its logs.' }),
});

/** TLS 1.3 alone (https://docs.aws.amazon.com/elasticloadbalancing/latest/application/describe-ssl-policies.html). */
const tls13 = 'ELBSecurityPolicy-TLS13-1-3-2021-06';
/**
 * TLS 1.3, and 1.2 with forward secrecy: VPC Lattice speaks TLS 1.2 to its targets
 * (https://docs.aws.amazon.com/vpc-lattice/latest/ug/https-listeners.html).
 */
const tls13And12 = 'ELBSecurityPolicy-TLS13-1-2-Res-2021-06';
/** Longer than a streamed answer may pause. */
const idleTimeoutSeconds = 120;

/** Load balancer, listeners, target groups, access logs. No WAF: nothing of the internet reaches it, and Orbit authenticates. */
export const alb = defineModule({
  name: 'alb',
  summary: 'An internal application load balancer with production and test listeners for blue-green deployments.',
  inputs,
  build(scope, input) {
    const account = awsAccount(scope);
    const { loadBalancer: name } = names(input.name_prefix);
    const logs = privateBucket(scope, 'access_logs', {
      account,
      name: `${name}-logs-${account.id}`,
      // Load balancers deliver logs to buckets with SSE-S3 alone.
      keyArn: null,
      expireDays: input.log_expire_days,
      forceDestroy: input.force_destroy_logs,
      statements: (arn) => [deliveredByLoadBalancers(account, arn, name)],
    });
    scope.skipCheck(logs.bucket, 'CKV_AWS_145', 'load balancers deliver access logs to buckets with SSE-S3 alone');
    const balancer = new Lb(scope, 'main', {
      name,
      internal: true,
      loadBalancerType: 'application',
      subnets: input.subnet_ids,
      securityGroups: [input.security_group_id],
      enableDeletionProtection: input.deletion_protection,
      dropInvalidHeaderFields: true,
      desyncMitigationMode: 'strictest',
      preserveHostHeader: true,
      idleTimeout: idleTimeoutSeconds,
      accessLogs: { bucket: logs.bucket.bucket, prefix: 'access', enabled: true },
      connectionLogs: { bucket: logs.bucket.bucket, prefix: 'connections', enabled: true },
      dependsOn: [logs.policy],
    });
    scope.skipCheck(balancer, 'CKV_AWS_150', 'deletion protection is an input: on in critical environments');
    const outputs: Record<string, ModuleOutput> = {
      load_balancer_arn: { description: 'The load balancer.', value: balancer.arn },
      load_balancer_arn_suffix: { description: 'As CloudWatch names it.', value: balancer.arnSuffix },
      load_balancer_dns_name: { description: 'Its name in the DNS of the VPC.', value: balancer.dnsName },
      log_bucket: { description: 'Bucket of the access logs.', value: logs.bucket.bucket },
    };
    for (const service of services)
      Object.assign(outputs, addService(scope, { ...input, balancerArn: balancer.arn, service }));
    return outputs;
  },
});

interface ServiceContext {
  readonly name_prefix: string;
  readonly vpc_id: string;
  readonly certificate_arn: string;
  readonly deregistration_seconds: number;
  readonly balancerArn: string;
  readonly service: Service;
}

/** Blue and green, and the listeners that point at one of them each. */
function addService(scope: ModuleStack, context: ServiceContext): Record<string, ModuleOutput> {
  const { name_prefix, vpc_id, certificate_arn, deregistration_seconds, balancerArn, service } = context;
  const outputs: Record<string, ModuleOutput> = {};
  const [blue, green] = (['blue', 'green'] as const).map((color) => {
    const group = new LbTargetGroup(scope, `${service}_${color}`, {
      // 32 characters at most, so the color is a letter.
      name: `${name_prefix}-${service}-${color.slice(0, 1)}`,
      vpcId: vpc_id,
      targetType: 'ip',
      port: ports.task,
      protocol: 'HTTPS',
      protocolVersion: 'HTTP1',
      deregistrationDelay: `${deregistration_seconds}`,
      loadBalancingAlgorithmType: 'least_outstanding_requests',
      healthCheck: {
        path: '/ready',
        protocol: 'HTTPS',
        port: 'traffic-port',
        matcher: '200',
        interval: 10,
        timeout: 5,
        healthyThreshold: 2,
        unhealthyThreshold: 2,
      },
    });
    outputs[`${service}_${color}_target_group_arn`] = {
      description: `Target group ${color} of ${service}.`,
      value: group.arn,
    };
    outputs[`${service}_${color}_target_group_name`] = { description: `Its name.`, value: group.name };
    outputs[`${service}_${color}_target_group_arn_suffix`] = {
      description: `As CloudWatch names it.`,
      value: group.arnSuffix,
    };
    return group;
  });
  const production =
    service === 'orbit'
      ? { port: ports.orbitListener, sslPolicy: tls13 }
      : { port: ports.axonListener, sslPolicy: tls13And12 };
  const listeners = [
    { id: `${service}_listener`, ...production, group: blue, what: 'Production' },
    { id: `${service}_test_listener`, port: testPorts[service], sslPolicy: tls13, group: green, what: 'Test' },
  ];
  for (const { id, port, sslPolicy, group, what } of listeners) {
    const listener = new LbListener(scope, id, {
      loadBalancerArn: balancerArn,
      port,
      protocol: 'HTTPS',
      sslPolicy,
      certificateArn: certificate_arn,
      defaultAction: [{ type: 'forward', targetGroupArn: group?.arn ?? '' }],
      // CodeDeploy points the listeners at blue or green; what it left is right.
      lifecycle: { ignoreChanges: ['default_action'] },
    });
    outputs[`${id}_arn`] = { description: `${what} listener of ${service}.`, value: listener.arn };
  }
  return outputs;
}

/**
 * The path names the account, which AWS holds load balancers of others to; it promises no source in the request, so the
 * conditions hold where there is one (https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html).
 */
function deliveredByLoadBalancers(
  account: AwsAccount,
  bucketArn: string,
  balancer: string,
): DataAwsIamPolicyDocumentStatement {
  return {
    sid: 'DeliveredByLoadBalancers',
    actions: ['s3:PutObject'],
    resources: ['access', 'connections'].map((prefix) => `${bucketArn}/${prefix}/AWSLogs/${account.id}/*`),
    principals: [{ type: 'Service', identifiers: ['logdelivery.elasticloadbalancing.amazonaws.com'] }],
    condition: [
      { test: 'StringEqualsIfExists', variable: 'aws:SourceAccount', values: [account.id] },
      {
        test: 'ArnLikeIfExists',
        variable: 'aws:SourceArn',
        values: [account.arn('elasticloadbalancing', `loadbalancer/app/${balancer}/*`)],
      },
    ],
  };
}
