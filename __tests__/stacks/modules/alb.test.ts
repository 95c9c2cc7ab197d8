// The load balancer's claims: internal, encrypted on both sides, and two target groups and two listeners per service.
// Next: stacks/modules/alb.ts.
import { App } from 'cdktf';
import { expect, test } from 'vitest';
import { alb } from '../../../stacks/modules/alb.ts';
import { type TerraformBlock } from '../../../stacks/terraform-json.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const app = new App({ stackTraces: false, outdir: temporaryFolder('alb') });
const { resource = {}, data = {}, variable = {} } = alb.synthesize(app).toConfiguration();
const listeners = resource['aws_lb_listener'] ?? {};
const groups = resource['aws_lb_target_group'] ?? {};

test('the load balancer is internal, logs both requests and connections, and drops what confuses', () => {
  expect(resource['aws_lb']?.['main']).toMatchObject({
    internal: true,
    drop_invalid_header_fields: true,
    desync_mitigation_mode: 'strictest',
    enable_deletion_protection: '${var.deletion_protection}',
    access_logs: { enabled: true },
    connection_logs: { enabled: true },
  });
  expect(variable['deletion_protection']).toMatchObject({ default: true });
});

test('each service has a production and a test listener with TLS 1.3, on blue and on green', () => {
  const ports = Object.fromEntries(Object.entries(listeners).map(([name, { port }]) => [name, port]));
  expect(ports).toEqual({
    orbit_listener: 443,
    orbit_test_listener: 9443,
    axon_listener: 8443,
    axon_test_listener: 9444,
  });
  for (const [name, listener] of Object.entries(listeners)) {
    expect.soft(listener['protocol'], name).toBe('HTTPS');
    expect.soft(listener['ssl_policy'], name).toMatch(/^ELBSecurityPolicy-TLS13-/);
    const color = name.includes('test') ? 'green' : 'blue';
    expect.soft(JSON.stringify(listener['default_action']), name).toContain(`_${color}.arn`);
  }
});

test('CodeDeploy may move a listener without being taken for drift, and nothing else of it', () => {
  for (const { lifecycle } of Object.values(listeners))
    expect(lifecycle).toEqual({ ignore_changes: ['default_action'] });
});

test('targets are spoken to in TLS, and asked whether they are ready', () => {
  expect(Object.keys(groups).toSorted()).toEqual(['axon_blue', 'axon_green', 'orbit_blue', 'orbit_green']);
  for (const group of Object.values(groups))
    expect(group).toMatchObject({
      protocol: 'HTTPS',
      target_type: 'ip',
      health_check: { protocol: 'HTTPS', path: '/ready' },
    });
});

test("a target group's name fits AWS's 32 characters with the longest prefix", () => {
  const longest = Number(/<= (\d+)/.exec(JSON.stringify(variable['name_prefix']?.['validation']))?.[1]);
  for (const { name } of Object.values(groups))
    expect
      .soft(String(name).replace('${var.name_prefix}', 'x'.repeat(longest)).length, String(name))
      .toBeLessThanOrEqual(32);
});

test('logs are delivered by load balancers of this account alone, and read with TLS alone', () => {
  const statements = data['aws_iam_policy_document']?.['access_logs_policy_document']?.[
    'statement'
  ] as TerraformBlock[];
  expect(statements[0]).toMatchObject({
    effect: 'Deny',
    condition: [{ variable: 'aws:SecureTransport', values: ['false'] }],
  });
  expect(statements[1]).toMatchObject({
    actions: ['s3:PutObject'],
    principals: [{ type: 'Service', identifiers: ['logdelivery.elasticloadbalancing.amazonaws.com'] }],
    condition: [{ variable: 'aws:SourceAccount' }, { variable: 'aws:SourceArn' }],
  });
  expect(resource['aws_s3_bucket_public_access_block']?.['access_logs_public_access']).toMatchObject({
    block_public_acls: true,
    block_public_policy: true,
    ignore_public_acls: true,
    restrict_public_buckets: true,
  });
});
