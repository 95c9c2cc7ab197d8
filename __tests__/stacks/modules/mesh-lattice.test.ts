// The mesh by Lattice: judged by the very evaluator that the local gateway uses.
// Next: stacks/modules/mesh-lattice.ts.
import { App } from 'cdktf';
import { describe, expect, test } from 'vitest';
import { AuthPolicy, evaluateAuthPolicy } from '../../../services/local/auth-policy.ts';
import { meshLattice } from '../../../stacks/modules/mesh-lattice.ts';
import { account, policyText, readStatements } from '../../support/synthesized-policy.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const app = new App({ stackTraces: false, outdir: temporaryFolder('mesh-lattice') });
const configuration = meshLattice.synthesize(app).toConfiguration();
const { resource = {}, variable = {}, output = {} } = configuration;
const serviceArn = `arn:aws:vpc-lattice:${account.region}:${account.id}:service/svc-0a1b2c3d4e5f67890`;
const values = {
  'var.methods': variable['methods']?.['default'] as string[],
  'var.paths': variable['paths']?.['default'] as string[],
  'var.caller_role_name': `${account.prefix}-orbit-role`,
  'var.log_group_arn': `arn:aws:logs:${account.region}:${account.id}:log-group:/aws/vpc-lattice/${account.prefix}-mesh`,
  'aws_vpclattice_service.axon.arn': serviceArn,
};
const policy = (document: string) => AuthPolicy.parse(policyText(readStatements(configuration, document, values)));
const orbit = `arn:aws:iam::${account.id}:role/${account.prefix}-orbit-role`;

function ask(document: string, { role = orbit, method = 'POST', path = '/reason' } = {}) {
  return evaluateAuthPolicy(policy(document), {
    principalArn: role,
    action: 'vpc-lattice-svcs:Invoke',
    resource: `${serviceArn}${path}`,
    conditions: { 'vpc-lattice-svcs:RequestMethod': method, 'vpc-lattice-svcs:RequestPath': path },
  });
}

describe('the auth policy of Axon', () => {
  test.each(['GET', 'POST'])('lets the role of Orbit %s /reason', (method) => {
    expect(ask('axon_policy_document', { method })).toBe('allow');
  });

  test.each([
    ['the role of Axon', { role: orbit.replace('-orbit-', '-axon-') }],
    ['the same role name in another account', { role: orbit.replace(account.id, '999988887777') }],
    ['a role whose name goes on', { role: `${orbit}-2` }],
    ['another method', { method: 'DELETE' }],
    ['another path', { path: '/health' }],
    ['a path below it', { path: '/reason/admin' }],
    ['a path before it', { path: '/x/reason' }],
  ])('shuts out %s', (_, question) => {
    expect(ask('axon_policy_document', question)).toBe('implicit_deny');
  });
});

describe('the auth policy of the network', () => {
  test('lets the role of Orbit through and nobody else', () => {
    expect(ask('network_policy_document')).toBe('allow');
    expect(ask('network_policy_document', { role: orbit.replace('-orbit-', '-axon-') })).toBe('implicit_deny');
  });
});

describe('the mesh', () => {
  test('authenticates by IAM at the network and at the service', () => {
    expect(resource['aws_vpclattice_service_network']?.['network']?.['auth_type']).toBe('AWS_IAM');
    expect(resource['aws_vpclattice_service']?.['axon']?.['auth_type']).toBe('AWS_IAM');
    const guarded = Object.values(resource['aws_vpclattice_auth_policy'] ?? {}).map((block) =>
      String(block['resource_identifier']),
    );
    expect(guarded.toSorted()).toEqual([
      '${aws_vpclattice_service.axon.arn}',
      '${aws_vpclattice_service_network.network.arn}',
    ]);
  });

  test('waits for the role it names, which Lattice refuses before it exists', () => {
    for (const block of Object.values(resource['aws_vpclattice_auth_policy'] ?? {}))
      expect(block['lifecycle']).toMatchObject({
        precondition: [{ condition: expect.stringContaining('var.caller_role_arn') }],
      });
  });

  test('is shared with no other account', () => {
    expect(Object.keys(resource).filter((type) => type.startsWith('aws_ram_'))).toEqual([]);
  });

  test('reaches Axon by TLS on both hops, through the listener that blue-green moves', () => {
    expect(resource['aws_vpclattice_listener']?.['https']).toMatchObject({ protocol: 'HTTPS', port: 443 });
    expect(resource['aws_vpclattice_target_group']?.['load_balancer']).toMatchObject({
      type: 'ALB',
      config: { protocol: 'HTTPS', port: 8443 },
    });
    expect(output['axon_url']?.['value']).toMatch(/^https:\/\//);
  });

  test('admits to the network only who is in the security group it is given', () => {
    expect(resource['aws_vpclattice_service_network_vpc_association']?.['vpc']).toMatchObject({
      security_group_ids: ['${var.security_group_id}'],
    });
  });

  test('logs every call at the network and at the service, by delivery for this account alone', () => {
    const logged = Object.values(resource['aws_vpclattice_access_log_subscription'] ?? {});
    expect(logged.map((block) => String(block['resource_identifier'])).toSorted()).toEqual([
      '${aws_vpclattice_service.axon.arn}',
      '${aws_vpclattice_service_network.network.arn}',
    ]);
    for (const block of logged)
      expect(block).toMatchObject({
        destination_arn: '${var.log_group_arn}',
        depends_on: ['aws_cloudwatch_log_resource_policy.access_logs_delivery'],
      });
    expect(readStatements(configuration, 'access_logs_delivery_document', values)).toEqual([
      expect.objectContaining({
        Principal: { Service: ['delivery.logs.amazonaws.com'] },
        Resource: [`${values['var.log_group_arn']}:log-stream:*`],
        Condition: {
          StringEquals: { 'aws:SourceAccount': [account.id] },
          ArnLike: { 'aws:SourceArn': [`arn:aws:logs:${account.region}:${account.id}:*`] },
        },
      }),
    ]);
  });
});
