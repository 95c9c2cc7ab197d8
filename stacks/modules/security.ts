// What watches the account: the trail, GuardDuty, Security Hub, Config, Access Analyzer; each by option, each there once per account.
// Next: stacks/modules/security/audit-trail.ts and stacks/modules/security/configuration-record.ts.
import { AccessanalyzerAnalyzer } from '@cdktf/provider-aws/lib/accessanalyzer-analyzer/index.js';
import { GuarddutyDetector } from '@cdktf/provider-aws/lib/guardduty-detector/index.js';
import { S3AccountPublicAccessBlock } from '@cdktf/provider-aws/lib/s3-account-public-access-block/index.js';
import { SecurityhubAccount } from '@cdktf/provider-aws/lib/securityhub-account/index.js';
import { SecurityhubStandardsSubscription } from '@cdktf/provider-aws/lib/securityhub-standards-subscription/index.js';
import { z } from 'zod';
import { awsAccount } from '../constructs/aws-account.ts';
import { countWhen } from '../expression.ts';
import { arnInput, namePrefixInput } from '../module-inputs.ts';
import { defineModule } from '../module-stack.ts';
import { names } from '../naming.ts';
import { addAuditTrail } from './security/audit-trail.ts';
import { addConfigurationRecord } from './security/configuration-record.ts';

const option = (what: string) =>
  z
    .boolean()
    .default(true)
    .meta({ description: `Whether ${what}.` });

const inputs = z.strictObject({
  name_prefix: namePrefixInput,
  audit_key_arn: arnInput('Key of the trail and of what Config records.'),
  cloud_trail: option('this environment keeps a trail of the account'),
  guard_duty: option('GuardDuty looks for threats'),
  security_hub: option('Security Hub checks against its standards'),
  config: option('Config records configurations'),
  create_config_role: z.boolean().default(true).meta({
    description: "Whether Config's service-linked role is made here; false where the account has it already.",
  }),
  access_analyzer: option('Access Analyzer looks for what is shared outside'),
  public_access_block: option("the account's buckets can never be public"),
  retention_days: z.int().min(90).max(3650).default(365).meta({ description: 'Days that trail and records are kept.' }),
  force_destroy_logs: z
    .boolean()
    .default(false)
    .meta({ description: 'Whether Terraform may destroy the buckets with what they hold.' }),
});

/** The account's watchers. */
export const security = defineModule({
  name: 'security',
  summary: "The account's watchers: CloudTrail, GuardDuty, Security Hub, Config, Access Analyzer, each by option.",
  inputs,
  build(scope, input) {
    const account = awsAccount(scope);
    const common = {
      prefix: input.name_prefix,
      keyArn: input.audit_key_arn,
      expireDays: input.retention_days,
      forceDestroy: input.force_destroy_logs,
    };
    const trailBucket = addAuditTrail(scope, account, common);
    addConfigurationRecord(scope, account, common);
    const threats = new GuarddutyDetector(scope, 'threats', {
      count: countWhen('var.guard_duty'),
      enable: true,
      findingPublishingFrequency: 'FIFTEEN_MINUTES',
    });
    scope.skipCheck(
      threats,
      'CKV2_AWS_3',
      'this account alone; an organization enables its members from its own account',
    );
    const hub = new SecurityhubAccount(scope, 'hub', {
      count: countWhen('var.security_hub'),
      enableDefaultStandards: false,
    });
    new SecurityhubStandardsSubscription(scope, 'foundational', {
      count: countWhen('var.security_hub'),
      standardsArn: `arn:${account.partition}:securityhub:${account.region}::standards/aws-foundational-security-best-practices/v/1.0.0`,
      dependsOn: [hub],
    });
    new AccessanalyzerAnalyzer(scope, 'analyzer', {
      count: countWhen('var.access_analyzer'),
      analyzerName: names(input.name_prefix).analyzer,
      type: 'ACCOUNT',
    });
    new S3AccountPublicAccessBlock(scope, 'no_public_buckets', {
      count: countWhen('var.public_access_block'),
      blockPublicAcls: true,
      blockPublicPolicy: true,
      ignorePublicAcls: true,
      restrictPublicBuckets: true,
    });
    return { trail_bucket: { description: 'Bucket of the trail; null without the option.', value: trailBucket } };
  },
});
