// Governance as it is deployed: who may invoke which alias, and what protects its code, its environment and its tables.
// Next: stacks/modules/governance.ts.
import { App } from 'cdktf';
import { describe, expect, test } from 'vitest';
import { readGovernanceConfig } from '../../../governance/lambda/config.ts';
import { callerIdentity } from '../../../governance/lambda/handler.ts';
import { governance } from '../../../stacks/modules/governance.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const app = new App({ stackTraces: false, outdir: temporaryFolder('governance') });
const { resource = {}, variable = {}, output = {} } = governance.synthesize(app).toConfiguration();
const lambda = resource['aws_lambda_function']?.['governance'] ?? {};
const tables = resource['aws_dynamodb_table'] ?? {};

describe('who may invoke', () => {
  const permissions = Object.values(resource['aws_lambda_permission'] ?? {});

  test('each caller has the alias of its name, and one permission: for its role, on that alias', () => {
    expect(resource['aws_lambda_alias']?.['caller']).toMatchObject({
      name: '${each.key}',
    });
    expect(permissions).toHaveLength(1);
    expect(permissions[0]).toMatchObject({
      for_each: '${var.callers}',
      action: 'lambda:InvokeFunction',
      qualifier: '${merge(aws_lambda_alias.caller, aws_lambda_alias.caller_following)[each.key].name}',
      principal:
        'arn:${data.aws_partition.current_partition.partition}:iam::${data.aws_caller_identity.current.account_id}:role/${each.value}',
    });
  });

  test('nobody is let in to the function without an alias, nor to `live`', () => {
    for (const permission of permissions) expect(permission['qualifier']).toMatch(/\[each[.]key\][.]name\}$/);
    expect(resource['aws_lambda_function_url']).toBeUndefined();
  });

  test('a permission waits for its role, since Lambda refuses a principal that does not exist', () => {
    expect(permissions[0]?.['lifecycle']).toMatchObject({
      precondition: [{ condition: expect.stringContaining('endswith(arn, ":role/${each.value}")') }],
    });
    expect(variable['caller_role_arns']?.['default']).toBeUndefined();
  });

  test('a caller is named as the handler reads identities from aliases', () => {
    const { callers } = governance.inputs.shape;
    for (const name of ['orbit', 'a', 'x-9']) {
      expect(callers.safeParse({ [name]: 'role' }).success).toBe(true);
      expect(callerIdentity(`arn:aws:lambda:eu-central-1:111122223333:function:f:${name}`)).toBe(name);
    }
    for (const name of ['Orbit', '9', '$LATEST', '']) {
      expect(callers.safeParse({ [name]: 'role' }).success).toBe(false);
      expect(callerIdentity(`arn:aws:lambda:eu-central-1:111122223333:function:f:${name}`)).toBeNull();
    }
  });
});

