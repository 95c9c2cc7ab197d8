// One key per purpose: administered by named roles, used by exactly the workloads that need it, through the service they use it with.
// Next: stacks/modules/kms/data-keys.ts and stacks/modules/kms/signing-keys.ts, who uses which.
import { DataAwsIamPolicyDocument } from '@cdktf/provider-aws/lib/data-aws-iam-policy-document/index.js';
import { KmsAlias } from '@cdktf/provider-aws/lib/kms-alias/index.js';
import { KmsKey } from '@cdktf/provider-aws/lib/kms-key/index.js';
import { z } from 'zod';
import { awsAccount } from '../constructs/aws-account.ts';
import { administer, describe } from '../constructs/key-use.ts';
import { arnInput, namePrefixInput } from '../module-inputs.ts';
import { defineModule, type ModuleOutput } from '../module-stack.ts';
import { names } from '../naming.ts';
import { dataKeys } from './kms/data-keys.ts';
import { signingKeys } from './kms/signing-keys.ts';

const inputs = z.strictObject({
  name_prefix: namePrefixInput,
  administrator_role_arns: z.array(arnInput('Role.')).min(1).meta({
    description:
      'Roles that administer the keys and create what they encrypt, the one that applies this among them, or KMS refuses the policy; they decrypt no secret.',
  }),
  deletion_window_days: z
    .int()
    .min(7)
    .max(30)
    .default(30)
    .meta({ description: 'Days between a key being given up and being gone.' }),
});

/** The keys of contracts section 9, and one each for alerts and the audit trail, which other services encrypt with. */
export const kms = defineModule({
  name: 'kms',
  summary:
    'One KMS key per purpose, with a policy that names who administers it and who uses it through which service.',
  inputs,
  build(scope, { name_prefix, administrator_role_arns, deletion_window_days }) {
    const account = awsAccount(scope);
    const { keyAlias } = names(name_prefix);
    const outputs: Record<string, ModuleOutput> = {};
    const specs = [
      ...dataKeys(account, { prefix: name_prefix, creatorArns: administrator_role_arns }),
      ...signingKeys(account, name_prefix, administrator_role_arns),
    ];
    for (const { purpose, description, uses, signing } of specs) {
      const policy = new DataAwsIamPolicyDocument(scope, `${purpose}_policy`, {
        statement: [administer(account, administrator_role_arns), describe(account), ...uses],
      });
      const key = new KmsKey(scope, purpose, {
        description,
        deletionWindowInDays: deletion_window_days,
        policy: policy.json,
        ...(signing
          ? { keyUsage: 'SIGN_VERIFY', customerMasterKeySpec: 'ECC_NIST_P256' }
          : { enableKeyRotation: true }),
      });
      const alias = new KmsAlias(scope, `${purpose}_alias`, { name: keyAlias(purpose), targetKeyId: key.keyId });
      const output = purpose.replaceAll('-', '_');
      outputs[`${output}_key_arn`] = { description: `ARN of the key: ${description}`, value: key.arn };
      outputs[`${output}_alias_arn`] = { description: `ARN of the alias ${purpose}.`, value: alias.arn };
    }
    return outputs;
  },
});
