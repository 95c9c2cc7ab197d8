// VPC endpoints: the only way out, and only to what is this account's, for this account's principals.
// Next: stacks/modules/networking/flow-logs.ts.
import {
  DataAwsIamPolicyDocument,
  type DataAwsIamPolicyDocumentStatement,
} from '@cdktf/provider-aws/lib/data-aws-iam-policy-document/index.js';
import { VpcEndpoint } from '@cdktf/provider-aws/lib/vpc-endpoint/index.js';
import { type Vpc } from '@cdktf/provider-aws/lib/vpc/index.js';
import { type AwsAccount } from '../../constructs/aws-account.ts';
import { forEach, list, text } from '../../expression.ts';
import { type ModuleStack } from '../../module-stack.ts';

/** What the runtime itself calls, by the name of the endpoint service. */
const needed = ['ecr.api', 'ecr.dkr', 'logs', 'secretsmanager', 'kms', 'sts', 'lambda'];

/** With App Mesh the proxies fetch their configuration. */
const proxies = 'var.mesh == "app-mesh" ? ["appmesh-envoy-management"] : []';

const anyone = [{ type: 'AWS', identifiers: ['*'] }];

/** Adds gateway endpoints for S3 and DynamoDB and interface endpoints for the rest, each with a policy. */
export function addEndpoints(
  scope: ModuleStack,
  account: AwsAccount,
  { prefix, vpc, securityGroupId }: { prefix: string; vpc: Vpc; securityGroupId: string },
): void {
  const serviceName = (service: string) => `com.amazonaws.${account.region}.${service}`;
  const policy = (id: string, statement: DataAwsIamPolicyDocumentStatement[]) =>
    new DataAwsIamPolicyDocument(scope, `${id}_endpoint_policy`, { statement }).json;
  const gateways = {
    s3: policy('s3', [ofThisAccount(account, 'StringEquals'), imageLayers(account)]),
    dynamodb: policy('dynamodb', [ofThisAccount(account, 'StringEquals')]),
  };
  for (const [service, document] of Object.entries(gateways))
    new VpcEndpoint(scope, service, {
      vpcId: vpc.id,
      serviceName: serviceName(service),
      vpcEndpointType: 'Gateway',
      routeTableIds: list(
        'concat([for zone in var.availability_zones : aws_route_table.private_routes[zone].id], [for zone in var.availability_zones : aws_route_table.axon_runtime_routes[zone].id])',
      ),
      policy: document,
      tags: { Name: `${prefix}-${service}` },
    });
  const shared = {
    vpcId: vpc.id,
    vpcEndpointType: 'Interface',
    privateDnsEnabled: true,
    subnetIds: list('[for zone in var.availability_zones : aws_subnet.private[zone].id]'),
    securityGroupIds: [securityGroupId],
  };
  new VpcEndpoint(scope, 'interface', {
    ...shared,
    forEach: forEach(`toset(concat(${JSON.stringify(needed)}, ${proxies}, var.optional_endpoints))`),
    serviceName: serviceName(text('each.value')),
    // Calls such as sts:GetCallerIdentity have no resource.
    policy: policy('interface', [ofThisAccount(account, 'StringEqualsIfExists')]),
    tags: { Name: `${prefix}-\${each.value}` },
  });
  // A foundation model belongs to no account, so its ARN is named; everything else of Bedrock has to be this account's.
  new VpcEndpoint(scope, 'bedrock', {
    ...shared,
    serviceName: serviceName('bedrock-runtime'),
    policy: policy('bedrock', [
      {
        sid: 'PrincipalsOfThisAccount',
        actions: ['bedrock:InvokeModel', 'bedrock:InvokeModelWithResponseStream'],
        resources: [
          // An inference profile sends a call to other regions.
          `arn:${account.partition}:bedrock:*::foundation-model/*`,
          account.arn('bedrock', '*'),
        ],
        principals: anyone,
        condition: [ofAccount('StringEquals', 'aws:PrincipalAccount', account)],
      },
    ]),
    tags: { Name: `${prefix}-bedrock-runtime` },
  });
}

/**
 * A perimeter, not a permission: whatever the caller's own policies allow, here only this account's principals pass, and
 * only to this account's resources (https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_data-perimeters.html).
 */
function ofThisAccount(
  account: AwsAccount,
  resources: 'StringEquals' | 'StringEqualsIfExists',
): DataAwsIamPolicyDocumentStatement {
  return {
    sid: 'PrincipalsAndResourcesOfThisAccount',
    actions: ['*'],
    resources: ['*'],
    principals: anyone,
    condition: [
      ofAccount('StringEquals', 'aws:PrincipalAccount', account),
      ofAccount(resources, 'aws:ResourceAccount', account),
    ],
  };
}

/** ECR keeps layers in a bucket of its own, fetched by links that ECR signed (https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html). */
function imageLayers(account: AwsAccount): DataAwsIamPolicyDocumentStatement {
  return {
    sid: 'ImageLayersOfEcr',
    actions: ['s3:GetObject'],
    resources: [`arn:${account.partition}:s3:::prod-${account.region}-starport-layer-bucket/*`],
    principals: anyone,
  };
}

function ofAccount(
  test: string,
  variable: string,
  account: AwsAccount,
): { test: string; variable: string; values: string[] } {
  return { test, variable, values: [account.id] };
}
