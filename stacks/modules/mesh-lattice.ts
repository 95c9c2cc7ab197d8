// The mesh by VPC Lattice: a service network and Axon's service, both of which admit nobody but Orbit's role, for one path.
// Next: services/local/mesh-gateway.ts, which evaluates the same policy on a laptop.
import {
  DataAwsIamPolicyDocument,
  type DataAwsIamPolicyDocumentStatement,
} from '@cdktf/provider-aws/lib/data-aws-iam-policy-document/index.js';
import { CloudwatchLogResourcePolicy } from '@cdktf/provider-aws/lib/cloudwatch-log-resource-policy/index.js';
import { VpclatticeAccessLogSubscription } from '@cdktf/provider-aws/lib/vpclattice-access-log-subscription/index.js';
import { VpclatticeAuthPolicy } from '@cdktf/provider-aws/lib/vpclattice-auth-policy/index.js';
import { VpclatticeListener } from '@cdktf/provider-aws/lib/vpclattice-listener/index.js';
import { VpclatticeServiceNetworkServiceAssociation } from '@cdktf/provider-aws/lib/vpclattice-service-network-service-association/index.js';
import { VpclatticeServiceNetworkVpcAssociation } from '@cdktf/provider-aws/lib/vpclattice-service-network-vpc-association/index.js';
import { VpclatticeServiceNetwork } from '@cdktf/provider-aws/lib/vpclattice-service-network/index.js';
import { VpclatticeService } from '@cdktf/provider-aws/lib/vpclattice-service/index.js';
import { VpclatticeTargetGroupAttachment } from '@cdktf/provider-aws/lib/vpclattice-target-group-attachment/index.js';
import { VpclatticeTargetGroup } from '@cdktf/provider-aws/lib/vpclattice-target-group/index.js';
import { z } from 'zod';
import { type AwsAccount, awsAccount } from '../constructs/aws-account.ts';
import { list, text } from '../expression.ts';
import { arnInput, namePrefixInput } from '../module-inputs.ts';
import { defineModule, type ModuleStack } from '../module-stack.ts';
import { names, ports } from '../naming.ts';

const inputs = z.strictObject({
  name_prefix: namePrefixInput,
  vpc_id: z.string().min(1).meta({ description: 'The VPC.' }),
  security_group_id: z.string().min(1).meta({ description: 'Who in the VPC may use the mesh.' }),
  load_balancer_arn: arnInput('The load balancer in front of Axon.'),
  log_group_arn: arnInput('Log group of the access logs.'),
  caller_role_name: z.string().min(1).meta({ description: 'Name of the role that may call Axon: that of Orbit.' }),
  caller_role_arn: arnInput('The same role, which must exist before a policy may name it.'),
  methods: z
    .array(z.enum(['GET', 'POST']))
    .min(1)
    .default(['GET', 'POST'])
    .meta({ description: 'Methods it may use.' }),
  paths: z
    .array(z.string().regex(/^\/[a-z0-9/-]*$/))
    .min(1)
    .default(['/reason'])
    .meta({ description: 'Paths it may call.' }),
});

/** Service network, Axon's service, policies and access logs. Nothing is shared with another account (no RAM share). */
export const meshLattice = defineModule({
  name: 'mesh-lattice',
  summary: 'VPC Lattice with IAM authentication: only the role of Orbit reaches Axon, by listed methods and paths.',
  inputs,
  build(scope, input) {
    const account = awsAccount(scope);
    const network = new VpclatticeServiceNetwork(scope, 'network', {
      name: names(input.name_prefix).mesh,
      authType: 'AWS_IAM',
    });
    const association = new VpclatticeServiceNetworkVpcAssociation(scope, 'vpc', {
      serviceNetworkIdentifier: network.id,
      vpcIdentifier: input.vpc_id,
      securityGroupIds: [input.security_group_id],
    });
    const service = new VpclatticeService(scope, 'axon', {
      name: names(input.name_prefix).named('axon'),
      authType: 'AWS_IAM',
    });
    new VpclatticeServiceNetworkServiceAssociation(scope, 'axon_association', {
      serviceNetworkIdentifier: network.id,
      serviceIdentifier: service.id,
    });
    addTargets(scope, service, input);
    addPolicies(scope, account, { network, service, ...input });
    const delivery = allowDelivery(scope, account, input);
    for (const [id, resource] of Object.entries({ network_logs: network.arn, axon_logs: service.arn }))
      new VpclatticeAccessLogSubscription(scope, id, {
        resourceIdentifier: resource,
        destinationArn: input.log_group_arn,
        dependsOn: [delivery],
      });
    return {
      axon_url: {
        description: 'Where Orbit calls Axon.',
        value: `https://${text(`${service.fqn}.dns_entry[0].domain_name`)}`,
      },
      service_arn: { description: "Axon's service.", value: service.arn },
      service_network_arn: { description: 'The service network.', value: network.arn },
      vpc_association_id: { description: 'Association of the VPC.', value: association.id },
    };
  },
});

