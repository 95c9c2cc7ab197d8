// What the pipelines may do and may not, judged from the synthesized policies; and how a deployment is shifted and rolled back.
// Next: stacks/modules/cicd.ts.
import { App } from 'cdktf';
import { describe, expect, test } from 'vitest';
import { cicd } from '../../../stacks/modules/cicd.ts';
import { account, isAllowed, mayDo, policyText, readStatements } from '../../support/synthesized-policy.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const app = new App({ stackTraces: false, outdir: temporaryFolder('cicd') });
const configuration = cicd.synthesize(app).toConfiguration();
const { resource = {}, variable = {} } = configuration;
const { id, region, prefix } = account;
const provider = `arn:aws:iam::${id}:oidc-provider/token.actions.githubusercontent.com`;
const publisherKey = `arn:aws:kms:${region}:${id}:key/publisher`;
const governanceKey = `arn:aws:kms:${region}:${id}:key/governance`;
const providerReference =
  'one(concat(aws_iam_openid_connect_provider.github[*].arn, var.create_oidc_provider ? [] : ' +
  '[format("arn:%s:iam::%s:oidc-provider/token.actions.githubusercontent.com", ' +
  'data.aws_partition.current_partition.partition, data.aws_caller_identity.current.account_id)]))';
const values = {
  'var.repository': 'example/agent-runtime',
  'var.github_environment': 'dev',
  'var.policy_publisher_key_arn': publisherKey,
  'var.governance_key_arn': governanceKey,
  'coalesce(var.state_bucket, "none")': 'state-bucket',
  'coalesce(var.state_key_arn, "arn:aws:kms:::key/none")': 'arn:aws:kms:::key/none',
  [providerReference]: provider,
};
const roles = ['plan', 'infra', 'app'] as const;
type Role = (typeof roles)[number];
const document = (role: Role, part: 'trust' | 'permissions' | 'boundary') =>
  readStatements(configuration, `github_actions_${role}_${part}_document`, values);
const rights = (role: Role) => ({ permissions: document(role, 'permissions'), boundary: document(role, 'boundary') });
const policies = { plan: rights('plan'), infra: rights('infra'), app: rights('app') };

const iam = (name: string) => `arn:aws:iam::${id}:${name}`;
const inRegion = { 'aws:RequestedRegion': region };
const may = (role: Role, action: string, on: string, context: Record<string, string> = inRegion) =>
  mayDo(policies[role], { action, resource: on, context });

describe('who may take a role', () => {
  test.each([
    ['plan', 'repo:example/agent-runtime:environment:dev-plan'],
    ['infra', 'repo:example/agent-runtime:environment:dev'],
    ['app', 'repo:example/agent-runtime:environment:dev'],
  ] as const)('%s: workflows of the repository in its environment, by a token meant for AWS', (role, subject) => {
    expect(document(role, 'trust')).toEqual([
      {
        Sid: 'AssumedByWorkflow',
        Effect: 'Allow',
        Action: ['sts:AssumeRoleWithWebIdentity'],
        Principal: { Federated: [provider] },
        Condition: {
          StringEquals: {
            'token.actions.githubusercontent.com:aud': ['sts.amazonaws.com'],
            'token.actions.githubusercontent.com:sub': [subject],
          },
        },
      },
    ]);
  });

  test('the provider takes tokens for AWS alone, and can be one that is there already', () => {
    expect(resource['aws_iam_openid_connect_provider']?.['github']).toMatchObject({
      count: '${var.create_oidc_provider ? 1 : 0}',
      url: 'https://token.actions.githubusercontent.com',
      client_id_list: ['sts.amazonaws.com'],
    });
  });

  test.each(roles)('%s has its own boundary, and no long-lived key exists', (role) => {
    expect(resource['aws_iam_role']?.[`github_actions_${role}`]?.['permissions_boundary']).toBe(
      `\${aws_iam_policy.github_actions_${role}_boundary.arn}`,
    );
    expect(resource['aws_iam_access_key']).toBeUndefined();
  });

  test.each(roles)('%s: boundary and permissions fit the sizes that IAM takes', (role) => {
    const size = (part: 'permissions' | 'boundary') =>
      JSON.stringify(policyText(document(role, part))).replaceAll(/\s/g, '').length;
    expect(size('boundary')).toBeLessThan(6144);
    expect(size('permissions')).toBeLessThan(10_240);
  });
});

