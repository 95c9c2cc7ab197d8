// A private certificate authority with its own root installed, so that it can issue at once.
// Next: stacks/modules/mesh-service-connect.ts and stacks/modules/mesh-app-mesh.ts, which trust it alone.
import { AcmpcaCertificateAuthorityCertificate } from '@cdktf/provider-aws/lib/acmpca-certificate-authority-certificate/index.js';
import { AcmpcaCertificateAuthority } from '@cdktf/provider-aws/lib/acmpca-certificate-authority/index.js';
import { AcmpcaCertificate } from '@cdktf/provider-aws/lib/acmpca-certificate/index.js';
import { type Construct } from 'constructs';
import { type AwsAccount } from './aws-account.ts';

/** An authority to make. */
export interface PrivateAuthorityOptions {
  readonly commonName: string;
  /** Short-lived certificates last seven days at most and need no revocation lists. */
  readonly usageMode: 'GENERAL_PURPOSE' | 'SHORT_LIVED_CERTIFICATE';
  readonly years: number;
  /** Tags that AWS asks for. @defaultValue none */
  readonly tags?: Readonly<Record<string, string>>;
}

/** Makes the authority, has it sign its own root and installs that; what depends on the second can issue. */
export function privateAuthority(
  scope: Construct,
  account: AwsAccount,
  { commonName, usageMode, years, tags }: PrivateAuthorityOptions,
): { authority: AcmpcaCertificateAuthority; installed: AcmpcaCertificateAuthorityCertificate } {
  const authority = new AcmpcaCertificateAuthority(scope, 'authority', {
    type: 'ROOT',
    usageMode,
    permanentDeletionTimeInDays: 7,
    certificateAuthorityConfiguration: {
      keyAlgorithm: 'EC_prime256v1',
      signingAlgorithm: 'SHA256WITHECDSA',
      subject: { commonName },
    },
    // An empty map is not the same as none to the provider: it would be taken away with every plan.
    ...(tags === undefined ? {} : { tags: { ...tags } }),
  });
  const root = new AcmpcaCertificate(scope, 'root', {
    certificateAuthorityArn: authority.arn,
    certificateSigningRequest: authority.certificateSigningRequest,
    signingAlgorithm: 'SHA256WITHECDSA',
    templateArn: `arn:${account.partition}:acm-pca:::template/RootCACertificate/V1`,
    validity: { type: 'YEARS', value: `${years}` },
  });
  const installed = new AcmpcaCertificateAuthorityCertificate(scope, 'installed_root', {
    certificateAuthorityArn: authority.arn,
    certificate: root.certificate,
    certificateChain: root.certificateChain,
  });
  return { authority, installed };
}
