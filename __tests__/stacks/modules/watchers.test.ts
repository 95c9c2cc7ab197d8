// What watches the account, its costs, its tenants and its meshes: the claims of the smaller modules.
// Next: stacks/modules/security.ts, stacks/modules/cost.ts, stacks/modules/tenancy.ts, stacks/modules/ecs.ts.
import { App } from 'cdktf';
import { describe, expect, test } from 'vitest';
import { type Module } from '../../../stacks/module-stack.ts';
import { cost } from '../../../stacks/modules/cost.ts';
import { ecs } from '../../../stacks/modules/ecs.ts';
import { meshAppMesh } from '../../../stacks/modules/mesh-app-mesh.ts';
import { meshServiceConnect } from '../../../stacks/modules/mesh-service-connect.ts';
import { security } from '../../../stacks/modules/security.ts';
import { tenancy } from '../../../stacks/modules/tenancy.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const app = new App({ stackTraces: false, outdir: temporaryFolder('watchers') });
const resourcesOf = (module: Module<never> | Module) =>
  (module as Module).synthesize(app).toConfiguration().resource ?? {};

describe('security', () => {
  const resource = resourcesOf(security);

  test('keeps a trail of all regions whose files cannot be changed unseen, under its own key', () => {
    expect(resource['aws_cloudtrail']?.['audit']).toMatchObject({
      is_multi_region_trail: true,
      include_global_service_events: true,
      enable_log_file_validation: true,
      kms_key_id: '${var.audit_key_arn}',
    });
  });

  test.each([
    ['aws_cloudtrail', 'audit', 'cloud_trail'],
    ['aws_guardduty_detector', 'threats', 'guard_duty'],
    ['aws_securityhub_account', 'hub', 'security_hub'],
    ['aws_config_configuration_recorder', 'recorder', 'config'],
    ['aws_accessanalyzer_analyzer', 'analyzer', 'access_analyzer'],
    ['aws_s3_account_public_access_block', 'no_public_buckets', 'public_access_block'],
  ])('has %s by option', (type, name, option) => {
    expect(resource[type]?.[name]).toMatchObject({ count: `\${var.${option} ? 1 : 0}` });
  });
});

describe('cost', () => {
  const resource = resourcesOf(cost);

  test('tells before the limit, at it, and when it is foreseen', () => {
    expect(resource['aws_budgets_budget']?.['monthly']).toMatchObject({
      notification: [
        { notification_type: 'ACTUAL', threshold: 80 },
        { notification_type: 'ACTUAL', threshold: 100 },
        { notification_type: 'FORECASTED', threshold: 100 },
      ],
    });
  });

  test('moves archived logs to cheaper classes, each later than the one before', () => {
    const rule = JSON.stringify(resource['aws_s3_bucket_lifecycle_configuration']?.['archive_lifecycle']);
    expect(
      [...rule.matchAll(/"days":(\d+),"storage_class":"(\w+)"/g)].map(([, days, name]) => `${days} ${name}`),
    ).toEqual(['30 STANDARD_IA', '90 GLACIER', '365 DEEP_ARCHIVE']);
  });
});

describe('tenancy', () => {
  const resource = resourcesOf(tenancy);

  test('has a group and an encrypted parameter per tenant, tagged with it', () => {
    for (const made of [resource['aws_resourcegroups_group']?.['tenant'], resource['aws_ssm_parameter']?.['quota']])
      expect(made).toMatchObject({ for_each: '${var.tenants}', tags: { Tenant: '${each.key}' } });
    expect(resource['aws_ssm_parameter']?.['quota']).toMatchObject({ type: 'SecureString', key_id: '${var.key_arn}' });
  });
});

describe('the cluster', () => {
  const resource = resourcesOf(ecs);

  test('has Container Insights, Fargate and Fargate Spot', () => {
    expect(resource['aws_ecs_cluster']?.['main']).toMatchObject({ setting: [{ name: 'containerInsights' }] });
    expect(resource['aws_ecs_cluster_capacity_providers']?.['capacity']?.['capacity_providers']).toContain(
      '["FARGATE", "FARGATE_SPOT"]',
    );
  });

  test('has GPU instances only when asked for, with IMDSv2, encrypted disks and no public address', () => {
    const template = resource['aws_launch_template']?.['gpu'];
    expect(template).toMatchObject({
      count: '${var.gpu ? 1 : 0}',
      metadata_options: { http_tokens: 'required', http_put_response_hop_limit: 1 },
      block_device_mappings: [{ ebs: { encrypted: 'true' } }],
    });
    expect(JSON.stringify(template)).not.toContain('associate_public_ip_address');
  });
});

describe('the other meshes', () => {
  test('Service Connect has TLS by a private authority of short-lived certificates', () => {
    const resource = resourcesOf(meshServiceConnect);
    expect(resource['aws_acmpca_certificate_authority']?.['authority']).toMatchObject({
      usage_mode: 'SHORT_LIVED_CERTIFICATE',
    });
    expect(resource['aws_service_discovery_http_namespace']?.['namespace']).toMatchObject({
      name: '${var.name_prefix}-mesh',
    });
  });

  test('App Mesh drops what it does not know, enforces TLS, and limits what Orbit may open', () => {
    const resource = resourcesOf(meshAppMesh);
    expect(resource['aws_appmesh_mesh']?.['mesh']).toMatchObject({ spec: { egress_filter: { type: 'DROP_ALL' } } });
    const nodes = JSON.stringify(resource['aws_appmesh_virtual_node']);
    expect(nodes).toContain('"mode":"STRICT"');
    expect(nodes).toContain('"enforce":true');
    expect(nodes).toContain('"max_pending_requests":"${var.max_pending_requests}"');
    expect([...nodes.matchAll(/"virtual_service_name"/g)]).toHaveLength(1);
  });
});
