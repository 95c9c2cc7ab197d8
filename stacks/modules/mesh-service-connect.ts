// The mesh by ECS Service Connect: a namespace, and a private certificate authority for TLS between the proxies.
// Next: stacks/modules/ecs-service/services.ts, whose rolling services join it.
import { ServiceDiscoveryHttpNamespace } from '@cdktf/provider-aws/lib/service-discovery-http-namespace/index.js';
import { z } from 'zod';
import { awsAccount } from '../constructs/aws-account.ts';
import { boundedRole, trustService } from '../constructs/bounded-role.ts';
import { privateAuthority } from '../constructs/private-authority.ts';
import { arnInput, namePrefixInput } from '../module-inputs.ts';
import { defineModule } from '../module-stack.ts';
import { names, ports } from '../naming.ts';

const inputs = z.strictObject({
  name_prefix: namePrefixInput,
  key_arn: arnInput('Key that the private keys of the proxies are encrypted with.'),
  authority_years: z.int().min(1).max(10).default(5).meta({ description: 'Years that the authority lasts.' }),
});

/** The name that Orbit calls Axon by, inside the namespace. */
const discoveryName = 'axon';

/** Namespace, authority, and the role that ECS gets certificates with. */
export const meshServiceConnect = defineModule({
  name: 'mesh-service-connect',
  summary: 'ECS Service Connect: a Cloud Map namespace and TLS between proxies by a private certificate authority.',
  inputs,
  build(scope, input) {
    const account = awsAccount(scope);
    const { mesh, named } = names(input.name_prefix);
    const namespace = new ServiceDiscoveryHttpNamespace(scope, 'namespace', {
      name: mesh,
      description: 'Services of the runtime.',
      tags: { AmazonECSManaged: 'true' },
    });
    const { authority } = privateAuthority(scope, account, {
      commonName: named('mesh'),
      usageMode: 'SHORT_LIVED_CERTIFICATE',
      years: input.authority_years,
      tags: { AmazonECSManaged: 'true' },
    });
    const role = boundedRole(scope, {
      prefix: input.name_prefix,
      name: 'service-connect-tls',
      description: 'ECS: has certificates of proxies issued and keeps their keys.',
      trust: [trustService(account, 'ecs.amazonaws.com', account.arn('ecs', '*'))],
      permissions: [
        {
          sid: 'IssueCertificates',
          actions: [
            'acm-pca:DescribeCertificateAuthority',
            'acm-pca:GetCertificate',
            'acm-pca:GetCertificateAuthorityCertificate',
            'acm-pca:IssueCertificate',
          ],
          resources: [authority.arn],
        },
        {
          sid: 'KeepKeys',
          actions: [
            'secretsmanager:CreateSecret',
            'secretsmanager:DeleteSecret',
            'secretsmanager:DescribeSecret',
            'secretsmanager:GetSecretValue',
            'secretsmanager:PutSecretValue',
            'secretsmanager:RotateSecret',
            'secretsmanager:TagResource',
            'secretsmanager:UpdateSecret',
            'secretsmanager:UpdateSecretVersionStage',
          ],
          resources: [account.arn('secretsmanager', 'secret:ecs-sc!*')],
        },
        {
          sid: 'EncryptKeys',
          actions: ['kms:Decrypt', 'kms:GenerateDataKey', 'kms:GenerateDataKeyPair'],
          resources: [input.key_arn],
        },
      ],
    });
    return {
      axon_url: { description: 'Where Orbit calls Axon.', value: `http://${discoveryName}:${ports.task}` },
      namespace_arn: { description: 'The namespace.', value: namespace.arn },
      discovery_name: { description: "Axon's name in it.", value: discoveryName },
      authority_arn: { description: 'The certificate authority.', value: authority.arn },
      tls_role_arn: { description: 'Role that ECS gets certificates with.', value: role.arn },
    };
  },
});
