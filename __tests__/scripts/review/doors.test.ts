// Listeners, load balancers and endpoints: who comes in, what is asked, and with which TLS.
// Next: scripts/review/watched-findings.ts and scripts/review/exposure-rules.ts.
import { describe, expect, test } from 'vitest';
import { type Planned, resource, securityOf } from './planned.ts';

const findings: readonly (readonly [what: string, Planned, said: string])[] = [
  [
    'another service behind an endpoint',
    resource('aws_vpc_endpoint', { service_name: 'a' }, { service_name: 'b' }, { replacedBy: ['service_name'] }),
    'changes loud: `aws_vpc_endpoint.one` changes `service_name`: `a` to `b`',
  ],
  [
    'names that lead outside',
    resource('aws_vpc_endpoint', { private_dns_enabled: true }, { private_dns_enabled: false }),
    'changes loud: `aws_vpc_endpoint.one` changes `private_dns_enabled`',
  ],
  [
    'a listener without TLS of another kind',
    resource('aws_lb_listener', { protocol: 'TLS' }, { protocol: 'UDP' }),
    'widens loud: `aws_lb_listener.one` carries traffic without TLS',
  ],
  [
    'TLS 1.0 beside 1.3',
    resource(
      'aws_lb_listener',
      { protocol: 'HTTPS', ssl_policy: 'ELBSecurityPolicy-TLS13-1-2-2021-06' },
      { protocol: 'HTTPS', ssl_policy: 'ELBSecurityPolicy-TLS13-1-0-2021-06' },
    ),
    'widens loud: `aws_lb_listener.one` accepts TLS older than 1.2',
  ],
  [
    'the TLS that AWS gives',
    resource(
      'aws_lb_listener',
      null,
      { protocol: 'HTTPS', port: 443 },
      { unknown: { ssl_policy: true }, expressions: {} },
    ),
    'widens loud: `aws_lb_listener.one` accepts TLS older than 1.2',
  ],
  [
    'another certificate',
    resource('aws_lb_listener', { certificate_arn: 'a' }, { certificate_arn: 'b' }),
    'changes `certificate_arn`: `a` to `b`',
  ],
  [
    'one certificate more',
    resource('aws_lb_listener_certificate', null, { certificate_arn: 'a' }),
    'widens: `aws_lb_listener_certificate.one` is new',
  ],
  [
    'a listener that no longer asks who it is',
    resource(
      'aws_lb_listener',
      { default_action: [{ type: 'authenticate-oidc' }, { type: 'forward' }] },
      { default_action: [{ type: 'forward' }] },
    ),
    'widens loud: `aws_lb_listener.one` no longer asks callers to sign in',
  ],
  [
    'clients without a certificate',
    resource(
      'aws_lb_listener',
      { mutual_authentication: [{ mode: 'verify' }] },
      { mutual_authentication: [{ mode: 'off' }] },
    ),
    'changes loud: `aws_lb_listener.one` changes `mutual_authentication`',
  ],
  [
    'a rule of a listener',
    resource('aws_lb_listener_rule', { action: [{ type: 'fixed-response' }] }, { action: [{ type: 'forward' }] }),
    'changes `action`',
  ],
  [
    'a target elsewhere',
    resource('aws_lb_target_group_attachment', null, { target_group_arn: 'tg', target_id: '192.0.2.1' }),
    'widens: target group `tg` now also forwards to `192.0.2.1`',
  ],
  [
    'a load balancer of which no one says that it is internal',
    resource('aws_lb', null, { name: 'a' }, { unknown: { internal: true }, expressions: { name: {} } }),
    'widens loud: `aws_lb.one` faces the internet',
  ],
  [
    'one that is made anew and no longer internal',
    resource(
      'aws_lb',
      { name: 'a', internal: true },
      { name: 'b' },
      { unknown: { internal: true }, expressions: { name: {} }, replacedBy: ['name'] },
    ),
    'widens loud: `aws_lb.one` faces the internet',
  ],
  [
    'a function outside the network',
    resource('aws_lambda_function', { vpc_config: [{ subnet_ids: ['s'] }] }, { vpc_config: [] }),
    'changes `vpc_config`',
  ],
  [
    'a door that goes',
    resource('aws_lb_listener', { protocol: 'HTTP', port: 80 }, null),
    'narrows: `aws_lb_listener.one` goes: `HTTP` on port `80`',
  ],
];

describe('is said', () => {
  test.each(findings)('%s', (_, planned, said) => {
    expect(securityOf(planned).join('\n')).toContain(said);
  });
});

test('a door that is taken down lets nobody in, whatever it asked', () => {
  const door = resource(
    'aws_lb_listener',
    { protocol: 'HTTPS', port: 443, default_action: [{ type: 'authenticate-oidc' }] },
    null,
  );
  expect(securityOf(door)).toEqual([expect.stringMatching(/^narrows: /)]);
});
