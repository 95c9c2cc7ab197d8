// Tenants that share the environment: what is theirs by tag, and their quotas as data that operators and policies can read.
// Next: stacks/config/load.ts, which gives a tenant with isolation `vpc` an environment of its own.
import { ResourcegroupsGroup } from '@cdktf/provider-aws/lib/resourcegroups-group/index.js';
import { SsmParameter } from '@cdktf/provider-aws/lib/ssm-parameter/index.js';
import { z } from 'zod';
import { forEach, text } from '../expression.ts';
import { arnInput, namePrefixInput } from '../module-inputs.ts';
import { defineModule } from '../module-stack.ts';
import { names } from '../naming.ts';

const inputs = z.strictObject({
  name_prefix: namePrefixInput,
  key_arn: arnInput('Key of the parameters.'),
  tenants: z
    .record(
      z.string(),
      z.strictObject({ cost_center: z.string(), isolation: z.string(), decisions_per_minute: z.int() }),
    )
    .default({})
    .meta({ description: 'Tenant → cost center, isolation and quota.' }),
});

/** A resource group and a parameter per tenant. */
export const tenancy = defineModule({
  name: 'tenancy',
  summary: 'Per tenant a resource group by tag, and its quota and cost center as a parameter.',
  inputs,
  build(scope, { name_prefix, key_arn }) {
    const { named } = names(name_prefix);
    new ResourcegroupsGroup(scope, 'tenant', {
      forEach: forEach('var.tenants'),
      name: `${named('tenant')}-${text('each.key')}`,
      description: 'Everything tagged with the tenant in any environment',
      resourceQuery: {
        query: text(
          'jsonencode({ ResourceTypeFilters = ["AWS::AllSupported"], TagFilters = [{ Key = "Tenant", Values = [each.key] }] })',
        ),
      },
      tags: { Tenant: text('each.key'), CostCenter: text('each.value.cost_center') },
    });
    new SsmParameter(scope, 'quota', {
      forEach: forEach('var.tenants'),
      name: `/${name_prefix}/tenants/${text('each.key')}`,
      description: 'Isolation and quota of the tenant; its policy document enforces the quota.',
      type: 'SecureString',
      keyId: key_arn,
      value: text(
        'jsonencode({ isolation = each.value.isolation, decisionsPerMinute = each.value.decisions_per_minute })',
      ),
      tags: { Tenant: text('each.key'), CostCenter: text('each.value.cost_center') },
    });
    return {
      tenant_parameters: {
        description: 'Name of the parameter of each tenant.',
        value: text('{ for tenant, parameter in aws_ssm_parameter.quota : tenant => parameter.name }'),
      },
    };
  },
});
