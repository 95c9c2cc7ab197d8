// Refuses a role or user without a permissions boundary, and a user with an access key at all.
// Next: stacks/guards/encrypted-stores.ts.
import { type TerraformConfiguration } from '../terraform-json.ts';
import { isSet, resources } from './blocks.ts';

/** Finds principals that nothing bounds, and credentials that never end. */
export function boundedRoles(configuration: TerraformConfiguration): string[] {
  const unbounded = resources(configuration, 'aws_iam_role', 'aws_iam_user')
    .filter(({ block }) => !isSet(block['permissions_boundary']))
    .map(({ address }) => `${address}: got no permissions_boundary, expected one`);
  const keys = resources(configuration, 'aws_iam_access_key').map(
    ({ address }) => `${address}: got a long-lived access key, expected a role`,
  );
  return [...unbounded, ...keys];
}
