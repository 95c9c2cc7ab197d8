// The load balancer's claims: internal, encrypted on both sides, and two target groups and two listeners per service.
// Next: stacks/modules/alb.ts.
import { describe, expect, test } from 'vitest';
import { alb } from '../../../stacks/modules/alb.ts';
import { accountId, arn, configurationOf, prefix, region } from '../../support/account-policies.ts';
import { evaluateAccess } from '../../support/iam-evaluator.ts';
import { resolveDocument } from '../../support/policy-documents.ts';

const configuration = configurationOf(alb);
const { resource = {}, variable = {} } = configuration;
const known = {
  'data.aws_caller_identity.current.account_id': accountId,
  'data.aws_region.current_region.name': region,
  'data.aws_partition.current_partition.partition': 'aws',
  'var.name_prefix': prefix,
};
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

test('listeners speak TLS 1.3 alone, but where Lattice calls, which has 1.2: there with forward secrecy alone', () => {
  expect(
    Object.fromEntries(Object.entries(listeners).map(([name, listener]) => [name, listener['ssl_policy']])),
  ).toEqual({
    orbit_listener: 'ELBSecurityPolicy-TLS13-1-3-2021-06',
    orbit_test_listener: 'ELBSecurityPolicy-TLS13-1-3-2021-06',
    axon_listener: 'ELBSecurityPolicy-TLS13-1-2-Res-2021-06',
    axon_test_listener: 'ELBSecurityPolicy-TLS13-1-3-2021-06',
  });
});

test('each service has a production and a test listener, on blue and on green', () => {
  const ports = Object.fromEntries(Object.entries(listeners).map(([name, { port }]) => [name, port]));
  expect(ports).toEqual({
    orbit_listener: 443,
    orbit_test_listener: 9443,
    axon_listener: 8443,
    axon_test_listener: 9444,
  });
  for (const [name, listener] of Object.entries(listeners)) {
    expect.soft(listener['protocol'], name).toBe('HTTPS');
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

describe('its logs', () => {
  const service = 'logdelivery.elasticloadbalancing.amazonaws.com';
  const own = {
    'aws:SourceAccount': accountId,
    'aws:SourceArn': arn('elasticloadbalancing', `loadbalancer/app/${prefix}-alb/0123456789abcdef`),
  };
  const delivers = (path: string, caller: string, context: Record<string, string>): boolean =>
    evaluateAccess(
      {
        caller: { service: caller },
        action: 's3:PutObject',
        resource: `arn:aws:s3:::${prefix}-alb-logs-${accountId}/${path}`,
        context: { 'aws:SecureTransport': 'true', ...context },
      },
      { resource: resolveDocument(configuration, 'access_logs_policy_document', known) },
    ).allowed;

  test('are delivered where AWS writes them, whether or not the request says for whom', () => {
    for (const folder of ['access', 'connections'])
      for (const context of [{}, own])
        expect(delivers(`${folder}/AWSLogs/${accountId}/file.gz`, service, context)).toBe(true);
  });

  test('are delivered by no other service, for no other account or load balancer, to no other place', () => {
    const path = `access/AWSLogs/${accountId}/file.gz`;
    expect(delivers(path, 'delivery.logs.amazonaws.com', own)).toBe(false);
    expect(delivers(`access/AWSLogs/444455556666/file.gz`, service, {})).toBe(false);
    expect(delivers(`elsewhere/AWSLogs/${accountId}/file.gz`, service, own)).toBe(false);
    expect(delivers(path, service, { ...own, 'aws:SourceAccount': '444455556666' })).toBe(false);
    const other = own['aws:SourceArn'].replace(`${prefix}-alb`, 'another');
    expect(delivers(path, service, { ...own, 'aws:SourceArn': other })).toBe(false);
  });

  test('are there before the load balancer asks whether it may write', () => {
    expect(resource['aws_lb']?.['main']).toMatchObject({ depends_on: ['aws_s3_bucket_policy.access_logs_policy'] });
  });
});

test('a target that leaves finishes what it has: it is waited for longer than a task drains', () => {
  const delay = variable['deregistration_seconds']?.['default'];
  expect(delay).toBeGreaterThanOrEqual(45);
  for (const group of Object.values(groups))
    expect(group).toMatchObject({ deregistration_delay: '${var.deregistration_seconds}' });
});
