// A plan of one security group that is open to everybody, which every scanner of plans has to find.
// Next: scripts/scan/scan-plan.ts, which scans it.

/** The group, as a module has it. */
export const publicGroup = {
  type: 'aws_security_group',
  name: 'open',
  values: {
    name: 'open',
    description: 'Open to everybody.',
    ingress: [{ from_port: 22, to_port: 22, protocol: 'tcp', cidr_blocks: ['0.0.0.0/0'] }],
  },
};

/** `terraform show -json` of a plan that creates a resource in the module `bad`. */
export function planOf({ type, name, values }: typeof publicGroup): object {
  const address = `module.bad.${type}.${name}`;
  const provider = 'registry.terraform.io/hashicorp/aws';
  return {
    format_version: '1.2',
    terraform_version: '1.11.4',
    planned_values: {
      root_module: {
        child_modules: [
          {
            address: 'module.bad',
            resources: [{ address, mode: 'managed', type, name, provider_name: provider, schema_version: 1, values }],
          },
        ],
      },
    },
    resource_changes: [
      {
        address,
        module_address: 'module.bad',
        mode: 'managed',
        type,
        name,
        provider_name: provider,
        change: { actions: ['create'], before: null, after: values, after_unknown: {} },
      },
    ],
    configuration: {
      root_module: {
        module_calls: {
          bad: {
            source: '../../modules/bad',
            module: {
              resources: [
                {
                  address: `${type}.${name}`,
                  mode: 'managed',
                  type,
                  name,
                  provider_config_key: 'aws',
                  expressions: {},
                },
              ],
            },
          },
        },
      },
    },
  };
}
