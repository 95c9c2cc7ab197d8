// What synth refuses, whatever the configuration says: every guard looks at one synthesized configuration.
// Next: stacks/guards/wildcard-permissions.ts and its neighbours, one rule each.
import { type TerraformConfiguration } from '../terraform-json.ts';
import { boundedRoles } from './bounded-roles.ts';
import { encryptedStores } from './encrypted-stores.ts';
import { openEgress } from './open-egress.ts';
import { privateWorkloads } from './private-workloads.ts';
import { publicIngress } from './public-ingress.ts';
import { wildcardPermissions } from './wildcard-permissions.ts';

/** Looks for one kind of mistake. @returns a line per problem: the address, what was got, what was expected */
export type Guard = (configuration: TerraformConfiguration) => string[];

/** Every guard, by name. */
export const guards: Readonly<Record<string, Guard>> = {
  wildcardPermissions,
  publicIngress,
  openEgress,
  boundedRoles,
  encryptedStores,
  privateWorkloads,
};

/** Runs every guard over a configuration. @returns all problems; none when it may be synthesized */
export function judge(configuration: TerraformConfiguration): string[] {
  return Object.values(guards).flatMap((guard) => guard(configuration));
}
