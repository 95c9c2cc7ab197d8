// The function that decides, and where what failed goes.
// Next: stacks/modules/governance/aliases.ts, its doors; governance/lambda/main.ts, what runs in it.
import { LambdaCodeSigningConfig } from '@cdktf/provider-aws/lib/lambda-code-signing-config/index.js';
import { LambdaFunctionEventInvokeConfig } from '@cdktf/provider-aws/lib/lambda-function-event-invoke-config/index.js';
import { LambdaFunction } from '@cdktf/provider-aws/lib/lambda-function/index.js';
import { SqsQueue } from '@cdktf/provider-aws/lib/sqs-queue/index.js';
import { type GovernanceConfig } from '../../../governance/lambda/config.ts';
import { type AwsAccount } from '../../constructs/aws-account.ts';
import { countWhen, text } from '../../expression.ts';
import { type ModuleStack } from '../../module-stack.ts';
import { names } from '../../naming.ts';
import { addAliases, failedInvocations } from './aliases.ts';

/** What the function is made from. */
export interface FunctionInput {
  readonly name_prefix: string;
  readonly role_arn: string;
  readonly key_arn: string;
  readonly signing_key_arn: string;
  readonly publisher_key_arns: string[];
  readonly package_path: string;
  readonly log_group_name: string;
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
): { lambda: LambdaFunction; deadLetters: SqsQueue } {
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
  addAliases(scope, account, { lambda, deadLetters, ...input });
  return { lambda, deadLetters };
}

/** What the function reads at its start; the type is the function's own, so a variable it does not know is no variable. */
function environmentOf(input: FunctionInput): Partial<Record<Exclude<keyof GovernanceConfig, 'source'>, string>> {
  const { table, metricsNamespace } = names(input.name_prefix);
  return {
    GOVERNANCE_SIGNING_KEY: input.signing_key_arn,
    METRICS_NAMESPACE: metricsNamespace,
    POLICY_TABLE: table('policies'),
    POLICY_PUBLISHER_KEYS: text('join(",", var.publisher_key_arns)'),
    QUOTA_TABLE: table('quotas'),
  };
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