describe('the planner', () => {
  test('reads configuration, and the state', () => {
    expect(may('plan', 'ec2:DescribeVpcs', '*')).toBe(true);
    expect(may('plan', 'iam:GetRole', iam(`role/${prefix}-orbit-role`))).toBe(true);
    expect(may('plan', 's3:GetObject', 'arn:aws:s3:::state-bucket/agent-runtime/dev/terraform.tfstate')).toBe(true);
  });

  test.each([
    [
      'a secret',
      'secretsmanager:GetSecretValue',
      `arn:aws:secretsmanager:${region}:${id}:secret:${prefix}/orbit-AbCdEf`,
    ],
    ['several secrets', 'secretsmanager:BatchGetSecretValue', '*'],
    ['a policy', 'dynamodb:GetItem', `arn:aws:dynamodb:${region}:${id}:table/${prefix}-governance-policies`],
    ['log lines', 'logs:GetLogEvents', `arn:aws:logs:${region}:${id}:log-group:/ecs/${prefix}-orbit:*`],
    ['an object of another bucket', 's3:GetObject', `arn:aws:s3:::${prefix}-alb-logs-${id}/access/x`],
    ['a dead letter', 'sqs:ReceiveMessage', `arn:aws:sqs:${region}:${id}:${prefix}-governance-dead-letters`],
  ])('cannot read %s', (_, action, on) => {
    expect(may('plan', action, on)).toBe(false);
  });

  test('decrypts what Lambda and Parameter Store show of their configuration, and nothing else', () => {
    const through = (service: string) =>
      may('plan', 'kms:Decrypt', governanceKey, { 'kms:ViaService': `${service}.${region}.amazonaws.com` });
    expect(through('lambda')).toBe(true);
    expect(through('dynamodb')).toBe(false);
    expect(may('plan', 'kms:Decrypt', governanceKey)).toBe(false);
    expect(may('plan', 'kms:Decrypt', publisherKey, { 'kms:ViaService': `lambda.${region}.amazonaws.com` })).toBe(
      false,
    );
  });

  test('changes nothing', () => {
    const changing = /:(?!Describe|Get|List|View|Decrypt)/;
    const allowed = document('plan', 'permissions').filter(({ Effect }) => Effect === 'Allow');
    expect(allowed.flatMap(({ Action }) => Action).filter((action) => changing.test(action))).toEqual([]);
  });
});

describe('the provisioner', () => {
  const everything = [{ Sid: 'Everything', Effect: 'Allow' as const, Action: ['*'], Resource: ['*'] }];
  const boundary = iam(`policy/${prefix}-orbit-boundary`);

  test('makes and changes what an environment is made of, in its region', () => {
    expect(may('infra', 'ec2:CreateVpc', '*')).toBe(true);
    expect(may('infra', 'ec2:CreateVpc', '*', { 'aws:RequestedRegion': 'ap-southeast-2' })).toBe(false);
    expect(may('infra', 'iam:PutRolePolicy', iam(`role/${prefix}-orbit-role`))).toBe(true);
  });

  test('makes no role without a boundary of this environment', () => {
    const create = (context: Record<string, string>) =>
      may('infra', 'iam:CreateRole', iam(`role/${prefix}-x-role`), context);
    expect(create({ 'iam:PermissionsBoundary': boundary })).toBe(true);
    expect(create({})).toBe(false);
    expect(create({ 'iam:PermissionsBoundary': 'arn:aws:iam::aws:policy/AdministratorAccess' })).toBe(false);
    expect(create({ 'iam:PermissionsBoundary': iam('policy/other-boundary') })).toBe(false);
  });

  test.each([
    ['takes no boundary off', 'iam:DeleteRolePermissionsBoundary', iam(`role/${prefix}-orbit-role`)],
    ['writes no boundary', 'iam:CreatePolicy', boundary],
    ['changes no boundary', 'iam:CreatePolicyVersion', boundary],
    ['changes not its own either', 'iam:CreatePolicyVersion', iam(`policy/${prefix}-github-actions-infra-boundary`)],
    ['goes back to no older one', 'iam:SetDefaultPolicyVersion', boundary],
    ['gives itself nothing', 'iam:PutRolePolicy', iam(`role/${prefix}-github-actions-infra-role`)],
    ['attaches nothing', 'iam:AttachRolePolicy', iam(`role/${prefix}-orbit-role`)],
    ['lets nobody else take a pipeline', 'iam:UpdateAssumeRolePolicy', iam(`role/${prefix}-github-actions-app-role`)],
    ['touches no role of others', 'iam:PutRolePolicy', iam('role/admin')],
    ['makes no user', 'iam:CreateUser', iam('user/x')],
    ['makes no access key', 'iam:CreateAccessKey', iam('user/x')],
    ['reads no secret', 'secretsmanager:GetSecretValue', `arn:aws:secretsmanager:${region}:${id}:secret:x`],
    ['writes no secret', 'secretsmanager:PutSecretValue', `arn:aws:secretsmanager:${region}:${id}:secret:x`],
    ['writes no policy of tenants', 'dynamodb:PutItem', `arn:aws:dynamodb:${region}:${id}:table/x`],
    ['signs nothing', 'kms:Sign', publisherKey],
    [
      'asks Governance nothing',
      'lambda:InvokeFunction',
      `arn:aws:lambda:${region}:${id}:function:${prefix}-governance:orbit`,
    ],
    ['enters no container', 'ecs:ExecuteCommand', '*'],
    ['does not stop the trail', 'cloudtrail:StopLogging', '*'],
    ['takes no other role', 'sts:AssumeRole', iam('role/admin')],
  ])('%s', (_, action, on) => {
    const context = { ...inRegion, 'iam:PermissionsBoundary': boundary };
    expect(may('infra', action, on, context)).toBe(false);
    // Its boundary alone keeps it so, whatever policy is added to it later.
    expect(
      mayDo({ permissions: everything, boundary: policies.infra.boundary }, { action, resource: on, context }),
    ).toBe(false);
  });

  test.each([
    'iam:CreatePolicy',
    'iam:CreatePolicyVersion',
    'iam:DeletePolicy',
    'iam:DeletePolicyVersion',
    'iam:SetDefaultPolicyVersion',
    'iam:DeleteRolePermissionsBoundary',
  ])('is denied %s by name, so that no list that grows lets it in', (action) => {
    const statements = [...everything, ...policies.infra.boundary];
    expect(isAllowed(statements, { action, resource: boundary, context: inRegion })).toBe(false);
  });

  test('hands roles of this environment alone to the services that run it', () => {
    const pass = (role: string, service: string) =>
      may('infra', 'iam:PassRole', iam(`role/${role}`), { 'iam:PassedToService': service });
    expect(pass(`${prefix}-orbit-role`, 'ecs-tasks.amazonaws.com')).toBe(true);
    expect(pass('admin', 'ecs-tasks.amazonaws.com')).toBe(false);
    expect(pass(`${prefix}-orbit-role`, 'glue.amazonaws.com')).toBe(false);
  });
});

