// The two keys that sign: one certifies grant keys, one publishes policies; neither signs for the other.
// Next: stacks/modules/iam.ts, whose roles use them.
import { type DataAwsIamPolicyDocumentStatement } from '@cdktf/provider-aws/lib/data-aws-iam-policy-document/index.js';
import { type AwsAccount } from '../../constructs/aws-account.ts';
import { roleUses } from '../../constructs/key-use.ts';
import { names } from '../../naming.ts';
import { type KeySpec } from './key-spec.ts';

/** ECC_NIST_P256 keys. The administrators read the public half of the one that vouches for audit records, and sign with neither. */
export function signingKeys(account: AwsAccount, prefix: string, administratorArns: string[]): KeySpec[] {
  const { role } = names(prefix);
  const signs = (sid: string, roles: string[]): DataAwsIamPolicyDocumentStatement =>
    roleUses(account, {
      sid,
      roles,
      actions: ['kms:Sign'],
      conditions: [{ test: 'StringEquals', variable: 'kms:SigningAlgorithm', values: ['ECDSA_SHA_256'] }],
    });
  const verifies = (sid: string, roles: string[]): DataAwsIamPolicyDocumentStatement =>
    roleUses(account, { sid, roles, actions: ['kms:GetPublicKey'] });
  return [
    {
      purpose: 'policy-publisher',
      description: 'Signs policy revisions.',
      signing: true,
      uses: [
        signs('PublishPolicy', [role('github-actions-app')]),
        verifies('VerifyPolicy', [role('governance'), role('github-actions-app')]),
      ],
    },
    {
      purpose: 'governance-signing',
      description: 'Certifies the keys that sign grants.',
      signing: true,
      uses: [
        signs('CertifyGrantKeys', [role('governance')]),
        verifies('VerifyCertificates', [role('axon')]),
        // Or nobody could verify the audit records of this account.
        {
          sid: 'VerifyRecords',
          actions: ['kms:GetPublicKey'],
          resources: ['*'],
          principals: [{ type: 'AWS', identifiers: [account.rootArn] }],
          condition: [{ test: 'ArnEquals', variable: 'aws:PrincipalArn', values: administratorArns }],
        },
      ],
    },
  ];
}
