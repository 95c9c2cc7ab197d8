// What the synthesized environment says of names, aliases and policies, so that what is exercised here is what is deployed.
// Next: services/local/platform.ts, which stands in for that account.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { AuthPolicy } from './auth-policy.ts';
import { type InvokeGrant } from './lambda-endpoint.ts';
import { type ReferenceScope, resolveReferences } from './terraform-references.ts';

/** Where infra/ is, which environment, and what AWS would fill in. */
export interface SynthesizedAccountOptions {
  /** The folder with `modules` and `environments`. */
  readonly infra: string;
  readonly environment: string;
  /** Twelve digits. */
  readonly account: string;
  /** The ARN that Axon's service would get in a region. */
  readonly serviceArn: (region: string) => string;
}

/** An environment, as far as a laptop needs it. */
export interface SynthesizedAccount {
  readonly region: string;
  readonly prefix: string;
  readonly functionName: string;
  readonly aliases: readonly string[];
  readonly signingAlias: string;
  /** Where the function and both services write their metrics. */
  readonly metricsNamespace: string;
  readonly grantsTable: string;
  /** Axon's service in the mesh. */
  readonly serviceArn: string;
  /** A line of the Lambda's resource policy each. */
  readonly mayInvoke: readonly InvokeGrant[];
  /** Both documents must allow a call: the service network's and the service's. */
  readonly authPolicies: readonly AuthPolicy[];
  /** What was read, a line each. */
  readonly read: readonly string[];
}

const Block = z.record(z.string(), z.unknown());
const Blocks = z.record(z.string(), z.record(z.string(), Block)).default({});
const Configuration = z.looseObject({
  provider: z.looseObject({ aws: z.array(z.looseObject({ region: z.string() })).min(1) }).optional(),
  module: z.record(z.string(), z.looseObject({ source: z.string() })).default({}),
  variable: z.record(z.string(), Block).default({}),
  data: Blocks,
  resource: Blocks,
});
const Statement = z.looseObject({
  sid: z.string().optional(),
  effect: z.enum(['Allow', 'Deny']).default('Allow'),
  actions: z.array(z.string()),
  resources: z.array(z.string()),
  principals: z.array(z.object({ type: z.literal('AWS'), identifiers: z.array(z.string()) })).length(1),
  condition: z.array(z.object({ test: z.string(), variable: z.string(), values: z.array(z.string()) })).default([]),
});

/**
 * Reads an environment as synthesized: no Terraform runs, so only what is known before an apply can be read.
 *
 * @throws Error naming the file that is missing, or the reference that is not known before an apply
 */
export function readSynthesizedAccount(options: SynthesizedAccountOptions): SynthesizedAccount {
  const { infra, environment, account } = options;
  const root = readConfiguration(path.join(infra, 'environments', environment));
  const region = root.provider?.aws[0]?.region ?? '';
  const serviceArn = options.serviceArn(region);
  const module = (name: string): Module => openModule({ infra, environment, root, name, account, region, serviceArn });
  const [governance, mesh, kms] = [module('governance'), module('mesh-lattice'), module('kms')];
  const functionName = String(governance.attribute('aws_lambda_function.governance', 'function_name'));
  const callers = z.record(z.string(), z.string()).parse(governance.value('${var.callers}'));
  const functionArn = (alias: string) => `arn:aws:lambda:${region}:${account}:function:${functionName}:${alias}`;
  const prefix = String(governance.value('${var.name_prefix}'));
  return {
    region,
    prefix,
    functionName,
    aliases: ['live', ...Object.keys(callers)],
    signingAlias: String(kms.attribute('aws_kms_alias.governance-signing_alias', 'name')),
    metricsNamespace: String(governance.variable('aws_lambda_function.governance', 'METRICS_NAMESPACE')),
    serviceArn,
    grantsTable: String(governance.attribute('aws_dynamodb_table.grants', 'name')),
    mayInvoke: Object.entries(callers).map(([key, value]) => ({
      roleArn: String(
        governance.attribute('aws_lambda_permission.caller_permission', 'principal', {
          'each.key': key,
          'each.value': value,
        }),
      ),
      functionArn: functionArn(key),
    })),
    authPolicies: ['network_policy', 'axon_policy'].map((name) => mesh.policy(`aws_vpclattice_auth_policy.${name}`)),
    read: [
      `synthesized environments/${environment}: names with ${prefix}, aliases and permissions of ${functionName} for ${Object.keys(callers).join(', ')}`,
      `synthesized modules/mesh-lattice: auth policies of the service network and of axon`,
    ],
  };
}

