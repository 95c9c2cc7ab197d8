// The policies of the modules kms, iam, secrets and ecr for one environment of one account, ready to be judged.
// Next: __tests__/support/iam-evaluator.ts, which judges.
import { App } from 'cdktf';
import { type Module } from '../../stacks/module-stack.ts';
import { ecr } from '../../stacks/modules/ecr.ts';
import { iam } from '../../stacks/modules/iam.ts';
import { kms } from '../../stacks/modules/kms.ts';
import { secrets } from '../../stacks/modules/secrets.ts';
import { names, type Service, type Workload } from '../../stacks/naming.ts';
import { type TerraformConfiguration } from '../../stacks/terraform-json.ts';
import { type RequestContext } from './iam-conditions.ts';
import { type AccessPolicies, evaluateAccess, type PolicyDocument } from './iam-evaluator.ts';
import { policyOf } from './policy-documents.ts';
import { temporaryFolder } from './temporary-folder.ts';
import { type KnownValues } from './terraform-template.ts';

export const accountId = '123456789012';
export const region = 'eu-central-1';
export const prefix = 'agent-runtime-dev';
/** An ARN in the account and region. */
export const arn = (service: string, resource: string) => `arn:aws:${service}:${region}:${accountId}:${resource}`;
/** ARN of a role, a workload's or another. */
export const roleArn = (name: string) => `arn:aws:iam::${accountId}:role/${names(prefix).role(name)}`;
/** ARN of a secret, with the six characters that AWS adds. */
export const secretArn = (service: Service) => arn('secretsmanager', `secret:${prefix}/${service}-aB3xYz`);
/** ARN of a key by its purpose. */
export const keyArn = (purpose: string) => arn('kms', `key/${purpose}`);
/** ARN of one of Governance's tables. */
export const tableArn = (name: 'policies' | 'quotas' | 'grants') =>
  arn('dynamodb', `table/${names(prefix).table(name)}`);
/** ARN of a function, `governance:orbit` with an alias. */
export const functionArn = (name: string) => arn('lambda', `function:${names(prefix).named(name)}`);
/** A role that administers keys and creates what they encrypt. */
export const administratorArn = roleArn('github-actions-infra');
export const modelArn = `arn:aws:bedrock:${region}::foundation-model/example.model-1`;

const known: KnownValues = {
  'data.aws_caller_identity.current.account_id': accountId,
  'data.aws_region.current_region.name': region,
  'data.aws_partition.current_partition.partition': 'aws',
  'var.name_prefix': prefix,
  'var.administrator_role_arns': [administratorArn],
  'var.model_arns': [modelArn],
  ...Object.fromEntries(
    ['orbit', 'axon', 'governance', 'policy_publisher', 'governance_signing'].map((key) => [
      `var.${key}_key_arn`,
      keyArn(key.replaceAll('_', '-')),
    ]),
  ),
  'aws_secretsmanager_secret.orbit.arn': secretArn('orbit'),
  'aws_secretsmanager_secret.axon.arn': secretArn('axon'),
};

/** A module as synthesized by itself. */
export function configurationOf(module: Pick<Module, 'synthesize'>): TerraformConfiguration {
  return module.synthesize(new App({ stackTraces: false, outdir: temporaryFolder('module') })).toConfiguration();
}

/** The modules, synthesized once. */
export const configurations = {
  kms: configurationOf(kms),
  iam: configurationOf(iam),
  secrets: configurationOf(secrets),
  ecr: configurationOf(ecr),
};

/** Identity policy and boundary of a workload's role. */
export function policiesOf(workload: Workload): Required<Pick<AccessPolicies, 'identity' | 'boundary'>> {
  const name = workload.replaceAll('-', '_');
  return {
    identity: [policyOf(configurations.iam, `aws_iam_role_policy.${name}_permissions`, 'policy', known)],
    boundary: policyOf(configurations.iam, `aws_iam_policy.${name}_boundary`, 'policy', known),
  };
}

/** A policy that a role has with an option only: `tracing`, `network_interfaces`. */
export function optionalPolicyOf(workload: Workload, option: string): PolicyDocument {
  return policyOf(
    configurations.iam,
    `aws_iam_role_policy.${workload.replaceAll('-', '_')}_${option}`,
    'policy',
    known,
  );
}

/** Who may assume a workload's role. */
export function trustOf(workload: Workload): PolicyDocument {
  return policyOf(configurations.iam, `aws_iam_role.${workload.replaceAll('-', '_')}`, 'assume_role_policy', known);
}

/** The policy of a secret. */
export function secretPolicyOf(service: Service): PolicyDocument {
  return policyOf(configurations.secrets, `aws_secretsmanager_secret_policy.${service}_policy`, 'policy', known);
}

/** The policy of a key, by its purpose. */
export function keyPolicyOf(purpose: string): PolicyDocument {
  return policyOf(configurations.kms, `aws_kms_key.${purpose.replaceAll('-', '_')}`, 'policy', known);
}

/** The policy of a repository. */
export function repositoryPolicyOf(service: Service): PolicyDocument {
  return policyOf(configurations.ecr, `aws_ecr_repository_policy.${service}_policy`, 'policy', known);
}

/** What KMS is told when a service of AWS asks in somebody's name. */
export const via = (service: string) => ({ 'kms:ViaService': `${service}.${region}.amazonaws.com` });
/** What KMS is told about a version of a secret. */
export const ofSecret = (arnOfSecret: string, version = 'f3a1c2d4-0000-4000-8000-1234567890ab') => ({
  ...via('secretsmanager'),
  'kms:EncryptionContext:SecretARN': arnOfSecret,
  'kms:EncryptionContext:SecretVersionId': version,
});
/** What KMS is told about a table. */
export const ofTable = (name: 'policies' | 'quotas' | 'grants') => ({
  ...via('dynamodb'),
  'kms:EncryptionContext:aws:dynamodb:tableName': names(prefix).table(name),
});

/** What a workload's own policy and boundary say, whatever the resource thinks of it. */
export function may(workload: Workload, action: string, resource: string, context: RequestContext = {}): boolean {
  return evaluateAccess({ caller: { role: roleArn(workload) }, action, resource, context }, policiesOf(workload))
    .allowed;
}

/** Allows everything to everybody of the account: a layer opened, to see what another does by itself. */
export const open: PolicyDocument = {
  Version: '2012-10-17',
  Statement: [{ Sid: 'Open', Effect: 'Allow', Action: '*', Resource: '*' }],
};
