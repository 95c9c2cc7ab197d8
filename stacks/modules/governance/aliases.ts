// The doors of the function: `live` for dry runs, and one alias per calling service that its role alone may invoke.
// Next: scripts/deploy/function.ts, which moves the aliases of an environment with a pipeline.
import { LambdaAlias } from '@cdktf/provider-aws/lib/lambda-alias/index.js';
import { LambdaFunctionEventInvokeConfig } from '@cdktf/provider-aws/lib/lambda-function-event-invoke-config/index.js';
import { type LambdaFunction } from '@cdktf/provider-aws/lib/lambda-function/index.js';
import { LambdaPermission } from '@cdktf/provider-aws/lib/lambda-permission/index.js';
import { LambdaProvisionedConcurrencyConfig } from '@cdktf/provider-aws/lib/lambda-provisioned-concurrency-config/index.js';
import { type SqsQueue } from '@cdktf/provider-aws/lib/sqs-queue/index.js';
import { type AwsAccount } from '../../constructs/aws-account.ts';
import { countWhen, forEach, text } from '../../expression.ts';
import { type ModuleStack } from '../../module-stack.ts';

/** Who moves the aliases to another version: CodeDeploy by canary, or Terraform with each apply. */
export const functionDeployments = ['code-deploy', 'terraform'] as const;

/** The aliases of callers in whichever form there is, by service. */
export const callerAliases = 'merge(aws_lambda_alias.caller, aws_lambda_alias.caller_following)';
/** The alias for dry runs, likewise. */
export const liveAlias = 'one(concat(aws_lambda_alias.live, aws_lambda_alias.live_following))';

/**
 * Adds the aliases, and who may use each: the alias is who calls.
 * INVARIANT: a permission names one alias and one role.
 */
export function addAliases(
  scope: ModuleStack,
  account: AwsAccount,
  {
    lambda,
    deadLetters,
    provisioned_concurrency,
  }: { lambda: LambdaFunction; deadLetters: SqsQueue; provisioned_concurrency: number },
): void {
  addForm(scope, lambda, { deployment: 'code-deploy', suffix: '', moved: ['function_version', 'routing_config'] });
  addForm(scope, lambda, { deployment: 'terraform', suffix: '_following', moved: [] });
  const callers = { functionName: lambda.functionName, qualifier: text(`${callerAliases}[each.key].name`) };
  // The function's own configuration says nothing of its aliases.
  new LambdaFunctionEventInvokeConfig(scope, 'caller_failures', {
    ...callers,
    forEach: forEach('var.callers'),
    ...failedInvocations(deadLetters),
  });
  new LambdaPermission(scope, 'caller_permission', {
    ...callers,
    forEach: forEach('var.callers'),
    statementId: 'invoked-by-${each.key}',
    action: 'lambda:InvokeFunction',
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
    qualifier: text(`${callerAliases}["orbit"].name`),
    provisionedConcurrentExecutions: provisioned_concurrency,
  });
}

/** A decision that comes a minute late helps nobody: no second try, the event goes to the queue. */
export function failedInvocations(deadLetters: SqsQueue) {
  return {
    maximumRetryAttempts: 0,
    maximumEventAgeInSeconds: 60,
    destinationConfig: { onFailure: { destination: deadLetters.arn } },
  };
}

/** Terraform cannot ignore an attribute by a condition, so each way of deploying has its resources. */
function addForm(
  scope: ModuleStack,
  lambda: LambdaFunction,
  form: { deployment: (typeof functionDeployments)[number]; suffix: string; moved: readonly string[] },
): void {
  const { deployment, suffix, moved } = form;
  const applies = `var.deployment == "${deployment}"`;
  const shared = {
    functionName: lambda.functionName,
    functionVersion: lambda.version,
    // What CodeDeploy left is right.
    ...(moved.length === 0 ? {} : { lifecycle: { ignoreChanges: [...moved] } }),
  };
  new LambdaAlias(scope, `live${suffix}`, {
    ...shared,
    count: countWhen(applies),
    name: 'live',
    description: 'Dry runs.',
  });
  new LambdaAlias(scope, `caller${suffix}`, {
    ...shared,
    forEach: forEach(`${applies} ? var.callers : {}`),
    name: text('each.key'),
    description: 'Decides for ${each.key} alone.',
  });
}
