// Refuses `*` in what a policy allows, outside the few actions that AWS knows no resource for.
// Next: stacks/guards/public-ingress.ts.
import { type TerraformBlock, type TerraformConfiguration } from '../terraform-json.ts';
import { dataSources, nested, resources, strings } from './blocks.ts';

/**
 * Actions that take no resource, or none that is known before they are called, each as its page in the Service
 * Authorization Reference says (https://docs.aws.amazon.com/service-authorization/latest/reference/). Short on purpose.
 */
export const actionsWithoutResource: ReadonlySet<string> = new Set([
  // The token is for the whole registry.
  'ecr:GetAuthorizationToken',
  // A network interface has no name before it exists.
  'ec2:CreateNetworkInterface',
  'ec2:DeleteNetworkInterface',
  'ec2:DescribeNetworkInterfaces',
  'ec2:DescribeSecurityGroups',
  'ec2:DescribeSubnets',
  'ec2:DescribeVpcs',
  // The agent asks where to poll before it has joined a cluster.
  'ecs:DiscoverPollEndpoint',
  // Describing takes no resource.
  'ecs:DescribeTaskDefinition',
  'elasticloadbalancing:DescribeListeners',
  'elasticloadbalancing:DescribeRules',
  'elasticloadbalancing:DescribeTargetGroups',
  // Confined by the condition key cloudwatch:namespace instead.
  'cloudwatch:PutMetricData',
  'xray:PutTelemetryRecords',
  'xray:PutTraceSegments',
  'xray:GetSamplingRules',
  'xray:GetSamplingTargets',
]);

/**
 * The statements that name services by pattern, by their sid: the pipelines' roles provision and read whole services, within
 * boundaries that deny values, keys, users and the removal of boundaries (stacks/modules/cicd/pipeline-permissions.ts).
 */
const patternedStatements: Readonly<Record<string, RegExp>> = {
  ProvisionServices: /^(?!iam:|sts:|organizations:)[a-z][a-z0-9-]+:\*$/,
  ReadConfiguration: /^[a-z][a-z0-9-]+:(Describe|Get|List)\*$/,
};

/** Resources whose policy speaks of the resource itself, or of whatever goes through it. */
const policiesOfThemselves = ['aws_kms_key', 'aws_vpc_endpoint'];
/** Attributes that hold a policy, by resource type. */
const policyAttributes = ['policy', 'assume_role_policy', 'auth_policy', 'resource_policy'];

/** Finds wildcards in allowing statements, open principals, and policies that cannot be looked into. */
export function wildcardPermissions(configuration: TerraformConfiguration): string[] {
  const ofThemselves = documentsUsedBy(configuration, policiesOfThemselves);
  const perimeters = documentsUsedBy(configuration, ['aws_vpc_endpoint']);
  const problems = dataSources(configuration, 'aws_iam_policy_document').flatMap(({ address, block }) =>
    nested(block, 'statement').flatMap((statement, index) =>
      problemsOf(statement, { aboutItself: ofThemselves.has(address), perimeter: perimeters.has(address) }).map(
        (problem) =>
          `${address}: statement ${typeof statement['sid'] === 'string' ? statement['sid'] : index}: ${problem}`,
      ),
    ),
  );
  return [...problems, ...opaquePolicies(configuration)];
}

function problemsOf(
  statement: TerraformBlock,
  { aboutItself, perimeter }: { aboutItself: boolean; perimeter: boolean },
): string[] {
  if (statement['effect'] === 'Deny') return [];
  // An endpoint's policy grants nothing: it passes what IAM allows, and must say for which account or which resource.
  if (perimeter && (namesAccount(statement) || !strings(statement['resources']).includes('*'))) return [];
  const problems: string[] = [];
  const pattern = patternedStatements[String(statement['sid'])];
  const actions = strings(statement['actions']).filter((action) => !pattern?.test(action));
  for (const action of actions)
    if (action.includes('*')) problems.push(`got action ${action}, expected actions by name`);
  if (statement['not_actions'] !== undefined) problems.push('got not_actions in an allow, expected actions by name');
  if (statement['not_resources'] !== undefined) problems.push('got not_resources in an allow, expected resources');
  if (strings(statement['resources']).includes('*') && !aboutItself) {
    const others = actions.filter((action) => !actionsWithoutResource.has(action));
    if (others.length > 0) problems.push(`got resource * for ${others.join(', ')}, expected ARNs`);
  }
  const open = nested(statement, 'principals').some(({ identifiers }) => strings(identifiers).includes('*'));
  if (open && nested(statement, 'condition').length === 0)
    problems.push('got principal * without a condition, expected one that names who is meant');
  return problems;
}

function namesAccount(statement: TerraformBlock): boolean {
  return nested(statement, 'condition').some(({ variable }) => variable === 'aws:PrincipalAccount');
}

/** Addresses of the documents that resources of these types take their policy from. */
function documentsUsedBy(configuration: TerraformConfiguration, types: readonly string[]): Set<string> {
  const used = resources(configuration, ...types).flatMap(({ block }) =>
    [...JSON.stringify(block['policy'] ?? '').matchAll(/data\.aws_iam_policy_document\.\w+/g)].map(
      ([address]) => address,
    ),
  );
  return new Set(used);
}

/** A policy written as text would pass every check unseen. */
function opaquePolicies({ resource = {} }: TerraformConfiguration): string[] {
  return Object.entries(resource).flatMap(([type, blocks]) =>
    Object.entries(blocks).flatMap(([name, block]) =>
      policyAttributes
        .filter((attribute) => typeof block[attribute] === 'string')
        .filter((attribute) => !/data\.aws_iam_policy_document\.|^\$\{var\.\w+\}$/.test(String(block[attribute])))
        .filter((attribute) => /Statement|jsonencode|file\(/.test(String(block[attribute])))
        .map((attribute) => `${type}.${name}: got ${attribute} as text, expected an aws_iam_policy_document`),
    ),
  );
}
