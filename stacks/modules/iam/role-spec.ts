// What permissions are written with, and what a role is made of.
// Next: stacks/modules/iam/task-roles.ts and stacks/modules/iam/function-roles.ts, the roles.
import { type BoundedRoleOptions } from '../../constructs/bounded-role.ts';

/** The ARNs and switches that permissions are written with. */
export interface IamContext {
  readonly prefix: string;
  readonly orbitKeyArn: string;
  readonly axonKeyArn: string;
  readonly governanceKeyArn: string;
  readonly policyPublisherKeyArn: string;
  readonly governanceSigningKeyArn: string;
  readonly modelArns: string[];
}

/** What a role needs besides its prefix. */
export type RoleSpec = Omit<BoundedRoleOptions, 'prefix' | 'name'>;
