// The smoke function, which CodeDeploy asks before it shifts traffic, and the secret it gets its token with.
// Next: services/smoke/handler.ts, what runs in it.
import { DataAwsIamPolicyDocument } from '@cdktf/provider-aws/lib/data-aws-iam-policy-document/index.js';
import { LambdaFunctionEventInvokeConfig } from '@cdktf/provider-aws/lib/lambda-function-event-invoke-config/index.js';
import { LambdaFunction } from '@cdktf/provider-aws/lib/lambda-function/index.js';
import { SecretsmanagerSecretPolicy } from '@cdktf/provider-aws/lib/secretsmanager-secret-policy/index.js';
import { SecretsmanagerSecret } from '@cdktf/provider-aws/lib/secretsmanager-secret/index.js';
import { z } from 'zod';
import { type SmokeEnvironment } from '../../services/smoke/config.ts';
import { awsAccount } from '../constructs/aws-account.ts';
import { text } from '../expression.ts';
import { arnInput, namePrefixInput } from '../module-inputs.ts';
import { defineModule } from '../module-stack.ts';
import { names, testPorts } from '../naming.ts';

const inputs = z.strictObject({
  name_prefix: namePrefixInput,
  role_arn: arnInput('Role of the function.'),
  key_arn: arnInput('Key of the secret and the environment.'),
  package_path: z.string().min(1).meta({ description: 'Path of the zip archive of the function.' }),
  log_group_name: z.string().min(1).meta({ description: 'Log group of the function.' }),
  governance_function: z.string().min(1).meta({ description: 'Name of the Governance function.' }),
  load_balancer_dns_name: z.string().min(1).meta({ description: 'Where the listeners are.' }),
  axon_behind_load_balancer: z.boolean().default(true).meta({ description: 'Whether Axon has a test listener.' }),
  server_name: z
    .string()
    .min(1)
    .nullable()
    .default(null)
    .meta({ description: "Name that the load balancer's certificate is for; null takes the load balancer's own." }),
  subnet_ids: z.array(z.string().min(1)).min(1).meta({ description: 'Private subnets of the function.' }),
  security_group_ids: z.array(z.string().min(1)).min(1).meta({ description: 'Security groups of the function.' }),
  recovery_window_days: z
    .int()
    .min(0)
    .max(30)
    .default(30)
    .meta({ description: 'Days in which a deleted secret can be restored; 0 deletes it at once.' }),
});

/** Seven checks of at most five seconds, and ten seconds for the report. */
const timeoutSeconds = 60;

type SmokeVariables = Partial<Record<keyof z.input<typeof SmokeEnvironment>, string>>;

/** Function and secret. */
export const smoke = defineModule({
  name: 'smoke',
  summary: 'The Lambda that checks a deployment by its test listeners and reports to CodeDeploy.',
  inputs,
  build(scope, input) {
    const account = awsAccount(scope);
    const { role, smoke: functionName } = names(input.name_prefix);
    const secret = new SecretsmanagerSecret(scope, 'credentials', {
      name: `${input.name_prefix}/smoke`,
      description: 'Client credentials of the smoke function at the token issuer; a key administrator puts them.',
      kmsKeyId: input.key_arn,
      recoveryWindowInDays: input.recovery_window_days,
    });
    scope.skipCheck(secret, 'CKV2_AWS_57', 'the token issuer owns the credentials; they are renewed there');
    new SecretsmanagerSecretPolicy(scope, 'credentials_policy', {
      secretArn: secret.arn,
      blockPublicPolicy: true,
      policy: new DataAwsIamPolicyDocument(scope, 'credentials_policy_document', {
        statement: [
          {
            sid: 'ReadByTheSmokeFunctionAlone',
            effect: 'Deny',
            actions: ['secretsmanager:BatchGetSecretValue', 'secretsmanager:GetSecretValue'],
            resources: [secret.arn],
            principals: [{ type: 'AWS', identifiers: ['*'] }],
            condition: [
              { test: 'ArnNotEquals', variable: 'aws:PrincipalArn', values: [account.roleArn(role('smoke'))] },
            ],
          },
        ],
      }).json,
    });
    const at = (port: number | string) => `https://${input.load_balancer_dns_name}:${port}`;
    const lambda = new LambdaFunction(scope, 'smoke', {
      functionName,
      description: 'Checks a deployment before it gets traffic.',
      role: input.role_arn,
      runtime: 'nodejs22.x',
      architectures: ['arm64'],
      handler: 'index.handler',
      filename: input.package_path,
      sourceCodeHash: text('filebase64sha256(var.package_path)'),
      timeout: timeoutSeconds,
      memorySize: 256,
      // Orbit and Axon may be deployed at once, and someone may ask by hand.
      reservedConcurrentExecutions: 3,
      kmsKeyArn: input.key_arn,
      environment: {
        variables: {
          SMOKE_ORBIT_TEST_URL: at(testPorts.orbit),
          SMOKE_ORBIT_URL: `https://${input.load_balancer_dns_name}`,
          // An empty value counts as absent.
          SMOKE_AXON_TEST_URL: text(
            `var.axon_behind_load_balancer ? "https://\${var.load_balancer_dns_name}:${testPorts.axon}" : ""`,
          ),
          SMOKE_SERVER_NAME: text('var.server_name == null ? "" : var.server_name'),
          GOVERNANCE_FUNCTION: input.governance_function,
          SMOKE_ROLE: input.role_arn,
          SMOKE_CREDENTIALS_SECRET: secret.arn,
        } satisfies SmokeVariables,
      },
      loggingConfig: { logFormat: 'Text', logGroup: input.log_group_name },
      tracingConfig: { mode: 'PassThrough' },
      vpcConfig: { subnetIds: input.subnet_ids, securityGroupIds: input.security_group_ids },
    });
    scope.skipCheck(lambda, 'CKV_AWS_116', 'CodeDeploy counts a hook without report as failed; nothing is lost');
    scope.skipCheck(lambda, 'CKV_AWS_272', 'code signing needs a signing profile; the Governance module has it');
    // A second try would report to a hook that has ended.
    new LambdaFunctionEventInvokeConfig(scope, 'once', {
      functionName: lambda.functionName,
      maximumRetryAttempts: 0,
      maximumEventAgeInSeconds: 300,
    });
    return {
      function_name: {
        description: 'Name of the function, the AfterAllowTestTraffic hook.',
        value: lambda.functionName,
      },
      function_arn: { description: 'ARN of the function.', value: lambda.arn },
      credentials_secret_arn: { description: 'Secret of the client credentials.', value: secret.arn },
    };
  },
});
