// The roles of the runtime, each with its own boundary: what each program, and each service of AWS that runs them, may do.
// Next: stacks/modules/iam/task-roles.ts and its neighbour, the permissions one by one.
import {
  DataAwsIamPolicyDocument,
  type DataAwsIamPolicyDocumentStatement,
} from '@cdktf/provider-aws/lib/data-aws-iam-policy-document/index.js';
import { IamRolePolicy } from '@cdktf/provider-aws/lib/iam-role-policy/index.js';
import { type IamRole } from '@cdktf/provider-aws/lib/iam-role/index.js';
import { z } from 'zod';
import { awsAccount } from '../constructs/aws-account.ts';
import { boundedRole } from '../constructs/bounded-role.ts';
import { countWhen } from '../expression.ts';
import { arnInput, namePrefixInput } from '../module-inputs.ts';
import { defineModule, type ModuleOutput, type ModuleStack } from '../module-stack.ts';
import { type Workload, workloads } from '../naming.ts';
import { functionRoles, networkInterfaces, traces } from './iam/function-roles.ts';
import { type IamContext, type RoleSpec } from './iam/role-spec.ts';
import { taskRoles } from './iam/task-roles.ts';

const inputs = z.strictObject({
  name_prefix: namePrefixInput,
  orbit_key_arn: arnInput("The key of Orbit's secret."),
  axon_key_arn: arnInput("The key of Axon's secret."),
  governance_key_arn: arnInput('The key of the tables.'),
  policy_publisher_key_arn: arnInput('The key that policy revisions are signed with.'),
  governance_signing_key_arn: arnInput('The key that certifies grant keys.'),
  model_arns: z
    .array(arnInput('Model.'))
    .min(1)
    .meta({ description: 'Bedrock models and inference profiles that Axon may invoke.' }),
  tracing: z.boolean().default(false).meta({ description: 'Whether tasks and functions send traces to X-Ray.' }),
  functions_in_vpc: z
    .boolean()
    .default(false)
    .meta({ description: 'Whether the Governance and rotation functions run in the VPC and need network interfaces.' }),
});

/** Roles of tasks and functions. CI roles are in the module cicd. */
export const iam = defineModule({
  name: 'iam',
  summary: 'A role per workload, least privilege, each with a permissions boundary of its own.',
  inputs,
  build(scope, input) {
    const account = awsAccount(scope);
    const context: IamContext = {
      prefix: input.name_prefix,
      orbitKeyArn: input.orbit_key_arn,
      axonKeyArn: input.axon_key_arn,
      governanceKeyArn: input.governance_key_arn,
      policyPublisherKeyArn: input.policy_publisher_key_arn,
      governanceSigningKeyArn: input.governance_signing_key_arn,
      modelArns: input.model_arns,
    };
    const specs: Record<Workload, RoleSpec> = {
      ...taskRoles(account, context),
      ...functionRoles(account, context),
    };
    const roles = workloads.map((name): [Workload, IamRole] => [
      name,
      boundedRole(scope, { prefix: context.prefix, name, ...specs[name] }),
    ]);
    addOptionalPermissions(scope, new Map(roles));
    return Object.fromEntries(
      roles.map(([name, role]): [string, ModuleOutput] => [
        `${name.replaceAll('-', '_')}_role_arn`,
        { description: `ARN of the role of ${name}.`, value: role.arn },
      ]),
    );
  },
});

interface OptionalPermission {
  readonly id: string;
  readonly statements: DataAwsIamPolicyDocumentStatement[];
  readonly when: string;
  readonly to: readonly Workload[];
}

/** What a role has only with an option; its boundary allows it either way. */
function addOptionalPermissions(scope: ModuleStack, roles: ReadonlyMap<Workload, IamRole>): void {
  const optional: readonly OptionalPermission[] = [
    { id: 'tracing', statements: [traces], when: 'var.tracing', to: ['orbit', 'axon', 'governance'] },
    {
      id: 'network_interfaces',
      statements: networkInterfaces,
      when: 'var.functions_in_vpc',
      to: ['governance', 'secrets-rotation'],
    },
  ];
  for (const { id, statements, when, to } of optional) {
    const document = new DataAwsIamPolicyDocument(scope, `${id}_document`, { statement: statements });
    for (const workload of to)
      new IamRolePolicy(scope, `${workload}_${id}`, {
        name: id,
        role: roles.get(workload)?.name ?? '',
        policy: document.json,
        count: countWhen(when),
      });
  }
}