describe('the releaser', () => {
  const repository = (name: string) => `arn:aws:ecr:${region}:${id}:repository/${name}`;

  test('pushes the two images and no other', () => {
    expect(may('app', 'ecr:PutImage', repository(`${prefix}/orbit`))).toBe(true);
    expect(may('app', 'ecr:PutImage', repository('other/orbit'))).toBe(false);
  });

  test('publishes policies: writes that table, signs with that key, by that algorithm', () => {
    const table = (name: string) => `arn:aws:dynamodb:${region}:${id}:table/${prefix}-governance-${name}`;
    const es256 = { 'kms:SigningAlgorithm': 'ECDSA_SHA_256' };
    for (const action of ['dynamodb:GetItem', 'dynamodb:Query', 'dynamodb:PutItem'])
      expect(may('app', action, table('policies'))).toBe(true);
    expect(may('app', 'kms:Sign', publisherKey, es256)).toBe(true);
    expect(may('app', 'kms:Sign', publisherKey, { 'kms:SigningAlgorithm': 'ECDSA_SHA_512' })).toBe(false);
    expect(may('app', 'kms:Sign', `${publisherKey}-of-grants`, es256)).toBe(false);
    expect(may('app', 'dynamodb:DeleteItem', table('policies'))).toBe(false);
    expect(may('app', 'dynamodb:PutItem', table('grants'))).toBe(false);
  });

  test('moves no alias by itself: CodeDeploy shifts them', () => {
    const lambda = `arn:aws:lambda:${region}:${id}:function:${prefix}-governance`;
    for (const action of ['lambda:UpdateFunctionCode', 'lambda:PublishVersion', 'lambda:GetAlias'])
      expect(may('app', action, lambda), action).toBe(true);
    expect(may('app', 'lambda:GetFunctionConfiguration', `${lambda}:7`)).toBe(true);
    for (const action of ['lambda:UpdateAlias', 'lambda:UpdateFunctionConfiguration', 'lambda:DeleteFunction'])
      for (const target of [lambda, `${lambda}:orbit`]) expect(may('app', action, target), action).toBe(false);
    expect(may('app', 'lambda:AddPermission', lambda)).toBe(false);
    expect(may('app', 'lambda:InvokeFunction', `${lambda}:orbit`)).toBe(false);
  });

  test('replaces the code of Governance alone: not of what judges a deployment, nor of what holds secrets', () => {
    for (const name of ['smoke', 'secrets-rotation'])
      for (const action of ['lambda:UpdateFunctionCode', 'lambda:PublishVersion'])
        expect(may('app', action, `arn:aws:lambda:${region}:${id}:function:${prefix}-${name}`), name).toBe(false);
  });

  test('begins deployments of this environment, and reads how earlier ones went', () => {
    const group = (name: string) => `arn:aws:codedeploy:${region}:${id}:deploymentgroup:${name}`;
    for (const action of ['CreateDeployment', 'GetDeployment', 'ListDeployments', 'BatchGetDeployments']) {
      expect(may('app', `codedeploy:${action}`, group(`${prefix}-functions/${prefix}-governance`)), action).toBe(true);
      expect(may('app', `codedeploy:${action}`, group('other-functions/other-governance')), action).toBe(false);
    }
    for (const action of ['UpdateDeploymentGroup', 'DeleteDeploymentGroup'])
      expect(may('app', `codedeploy:${action}`, group(`${prefix}-functions/${prefix}-governance`)), action).toBe(false);
  });

  test('asks the smoke function, and no other; tags a task definition with its registration alone', () => {
    const lambda = (name: string) => `arn:aws:lambda:${region}:${id}:function:${prefix}-${name}`;
    expect(may('app', 'lambda:InvokeFunction', lambda('smoke'))).toBe(true);
    expect(may('app', 'lambda:InvokeFunction', lambda('governance'))).toBe(false);
    expect(may('app', 'lambda:InvokeFunction', lambda('secrets-rotation'))).toBe(false);
    const definition = `arn:aws:ecs:${region}:${id}:task-definition/${prefix}-orbit:5`;
    const registering = { 'ecs:CreateAction': 'RegisterTaskDefinition' };
    expect(may('app', 'ecs:TagResource', definition, registering)).toBe(true);
    expect(may('app', 'ecs:TagResource', definition, { 'ecs:CreateAction': 'CreateService' })).toBe(false);
    expect(may('app', 'ecs:TagResource', definition.replace('-orbit', '-other'), registering)).toBe(false);
    expect(may('app', 'ecs:DescribeTaskDefinition', definition)).toBe(true);
  });

  test('hands the roles of the services to tasks, and changes no role', () => {
    const pass = (role: string) =>
      may('app', 'iam:PassRole', iam(`role/${prefix}-${role}-role`), {
        'iam:PassedToService': 'ecs-tasks.amazonaws.com',
      });
    expect(pass('orbit')).toBe(true);
    expect(pass('execution-axon')).toBe(true);
    expect(pass('governance')).toBe(false);
    expect(pass('github-actions-infra')).toBe(false);
    expect(may('app', 'iam:PutRolePolicy', iam(`role/${prefix}-orbit-role`))).toBe(false);
  });
});

