// One environment: provider, state, the variables of a release, and the modules in the order they depend on each other.
// Next: stacks/module-calls.ts, the modules one after the other; stacks/guards/guard.ts, which judges the whole.
import { AwsProvider } from '@cdktf/provider-aws/lib/provider/index.js';
import { LocalBackend, S3Backend, type TerraformElement, TerraformStack } from 'cdktf';
import { type Construct, type Node } from 'constructs';
import { z } from 'zod';
import { type EnvironmentConfig } from './config/schema.ts';
import { addVariables } from './inputs.ts';
import { terraformConstraint, terraformName } from './module-stack.ts';
import { arnInput } from './module-inputs.ts';
import { callModules } from './module-calls.ts';
import { defaultTags, namePrefix } from './naming.ts';
import { readConfiguration, type TerraformConfiguration } from './terraform-json.ts';

const digest = (service: string) =>
  z
    .string()
    .regex(/^sha256:[0-9a-f]{64}$/)
    .meta({ description: `Digest of the image of ${service} that this release runs.` });

const packagePath = (name: string) =>
  z
    .string()
    .min(1)
    .default(`../../../dist/${name}.zip`)
    .meta({ description: `Archive of the ${name} function, made by npm run bundle.` });

/** What a release decides; everything else is configuration. */
const releaseVariables = z.strictObject({
  certificate_arn: arnInput('ACM certificate of the internal load balancer, in this region.'),
  orbit_image_digest: digest('Orbit'),
  axon_image_digest: digest('Axon'),
  governance_package: packagePath('governance'),
  rotation_package: packagePath('rotation'),
  smoke_package: packagePath('smoke'),
});

/** A secret of the account's, so it is no configuration: given as TF_VAR_pager_duty_url. */
const pagerDutyVariable = z.strictObject({
  pager_duty_url: z
    .string()
    .regex(/^https:\/\/events[.]/)
    .nullable()
    .default(null)
    .meta({ description: 'Integration URL of PagerDuty; without it nobody is paged.', sensitive: true }),
});

/** One environment of the runtime. */
export class EnvironmentStack extends TerraformStack {
  /** What a reader of the output should know, one line each. */
  readonly warnings: string[] = [];

  constructor(app: Construct, config: EnvironmentConfig) {
    super(app, config.environment);
    const prefix = namePrefix(config.project, config.environment);
    addBackend(this, config);
    new AwsProvider(this, 'aws', {
      region: config.region,
      defaultTags: [{ tags: defaultTags({ ...config, service: 'agent-runtime', tenant: tenantOf(config) }) }],
    });
    const release = addVariables(this, releaseVariables);
    const pagerDutyUrl = config.alerts.pagerDuty ? addVariables(this, pagerDutyVariable).pager_duty_url : null;
    if (config.mesh === 'app-mesh')
      this.warnings.push(`${config.environment}: AWS ended App Mesh on 2026-09-30; use lattice or service-connect`);
    callModules(this, { config, prefix, release, pagerDutyUrl });
  }

  /** The environment as Terraform JSON. */
  toConfiguration(): TerraformConfiguration {
    const configuration = readConfiguration(this.toTerraform());
    // cdktf cannot render required_version in HCL, so it is said here and not by an override.
    return { ...configuration, terraform: { ...configuration.terraform, required_version: terraformConstraint } };
  }

  protected override allocateLogicalId(element: TerraformElement | Node): string {
    return terraformName(this, element);
  }
}

/** An isolated tenant's environment is tagged with it; a shared one serves them all. */
function tenantOf({ tenants, environment }: EnvironmentConfig): string {
  const [only] = tenants;
  return only && environment.endsWith(`-${only.name}`) ? only.name : 'shared';
}

function addBackend(scope: Construct, { project, environment, state }: EnvironmentConfig): void {
  if (state === null) {
    // Three up is the repository's root, from infra/environments/<name> and from cdktf.out/stacks/<name> alike.
    new LocalBackend(scope, { path: `../../../terraform.${environment}.tfstate` });
    return;
  }
  new LockingS3Backend(scope, {
    bucket: state.bucket,
    region: state.region,
    key: `${project}/${environment}/terraform.tfstate`,
    encrypt: true,
    ...(state.kmsKeyArn === undefined ? {} : { kmsKeyId: state.kmsKeyArn }),
  });
}

/** cdktf knows no `use_lockfile`: the lock as an object beside the state, without a DynamoDB table. */
class LockingS3Backend extends S3Backend {
  protected override synthesizeAttributes(): Record<string, unknown> {
    return { ...super.synthesizeAttributes(), use_lockfile: true };
  }

  protected override synthesizeHclAttributes(): Record<string, unknown> {
    return { ...super.synthesizeHclAttributes(), use_lockfile: true };
  }
}
