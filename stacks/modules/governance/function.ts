// The function and its doors: who calls it by which alias, and where what failed goes.
// Next: governance/lambda/main.ts, what runs in it.
import { LambdaAlias } from '@cdktf/provider-aws/lib/lambda-alias/index.js';
import { LambdaCodeSigningConfig } from '@cdktf/provider-aws/lib/lambda-code-signing-config/index.js';
import { LambdaFunctionEventInvokeConfig } from '@cdktf/provider-aws/lib/lambda-function-event-invoke-config/index.js';
import { LambdaFunction } from '@cdktf/provider-aws/lib/lambda-function/index.js';
import { LambdaPermission } from '@cdktf/provider-aws/lib/lambda-permission/index.js';
import { LambdaProvisionedConcurrencyConfig } from '@cdktf/provider-aws/lib/lambda-provisioned-concurrency-config/index.js';
import { SqsQueue } from '@cdktf/provider-aws/lib/sqs-queue/index.js';
import { type GovernanceConfig } from '../../../governance/lambda/config.ts';
import { type AwsAccount } from '../../constructs/aws-account.ts';
import { countWhen, forEach, text } from '../../expression.ts';
import { type ModuleStack } from '../../module-stack.ts';
import { names } from '../../naming.ts';

/** What the function is made from. */
export interface FunctionInput {
  readonly name_prefix: string;
  readonly role_arn: string;
  readonly key_arn: string;
  readonly signing_key_arn: string;
  readonly publisher_key_arns: string[];
  readonly package_path: string;
  readonly log_group_name: string;
  readonly release: string;
  readonly memory_mib: number;
  readonly reserved_concurrency: number;
  readonly provisioned_concurrency: number;
  readonly subnet_ids: string[];
  readonly security_group_ids: string[];
}

/** A decision takes microseconds; the rest is for the first, which loads a policy and has a key certified. */
const timeoutSeconds = 10;
const fourteenDaysSeconds = 1_209_600;

/** Adds function, versions, aliases, permissions and the queue. */
export function addFunction(
  scope: ModuleStack,
  account: AwsAccount,
  input: FunctionInput,
): { lambda: LambdaFunction; live: LambdaAlias; deadLetters: SqsQueue } {
  const { governance, named } = names(input.name_prefix);
  const deadLetters = new SqsQueue(scope, 'dead_letters', {
    name: named('governance-dead-letters'),
    kmsMasterKeyId: input.key_arn,
    messageRetentionSeconds: fourteenDaysSeconds,
  });
  const lambda = new LambdaFunction(scope, 'governance', {
    functionName: governance,
    description: 'Decides what agents may do, and signs grants.',
    role: input.role_arn,
    runtime: 'nodejs22.x',
    architectures: ['arm64'],
    handler: 'index.handler',
    filename: input.package_path,
    sourceCodeHash: text('filebase64sha256(var.package_path)'),
    publish: true,
    memorySize: input.memory_mib,
    timeout: timeoutSeconds,
    reservedConcurrentExecutions: input.reserved_concurrency,
    kmsKeyArn: input.key_arn,
    environment: { variables: environmentOf(input) },
    loggingConfig: { logFormat: 'Text', logGroup: input.log_group_name },
    tracingConfig: { mode: text('var.tracing ? "Active" : "PassThrough"') },
    vpcConfig: { subnetIds: input.subnet_ids, securityGroupIds: input.security_group_ids },
    codeSigningConfigArn: addCodeSigning(scope),
  });
  scope.skipCheck(lambda, 'CKV_AWS_116', 'failed invocations go to the queue by the event invoke configuration');
  scope.skipCheck(lambda, 'CKV_AWS_117', 'in the VPC by option; it calls KMS, DynamoDB and SQS alone, by TLS and IAM');
  scope.skipCheck(lambda, 'CKV_AWS_272', 'code signing is an option of the environment');
  new LambdaFunctionEventInvokeConfig(scope, 'failures', {
    functionName: lambda.functionName,
    ...failedInvocations(deadLetters),
  });
  return { lambda, live: addAliases(scope, account, { lambda, deadLetters, ...input }), deadLetters };
}

