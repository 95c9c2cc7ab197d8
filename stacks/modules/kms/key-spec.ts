// What a key is made of.
// Next: stacks/modules/kms/data-keys.ts and stacks/modules/kms/signing-keys.ts, the keys.
import { type DataAwsIamPolicyDocumentStatement } from '@cdktf/provider-aws/lib/data-aws-iam-policy-document/index.js';

/** A key to make. */
export interface KeySpec {
  /** What it is for: the end of its alias. */
  readonly purpose: string;
  readonly description: string;
  readonly uses: readonly DataAwsIamPolicyDocumentStatement[];
  /** ECC_NIST_P256 for signatures instead of a symmetric key for data. */
  readonly signing?: true;
}
