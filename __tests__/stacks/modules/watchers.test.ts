// The claims of the smaller modules: tenants, the cluster, the meshes that are not the default.
// Next: stacks/modules/tenancy.ts, stacks/modules/ecs.ts, stacks/modules/mesh-service-connect.ts.
import { App } from 'cdktf';
import { describe, expect, test } from 'vitest';
import { type Module } from '../../../stacks/module-stack.ts';
import { ecs } from '../../../stacks/modules/ecs.ts';
import { meshAppMesh } from '../../../stacks/modules/mesh-app-mesh.ts';
import { meshServiceConnect } from '../../../stacks/modules/mesh-service-connect.ts';
import { tenancy } from '../../../stacks/modules/tenancy.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const app = new App({ stackTraces: false, outdir: temporaryFolder('watchers') });
const resourcesOf = (module: Module<never> | Module) =>
  (module as Module).synthesize(app).toConfiguration().resource ?? {};

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
