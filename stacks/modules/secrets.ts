// One secret per service under its own key, closed to everybody but its service and the function that rotates it.
// Next: services/rotation/handler.ts, the function.
import {
  DataAwsIamPolicyDocument,
  type DataAwsIamPolicyDocumentStatement,
} from '@cdktf/provider-aws/lib/data-aws-iam-policy-document/index.js';
import { LambdaFunctionEventInvokeConfig } from '@cdktf/provider-aws/lib/lambda-function-event-invoke-config/index.js';
import { LambdaFunction } from '@cdktf/provider-aws/lib/lambda-function/index.js';
import { LambdaPermission } from '@cdktf/provider-aws/lib/lambda-permission/index.js';
import { SecretsmanagerSecretPolicy } from '@cdktf/provider-aws/lib/secretsmanager-secret-policy/index.js';
import { SecretsmanagerSecretRotation } from '@cdktf/provider-aws/lib/secretsmanager-secret-rotation/index.js';
import { SecretsmanagerSecret } from '@cdktf/provider-aws/lib/secretsmanager-secret/index.js';
import { Fn, type IResolvable } from 'cdktf';
import { z } from 'zod';
import { type AwsAccount, awsAccount } from '../constructs/aws-account.ts';
import { text } from '../expression.ts';
import { arnInput, namePrefixInput } from '../module-inputs.ts';
import { defineModule, type ModuleOutput, type ModuleStack } from '../module-stack.ts';
import { names, type Service, services } from '../naming.ts';

const inputs = z.strictObject({
  name_prefix: namePrefixInput,
  orbit_key_arn: arnInput("The key of Orbit's secret."),
  axon_key_arn: arnInput("The key of Axon's secret."),
  environment_key_arn: arnInput("The key that the function's environment is encrypted with."),
  rotation_role_arn: arnInput('The role of the rotation function.'),
  rotation_package: z.string().min(1).meta({ description: 'Path of the zip archive of the rotation function.' }),
  rotation_log_group_name: z.string().min(1).meta({ description: 'Log group of the rotation function.' }),
  administrator_role_arns: z.array(arnInput('Role.')).default([]).meta({
    description: 'Roles that may change what a secret is called and keyed by; no value, which its key denies them.',
  }),
  rotation_days: z.int().min(1).max(365).default(30).meta({ description: 'Days between rotations.' }),
  rotate_immediately: z.boolean().default(false).meta({
    description:
      'Whether rotation begins when it is set up, which gives a new secret its first value; else it waits for its day.',
  }),
  recovery_window_days: z
    .int()
    .min(0)
    .max(30)
    .default(30)
    .meta({ description: 'Days in which a deleted secret can be restored; 0 deletes it at once.' }),
  dead_letter_queue_arn: arnInput('The queue for invocations that failed.'),
  subnet_ids: z
    .array(z.string().min(1))
    .default([])
    .meta({ description: 'Subnets of the function; none keeps it out of the VPC.' }),
  security_group_ids: z
    .array(z.string().min(1))
    .default([])
    .meta({ description: 'Security groups of the function, with subnets.' }),
});

/** Secrets, their policies, and the function that rotates them. */
export const secrets = defineModule({
  name: 'secrets',
  summary: 'A secret per service with a resource policy that shuts out everybody else, and their rotation.',
  inputs,
  build(scope, input) {
    const account = awsAccount(scope);
    const keyArns = { orbit: input.orbit_key_arn, axon: input.axon_key_arn };
    const kept = Object.fromEntries(
      services.map((service) => [
        service,
        addSecret(scope, account, {
          prefix: input.name_prefix,
          service,
          keyArn: keyArns[service],
          recoveryWindowInDays: input.recovery_window_days,
          administratorArns: input.administrator_role_arns,
        }),
      ]),
    ) as Record<Service, KeptSecret>;
    const rotation = addRotation(scope, account, input, kept);
    const outputs: Record<string, ModuleOutput> = {
      rotation_function_arn: { description: 'ARN of the rotation function.', value: rotation.arn },
      rotation_function_name: { description: 'Name of the rotation function.', value: rotation.functionName },
    };
    for (const service of services)
      outputs[`${service}_secret_arn`] = { description: `ARN of the secret of ${service}.`, value: kept[service].arn };
    return outputs;
  },
});

interface SecretOptions {
  readonly prefix: string;
  readonly service: Service;
  readonly keyArn: string;
  readonly recoveryWindowInDays: number;
  readonly administratorArns: string[];
}

/** A secret, and the policy without which it must not get a value. */
interface KeptSecret {
  readonly arn: string;
  readonly policy: SecretsmanagerSecretPolicy;
}