/** A module of the environment, with what its call gives it. */
interface Module {
  value(expression: unknown, extra?: Readonly<Record<string, unknown>>): unknown;
  attribute(address: string, attribute: string, extra?: Readonly<Record<string, unknown>>): unknown;
  /** A variable of a function's environment. */
  variable(address: string, name: string): unknown;
  /** The document behind a resource's `policy`, in IAM's own JSON. */
  policy(address: string): AuthPolicy;
}

interface ModuleContext extends Omit<SynthesizedAccountOptions, 'serviceArn'> {
  readonly root: z.output<typeof Configuration>;
  readonly name: string;
  readonly region: string;
  readonly serviceArn: string;
}

function openModule({ infra, root, name, environment, account, region, serviceArn }: ModuleContext): Module {
  const call = Object.values(root.module).find(({ source }) => path.basename(source) === name);
  if (!call) throw new Error(`got no call of module ${name} in environment ${environment}, expected one`);
  const configuration = readConfiguration(path.join(infra, 'modules', name));
  const known: Readonly<Record<string, unknown>> = {
    'data.aws_caller_identity.current.account_id': account,
    'data.aws_region.current_region.name': region,
    'data.aws_partition.current_partition.partition': 'aws',
    'aws_vpclattice_service.axon.arn': serviceArn,
  };
  const atRoot: ReferenceScope = (reference) => known[reference];
  const inModule =
    (extra: Readonly<Record<string, unknown>>): ReferenceScope =>
    (reference) => {
      const variable = /^var\.(\w+)$/.exec(reference)?.[1];
      if (variable === undefined) return extra[reference] ?? known[reference];
      const given = call[variable];
      if (given === undefined) return configuration.variable[variable]?.['default'];
      return resolveReferences(given, atRoot, `module.${name}.${variable}`);
    };
  const value: Module['value'] = (expression, extra = {}) =>
    resolveReferences(expression, inModule(extra), `modules/${name}`);
  const block = (address: string): Record<string, unknown> => {
    const [type = '', label = ''] = address.split('.');
    const found = configuration.resource[type]?.[label.replaceAll('-', '_')];
    if (!found) throw new Error(`got no ${address} in modules/${name}, expected one`);
    return found;
  };
  return {
    value,
    attribute: (address, attribute, extra) => value(block(address)[attribute], extra),
    variable(address, variable) {
      const { variables } = z.object({ variables: Block }).parse(block(address)['environment']);
      return value(variables[variable]);
    },
    policy(address) {
      const reference = /^\$\{data\.aws_iam_policy_document\.(\w+)\.json\}$/.exec(String(block(address)['policy']));
      const document = configuration.data['aws_iam_policy_document']?.[reference?.[1] ?? ''];
      if (!document) throw new Error(`got ${address} in modules/${name} without a document, expected one`);
      return AuthPolicy.parse(iamPolicy(z.array(Statement).parse(value(document['statement']))));
    },
  };
}

/** From Terraform's words for a policy to IAM's. */
function iamPolicy(statements: readonly z.output<typeof Statement>[]): object {
  return {
    Version: '2012-10-17',
    Statement: statements.map(({ sid, effect, actions, resources, principals, condition }) => ({
      ...(sid === undefined ? {} : { Sid: sid }),
      Effect: effect,
      Principal: { AWS: principals[0]?.identifiers ?? [] },
      Action: actions,
      Resource: resources,
      ...(condition.length === 0 ? {} : { Condition: conditions(condition) }),
    })),
  };
}

function conditions(list: readonly { test: string; variable: string; values: string[] }[]): object {
  const byTest: Record<string, Record<string, string[]>> = {};
  for (const { test, variable, values } of list) byTest[test] = { ...byTest[test], [variable]: values };
  return byTest;
}

function readConfiguration(folder: string): z.output<typeof Configuration> {
  const file = path.join(folder, 'main.tf.json');
  try {
    return Configuration.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (error) {
    throw new Error(`got no usable ${file}, expected what npx cdktf synth writes`, { cause: error });
  }
}