/** HTTPS to the load balancer, whose listener CodeDeploy moves between blue and green. */
function addTargets(
  scope: ModuleStack,
  service: VpclatticeService,
  { name_prefix, vpc_id, load_balancer_arn }: { name_prefix: string; vpc_id: string; load_balancer_arn: string },
): void {
  const group = new VpclatticeTargetGroup(scope, 'load_balancer', {
    name: names(name_prefix).named('axon'),
    type: 'ALB',
    config: { vpcIdentifier: vpc_id, port: ports.axonListener, protocol: 'HTTPS', protocolVersion: 'HTTP1' },
  });
  new VpclatticeTargetGroupAttachment(scope, 'load_balancer_attachment', {
    targetGroupIdentifier: group.id,
    target: { id: load_balancer_arn, port: ports.axonListener },
  });
  new VpclatticeListener(scope, 'https', {
    name: 'https',
    protocol: 'HTTPS',
    port: 443,
    serviceIdentifier: service.id,
    defaultAction: { forward: [{ targetGroups: [{ targetGroupIdentifier: group.id, weight: 100 }] }] },
  });
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-infrastructure-CWL.html */
function allowDelivery(
  scope: ModuleStack,
  account: AwsAccount,
  { name_prefix, log_group_arn }: { name_prefix: string; log_group_arn: string },
): CloudwatchLogResourcePolicy {
  return new CloudwatchLogResourcePolicy(scope, 'access_logs_delivery', {
    policyName: names(name_prefix).named('mesh-access-logs'),
    policyDocument: new DataAwsIamPolicyDocument(scope, 'access_logs_delivery_document', {
      statement: [
        {
          sid: 'AccessLogsOfTheMesh',
          actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
          resources: [`${log_group_arn}:log-stream:*`],
          principals: [{ type: 'Service', identifiers: ['delivery.logs.amazonaws.com'] }],
          condition: [
            { test: 'StringEquals', variable: 'aws:SourceAccount', values: [account.id] },
            { test: 'ArnLike', variable: 'aws:SourceArn', values: [account.arn('logs', '*')] },
          ],
        },
      ],
    }).json,
  });
}

interface PolicyInput {
  readonly network: VpclatticeServiceNetwork;
  readonly service: VpclatticeService;
  readonly caller_role_name: string;
}

/** By name the ARN is known in a plan; Lattice refuses a principal that does not exist, so its role is waited for. */
const callerExists = {
  condition: text('endswith(var.caller_role_arn, ":role/${var.caller_role_name}")'),
  errorMessage: 'caller_role_arn: got ${var.caller_role_arn}, expected the ARN of ${var.caller_role_name}.',
};

/** Both documents must allow a call, and so must the caller's own (https://docs.aws.amazon.com/vpc-lattice/latest/ug/auth-policies.html). */
function addPolicies(scope: ModuleStack, account: AwsAccount, input: PolicyInput): void {
  const { network, service, caller_role_name } = input;
  const caller = [{ type: 'AWS', identifiers: [account.roleArn(caller_role_name)] }];
  const allow = (
    id: string,
    resource: VpclatticeServiceNetwork | VpclatticeService,
    statement: DataAwsIamPolicyDocumentStatement,
  ) =>
    new VpclatticeAuthPolicy(scope, id, {
      resourceIdentifier: resource.arn,
      lifecycle: { precondition: [callerExists] },
      policy: new DataAwsIamPolicyDocument(scope, `${id}_document`, {
        statement: [{ actions: ['vpc-lattice-svcs:Invoke'], principals: caller, ...statement }],
      }).json,
    });
  allow('network_policy', network, {
    sid: 'OrbitUsesTheMesh',
    resources: [account.arn('vpc-lattice', 'service/*')],
  });
  allow('axon_policy', service, {
    sid: 'OrbitReasons',
    resources: [`${service.arn}/*`],
    condition: [
      { test: 'StringEquals', variable: 'vpc-lattice-svcs:RequestMethod', values: list('var.methods') },
      { test: 'StringEquals', variable: 'vpc-lattice-svcs:RequestPath', values: list('var.paths') },
    ],
  });
}