describe('the function', () => {
  test('runs the bundled handler on arm64, published as versions', () => {
    expect(lambda).toMatchObject({
      runtime: 'nodejs22.x',
      architectures: ['arm64'],
      handler: 'index.handler',
      filename: '${var.package_path}',
      source_code_hash: '${filebase64sha256(var.package_path)}',
      publish: true,
    });
  });

  test('aliases point at versions, never at $LATEST; CodeDeploy moves them where there is one, Terraform where not', () => {
    const aliases = resource['aws_lambda_alias'] ?? {};
    for (const alias of Object.values(aliases))
      expect(alias).toMatchObject({ function_version: '${aws_lambda_function.governance.version}' });
    const ignored = Object.entries(aliases).map(([name, { lifecycle }]) => [name, lifecycle]);
    const moved = { ignore_changes: ['function_version', 'routing_config'] };
    expect(Object.fromEntries(ignored)).toEqual({
      live: moved,
      caller: moved,
      live_following: undefined,
      caller_following: undefined,
    });
    const byDeployment = (name: string) => {
      const { count, for_each: each } = aliases[name] ?? {};
      return String(count ?? each);
    };
    for (const name of ['live', 'caller']) {
      expect(byDeployment(name)).toMatch(/^\$\{var\.deployment == "code-deploy" \? /u);
      expect(byDeployment(`${name}_following`)).toMatch(/^\$\{var\.deployment == "terraform" \? /u);
    }
  });

  test('keeps its environment under the Governance key, with nothing in it that is secret', () => {
    expect(lambda['kms_key_arn']).toBe('${var.key_arn}');
    const { variables } = lambda['environment'] as { variables: Record<string, string> };
    expect(Object.keys(variables).filter((name) => /SECRET|TOKEN|PASSWORD|CREDENTIAL/.test(name))).toEqual([]);
  });

  test('has an environment by which the program starts, with tables as its source', () => {
    const { variables } = lambda['environment'] as { variables: Record<string, string> };
    const key = 'arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab';
    const filled = Object.fromEntries(
      Object.entries(variables).map(([name, value]) => [
        name,
        value
          .replace('${var.name_prefix}', 'agent-runtime-dev')
          .replace(/\$\{.*(signing_key_arn|publisher_key_arns).*\}/, key),
      ]),
    );
    const byLambda = { AWS_REGION: 'eu-central-1', AWS_ACCESS_KEY_ID: 'id', AWS_SECRET_ACCESS_KEY: 'key' };
    expect(readGovernanceConfig({ ...byLambda, ...filled }).source).toEqual({
      kind: 'tables',
      policies: 'agent-runtime-dev-governance-policies',
      quotas: 'agent-runtime-dev-governance-quotas',
      publisherKeys: [key],
    });
  });

  test('has executions reserved, and keeps environments warm for Orbit only where asked to', () => {
    expect(lambda['reserved_concurrent_executions']).toBe('${var.reserved_concurrency}');
    expect(resource['aws_lambda_provisioned_concurrency_config']?.['warm']).toMatchObject({
      count: '${var.provisioned_concurrency > 0 ? 1 : 0}',
      qualifier: '${merge(aws_lambda_alias.caller, aws_lambda_alias.caller_following)["orbit"].name}',
    });
    expect(variable['provisioned_concurrency']?.['default']).toBe(0);
  });

  test('sends what failed to an encrypted queue, whether invoked with or without alias', () => {
    const failures = resource['aws_lambda_function_event_invoke_config'] ?? {};
    expect(Object.keys(failures).toSorted()).toEqual(['caller_failures', 'failures']);
    for (const block of Object.values(failures))
      expect(block).toMatchObject({
        maximum_retry_attempts: 0,
        destination_config: { on_failure: { destination: '${aws_sqs_queue.dead_letters.arn}' } },
      });
    expect(failures['caller_failures']).toMatchObject({
      qualifier: '${merge(aws_lambda_alias.caller, aws_lambda_alias.caller_following)[each.key].name}',
    });
    expect(resource['aws_sqs_queue']?.['dead_letters']?.['kms_master_key_id']).toBe('${var.key_arn}');
  });

  test('takes only signed packages where a profile is given', () => {
    expect(resource['aws_lambda_code_signing_config']?.['signed_code']).toMatchObject({
      count: '${var.signing_profile_arn != null ? 1 : 0}',
      policies: { untrusted_artifact_on_deployment: 'Enforce' },
    });
    expect(lambda['code_signing_config_arn']).toBe('${one(aws_lambda_code_signing_config.signed_code[*].arn)}');
  });

  test('logs to a group it is given, which has its key and retention', () => {
    expect(lambda['logging_config']).toMatchObject({ log_group: '${var.log_group_name}' });
  });
});

describe('the tables', () => {
  test.each(['policies', 'quotas', 'grants'])('%s: under the Governance key, recoverable, kept', (name) => {
    expect(tables[name]).toMatchObject({
      name: `\${var.name_prefix}-governance-${name}`,
      billing_mode: 'PAY_PER_REQUEST',
      server_side_encryption: { enabled: true, kms_key_arn: '${var.key_arn}' },
      point_in_time_recovery: { enabled: true },
      deletion_protection_enabled: '${var.deletion_protection}',
    });
    expect(output[`${name}_table_arn`]?.['value']).toBe(`\${aws_dynamodb_table.${name}.arn}`);
  });

  test('cannot be destroyed unless somebody says so', () => {
    expect(variable['deletion_protection']?.['default']).toBe(true);
  });

  test('have the keys that the programs use', () => {
    expect(tables['policies']).toMatchObject({ hash_key: 'tenant', range_key: 'revision' });
    expect(tables['quotas']).toMatchObject({ hash_key: 'counter' });
    expect(tables['grants']).toMatchObject({ hash_key: 'jti' });
  });

  test('forget counters and spent grants in time, and no policy ever', () => {
    for (const name of ['quotas', 'grants'])
      expect(tables[name]?.['ttl']).toEqual({ attribute_name: 'expiresAt', enabled: true });
    expect(tables['policies']?.['ttl']).toBeUndefined();
  });
});
