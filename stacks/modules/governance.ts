// Governance: the function that decides, an alias per calling service, and the tables it reads and counts in.
// Next: stacks/modules/governance/function.ts, stacks/modules/governance/aliases.ts and stacks/modules/governance/tables.ts.
import { z } from 'zod';
import { awsAccount } from '../constructs/aws-account.ts';
import { text } from '../expression.ts';
import { arnInput, namePrefixInput } from '../module-inputs.ts';
import { defineModule, type ModuleOutput } from '../module-stack.ts';
import { callerAliases, functionDeployments, liveAlias } from './governance/aliases.ts';
import { addFunction } from './governance/function.ts';
import { addTables, tableNames } from './governance/tables.ts';

const inputs = z.strictObject({
  name_prefix: namePrefixInput,
  role_arn: arnInput('Role of the function.'),
  key_arn: arnInput('Key of the tables, the queue and the environment.'),
  signing_key_arn: arnInput('Key that certifies the keys that sign grants.'),
  publisher_key_arns: z
    .array(arnInput('Key.'))
    .min(1)
    .meta({ description: 'Keys whose signature on a policy revision is believed; two while rotating.' }),
  package_path: z.string().min(1).meta({ description: 'Path of the zip archive of the function.' }),
  log_group_name: z.string().min(1).meta({ description: 'Log group of the function.' }),
  memory_mib: z.int().min(128).max(10240).default(512).meta({ description: 'Memory, and with it CPU, MiB.' }),
  reserved_concurrency: z
    .int()
    .min(1)
    .max(1000)
    .default(50)
    .meta({ description: 'Concurrent executions kept for the function, and its most.' }),
  provisioned_concurrency: z
    .int()
    .min(0)
    .max(1000)
    .default(0)
    .meta({ description: 'Environments kept warm for the alias of Orbit.' }),
  deployment: z.enum(functionDeployments).default('terraform').meta({
    description: 'Who moves the aliases to a new version: code-deploy by canary, or terraform with each apply.',
  }),
  callers: z
    .record(z.string().regex(/^[a-z][a-z0-9-]{0,62}$/), z.string().min(1))
    .meta({ description: 'Calling service → name of its role: each has the alias of its name, for itself alone.' }),
  caller_role_arns: z
    .array(arnInput('Role.'))
    .min(1)
    .meta({ description: 'ARNs of the roles of callers, which must exist before Lambda lets them invoke anything.' }),
  subnet_ids: z
    .array(z.string().min(1))
    .default([])
    .meta({ description: 'Subnets of the function; none keeps it out of the VPC.' }),
  security_group_ids: z
    .array(z.string().min(1))
    .default([])
    .meta({ description: 'Security groups of the function, with subnets.' }),
  signing_profile_arn: arnInput('Profile.')
    .nullable()
    .default(null)
    .meta({ description: 'Signing profile version that packages must be signed with; null takes any package.' }),
  tracing: z.boolean().default(false).meta({ description: 'Whether traces go to X-Ray.' }),
  deletion_protection: z
    .boolean()
    .default(true)
    .meta({ description: 'Whether the tables can be destroyed only after a change.' }),
});

/** Function, aliases, permissions, tables. */
export const governance = defineModule({
  name: 'governance',
  summary: 'The Lambda that decides, with an alias and a permission per calling service, and its three tables.',
  inputs,
  build(scope, input) {
    const account = awsAccount(scope);
    const tables = addTables(scope, {
      prefix: input.name_prefix,
      keyArn: input.key_arn,
      deletionProtection: input.deletion_protection,
    });
    const { lambda, deadLetters } = addFunction(scope, account, input);
    const outputs: Record<string, ModuleOutput> = {
      function_name: { description: 'Name of the function.', value: lambda.functionName },
      function_arn: { description: 'ARN of the function, without version.', value: lambda.arn },
      live_alias_arn: { description: 'The alias for dry runs.', value: text(`${liveAlias}.arn`) },
      caller_alias_arns: {
        description: 'The alias of each calling service.',
        value: text(`{ for service, alias in ${callerAliases} : service => alias.arn }`),
      },
      dead_letter_queue_arn: { description: 'Queue of failed invocations.', value: deadLetters.arn },
      dead_letter_queue_name: { description: 'Its name.', value: deadLetters.name },
    };
    for (const name of tableNames) {
      outputs[`${name}_table_name`] = { description: `Table of ${name}.`, value: tables[name].name };
      outputs[`${name}_table_arn`] = { description: `ARN of the table of ${name}.`, value: tables[name].arn };
    }
    return outputs;
  },
});