/** A decision that comes a minute late helps nobody: no second try, the event goes to the queue. */
function failedInvocations(deadLetters: SqsQueue) {
  return {
    maximumRetryAttempts: 0,
    maximumEventAgeInSeconds: 60,
    destinationConfig: { onFailure: { destination: deadLetters.arn } },
  };
}

/** What the function reads at its start; the type is the function's own, so a variable it does not know is no variable. */
function environmentOf(input: FunctionInput): Partial<Record<Exclude<keyof GovernanceConfig, 'source'>, string>> {
  const { table, metricsNamespace } = names(input.name_prefix);
  return {
    GOVERNANCE_SIGNING_KEY: input.signing_key_arn,
    GOVERNANCE_VERSION: input.release,
    METRICS_NAMESPACE: metricsNamespace,
    POLICY_TABLE: table('policies'),
    POLICY_PUBLISHER_KEYS: text('join(",", var.publisher_key_arns)'),
    QUOTA_TABLE: table('quotas'),
  };
}

/**
 * `live` for dry runs, and one alias per calling service that its role alone may invoke: the alias is who calls.
 * INVARIANT: a permission names one alias and one role.
 */
function addAliases(
  scope: ModuleStack,
  account: AwsAccount,
  {
    lambda,
    deadLetters,
    provisioned_concurrency,
  }: { lambda: LambdaFunction; deadLetters: SqsQueue; provisioned_concurrency: number },
): LambdaAlias {
  const version = { functionName: lambda.functionName, functionVersion: lambda.version };
  // An apply makes versions and moves no traffic: deployments do, by canary (npm run deploy -- function).
  const lifecycle = { ignoreChanges: ['function_version', 'routing_config'] };
  const live = new LambdaAlias(scope, 'live', { ...version, name: 'live', description: 'Dry runs.', lifecycle });
  const caller = new LambdaAlias(scope, 'caller', {
    ...version,
    forEach: forEach('var.callers'),
    name: text('each.key'),
    description: 'Decides for ${each.key} alone.',
    lifecycle,
  });
  // The function's own configuration says nothing of its aliases.
  new LambdaFunctionEventInvokeConfig(scope, 'caller_failures', {
    forEach: forEach('var.callers'),
    functionName: lambda.functionName,
    qualifier: text(`${caller.fqn}[each.key].name`),
    ...failedInvocations(deadLetters),
  });
  new LambdaPermission(scope, 'caller_permission', {
    forEach: forEach('var.callers'),
    statementId: 'invoked-by-${each.key}',
    action: 'lambda:InvokeFunction',
    functionName: lambda.functionName,
    qualifier: text(`${caller.fqn}[each.key].name`),
    principal: account.roleArn(text('each.value')),
    // By name the ARN is known in a plan; Lambda refuses a principal that does not exist, so its role is waited for.
    lifecycle: {
      precondition: [
        {
          condition: text('anytrue([for arn in var.caller_role_arns : endswith(arn, ":role/${each.value}")])'),
          errorMessage: 'callers: got ${each.key} with role ${each.value}, expected its ARN among caller_role_arns.',
        },
      ],
    },
  });
  new LambdaProvisionedConcurrencyConfig(scope, 'warm', {
    count: countWhen('var.provisioned_concurrency > 0'),
    functionName: lambda.functionName,
    qualifier: text('aws_lambda_alias.caller["orbit"].name'),
    provisionedConcurrentExecutions: provisioned_concurrency,
  });
  return live;
}

function addCodeSigning(scope: ModuleStack): string {
  const signing = new LambdaCodeSigningConfig(scope, 'signed_code', {
    count: countWhen('var.signing_profile_arn != null'),
    description: 'Only packages signed by the release pipeline run.',
    allowedPublishers: { signingProfileVersionArns: [text('var.signing_profile_arn')] },
    policies: { untrustedArtifactOnDeployment: 'Enforce' },
  });
  return text(`one(${signing.fqn}[*].arn)`);
}