describe('a deployment', () => {
  const groups = resource['aws_codedeploy_deployment_group'] ?? {};

  test.each(['orbit', 'axon'])(
    'of %s shifts ten percent for five minutes, then all, after the test listener',
    (service) => {
      expect(resource['aws_codedeploy_deployment_config']?.['canary']).toMatchObject({
        compute_platform: 'ECS',
        traffic_routing_config: { type: 'TimeBasedCanary', time_based_canary: { percentage: 10, interval: 5 } },
      });
      expect(groups[service]).toMatchObject({
        deployment_config_name: '${one(aws_codedeploy_deployment_config.canary[*].deployment_config_name)}',
        deployment_style: { deployment_option: 'WITH_TRAFFIC_CONTROL', deployment_type: 'BLUE_GREEN' },
        load_balancer_info: {
          target_group_pair_info: {
            prod_traffic_route: { listener_arns: [`\${var.production_listener_arns.${service}}`] },
            test_traffic_route: { listener_arns: [`\${var.test_listener_arns.${service}}`] },
            target_group: [
              { name: `\${var.blue_target_group_names.${service}}` },
              { name: `\${var.green_target_group_names.${service}}` },
            ],
          },
        },
      });
    },
  );

  test('of Governance weighs two versions behind its aliases the same way', () => {
    expect(groups['governance']).toMatchObject({
      app_name: '${aws_codedeploy_app.functions.name}',
      deployment_config_name: 'CodeDeployDefault.LambdaCanary10Percent5Minutes',
    });
    expect(resource['aws_codedeploy_app']?.['functions']?.['compute_platform']).toBe('Lambda');
  });

  test.each(['orbit', 'axon', 'governance'])('of %s is rolled back when it fails or an alarm rings', (name) => {
    expect(groups[name]).toMatchObject({
      auto_rollback_configuration: { enabled: true, events: ['DEPLOYMENT_FAILURE', 'DEPLOYMENT_STOP_ON_ALARM'] },
      alarm_configuration: {
        enabled: '${length(var.alarm_names) > 0}',
        alarms: '${var.alarm_names}',
        ignore_poll_alarm_failure: false,
      },
    });
  });

  test('by CodeDeploy is an option: a rolling environment has no groups for its services', () => {
    for (const name of ['orbit', 'axon']) expect(groups[name]?.['count']).toBe('${var.blue_green ? 1 : 0}');
    expect(variable['blue_green']?.['default']).toBe(true);
  });
});