function addSecret(scope: ModuleStack, account: AwsAccount, options: SecretOptions): KeptSecret {
  const { prefix, service, keyArn, recoveryWindowInDays, administratorArns } = options;
  const secret = new SecretsmanagerSecret(scope, service, {
    name: names(prefix).perService(service),
    description: `What ${service} keeps to itself. Its first value is made by its first rotation.`,
    kmsKeyId: keyArn,
    recoveryWindowInDays,
  });
  const policy = new SecretsmanagerSecretPolicy(scope, `${service}_policy`, {
    secretArn: secret.arn,
    blockPublicPolicy: true,
    policy: new DataAwsIamPolicyDocument(scope, `${service}_policy_document`, {
      statement: onlyOwnService(account, { prefix, service, secretArn: secret.arn, administratorArns }),
    }).json,
  });
  return { arn: secret.arn, policy };
}

/** A deny with NotEquals shuts out every principal but the named, administrators and the deployer's own role included. */
function onlyOwnService(
  account: AwsAccount,
  {
    prefix,
    service,
    secretArn,
    administratorArns,
  }: { prefix: string; service: Service; secretArn: string; administratorArns: string[] },
): DataAwsIamPolicyDocumentStatement[] {
  const { role } = names(prefix);
  const [own, rotation] = [account.roleArn(role(service)), account.roleArn(role('secrets-rotation'))];
  const allBut = (sid: string, roleArns: string[], actions: string[]): DataAwsIamPolicyDocumentStatement => ({
    sid,
    effect: 'Deny',
    actions,
    resources: [secretArn],
    principals: [{ type: 'AWS', identifiers: ['*'] }],
    condition: [{ test: 'ArnNotEquals', variable: 'aws:PrincipalArn', values: roleArns }],
  });
  return [
    allBut(
      'ReadByItsServiceAlone',
      [own, rotation],
      ['secretsmanager:BatchGetSecretValue', 'secretsmanager:GetSecretValue'],
    ),
    allBut(
      'WrittenByItsRotationAlone',
      [rotation],
      [
        'secretsmanager:PutSecretValue',
        'secretsmanager:ReplicateSecretToRegions',
        'secretsmanager:UpdateSecretVersionStage',
      ],
    ),
    // It changes a description, and a value for whoever may use the key: no administrator may.
    allBut('ChangedByAdministratorsAlone', Fn.concat([[rotation], administratorArns]) as string[], [
      'secretsmanager:UpdateSecret',
    ]),
  ];
}

interface RotationInput {
  readonly name_prefix: string;
  readonly environment_key_arn: string;
  readonly rotation_role_arn: string;
  readonly rotation_package: string;
  readonly rotation_log_group_name: string;
  readonly rotation_days: number;
  readonly rotate_immediately: IResolvable;
  readonly dead_letter_queue_arn: string;
  readonly subnet_ids: string[];
  readonly security_group_ids: string[];
}

function addRotation(
  scope: ModuleStack,
  account: AwsAccount,
  input: RotationInput,
  kept: Readonly<Record<Service, KeptSecret>>,
): LambdaFunction {
  const lambda = new LambdaFunction(scope, 'rotation', {
    functionName: names(input.name_prefix).rotation,
    description: 'Rotates the secrets of the services.',
    role: input.rotation_role_arn,
    runtime: 'nodejs22.x',
    architectures: ['arm64'],
    handler: 'index.handler',
    filename: input.rotation_package,
    sourceCodeHash: text('filebase64sha256(var.rotation_package)'),
    timeout: 30,
    memorySize: 256,
    // Rotations come one at a time; more would be a mistake.
    reservedConcurrentExecutions: 2,
    kmsKeyArn: input.environment_key_arn,
    environment: {
      variables: {
        ROTATION_SECRETS: services.map((service) => `${service}=${kept[service].arn}`).join(','),
      },
    },
    loggingConfig: { logFormat: 'Text', logGroup: input.rotation_log_group_name },
    tracingConfig: { mode: 'PassThrough' },
    vpcConfig: { subnetIds: input.subnet_ids, securityGroupIds: input.security_group_ids },
  });
  scope.skipCheck(
    lambda,
    'CKV_AWS_272',
    'code signing needs a signing profile; the Governance module has it as an option',
  );
  scope.skipCheck(lambda, 'CKV_AWS_116', 'failed invocations go to the queue by the event invoke configuration');
  scope.skipCheck(lambda, 'CKV_AWS_117', 'in the VPC by option; it calls Secrets Manager alone, by TLS and IAM');
  new LambdaFunctionEventInvokeConfig(scope, 'rotation_failures', {
    functionName: lambda.functionName,
    maximumRetryAttempts: 2,
    destinationConfig: { onFailure: { destination: input.dead_letter_queue_arn } },
  });
  for (const service of services) {
    const permission = new LambdaPermission(scope, `rotation_of_${service}`, {
      functionName: lambda.functionName,
      action: 'lambda:InvokeFunction',
      principal: 'secretsmanager.amazonaws.com',
      sourceAccount: account.id,
      sourceArn: kept[service].arn,
    });
    new SecretsmanagerSecretRotation(scope, `${service}_rotation`, {
      secretId: kept[service].arn,
      rotationLambdaArn: lambda.arn,
      rotateImmediately: input.rotate_immediately,
      rotationRules: { automaticallyAfterDays: input.rotation_days },
      dependsOn: [permission, kept[service].policy],
    });
  }
  return lambda;
}
