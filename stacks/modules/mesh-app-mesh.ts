// The mesh by App Mesh, for accounts that must synthesize it: AWS ended the service on 2026-09-30.
// Next: stacks/modules/ecs-service/task-definition.ts, whose tasks carry the proxy.
import { AcmCertificate } from '@cdktf/provider-aws/lib/acm-certificate/index.js';
import { AppmeshMesh } from '@cdktf/provider-aws/lib/appmesh-mesh/index.js';
import { AppmeshRoute } from '@cdktf/provider-aws/lib/appmesh-route/index.js';
import { AppmeshVirtualNode } from '@cdktf/provider-aws/lib/appmesh-virtual-node/index.js';
import { AppmeshVirtualRouter } from '@cdktf/provider-aws/lib/appmesh-virtual-router/index.js';
import { AppmeshVirtualService } from '@cdktf/provider-aws/lib/appmesh-virtual-service/index.js';
import { z } from 'zod';
import { awsAccount } from '../constructs/aws-account.ts';
import { privateAuthority } from '../constructs/private-authority.ts';
import { namePrefixInput } from '../module-inputs.ts';
import { defineModule } from '../module-stack.ts';
import { names, ports } from '../naming.ts';

const inputs = z.strictObject({
  name_prefix: namePrefixInput,
  load_balancer_dns_name: z.string().min(1).meta({ description: 'Name of the load balancer in front of Axon.' }),
  domain: z
    .string()
    .regex(/^[a-z0-9.-]+$/)
    .default('axon.internal')
    .meta({ description: 'Name of the virtual service and of its certificate.' }),
  max_connections: z
    .int()
    .min(1)
    .max(65535)
    .default(100)
    .meta({ description: 'Connections of Orbit to Axon at most.' }),
  max_pending_requests: z.int().min(1).max(65535).default(200).meta({ description: 'Requests that wait for one.' }),
});

const axonPort = { port: ports.axonListener, protocol: 'http' };
const requestTimeoutSeconds = 60;

/** Mesh, virtual nodes, router, route and service, with TLS enforced by a private authority. */
export const meshAppMesh = defineModule({
  name: 'mesh-app-mesh',
  summary: 'App Mesh with enforced TLS and limited backends. AWS ended App Mesh on 2026-09-30: use another mesh.',
  inputs,
  build(scope, input) {
    const account = awsAccount(scope);
    const { mesh: meshName, named } = names(input.name_prefix);
    const { authority, installed } = privateAuthority(scope, account, {
      commonName: named('mesh'),
      usageMode: 'GENERAL_PURPOSE',
      years: 5,
    });
    const certificate = new AcmCertificate(scope, 'axon_certificate', {
      domainName: input.domain,
      certificateAuthorityArn: authority.arn,
      lifecycle: { createBeforeDestroy: true },
      dependsOn: [installed],
    });
    // Nothing leaves the mesh but to what it knows.
    const mesh = new AppmeshMesh(scope, 'mesh', { name: meshName, spec: { egressFilter: { type: 'DROP_ALL' } } });
    const axon = new AppmeshVirtualNode(scope, 'axon', {
      name: named('axon'),
      meshName: mesh.name,
      spec: {
        serviceDiscovery: { dns: { hostname: input.load_balancer_dns_name } },
        listener: [
          {
            portMapping: axonPort,
            tls: { mode: 'STRICT', certificate: { acm: { certificateArn: certificate.arn } } },
            connectionPool: {
              http: [{ maxConnections: input.max_connections, maxPendingRequests: input.max_pending_requests }],
            },
            healthCheck: {
              protocol: 'http',
              path: '/health',
              healthyThreshold: 2,
              unhealthyThreshold: 2,
              intervalMillis: 10_000,
              timeoutMillis: 5000,
            },
            timeout: { http: { perRequest: { unit: 's', value: requestTimeoutSeconds } } },
          },
        ],
        logging: { accessLog: { file: { path: '/dev/stdout' } } },
      },
    });
    const router = new AppmeshVirtualRouter(scope, 'router', {
      name: named('axon'),
      meshName: mesh.name,
      spec: { listener: [{ portMapping: axonPort }] },
    });
    const route = new AppmeshRoute(scope, 'reason', {
      name: 'reason',
      meshName: mesh.name,
      virtualRouterName: router.name,
      spec: {
        httpRoute: {
          match: { prefix: '/reason' },
          action: { weightedTarget: [{ virtualNode: axon.name, weight: 100 }] },
          timeout: { perRequest: { unit: 's', value: requestTimeoutSeconds } },
        },
      },
    });
    const service = new AppmeshVirtualService(scope, 'service', {
      name: input.domain,
      meshName: mesh.name,
      spec: { provider: { virtualRouter: { virtualRouterName: router.name } } },
      dependsOn: [route],
    });
    // Orbit knows one backend, and only with a certificate of this authority.
    const orbit = new AppmeshVirtualNode(scope, 'orbit', {
      name: named('orbit'),
      meshName: mesh.name,
      spec: {
        backend: [
          {
            virtualService: {
              virtualServiceName: service.name,
              clientPolicy: {
                tls: {
                  enforce: true,
                  ports: [ports.axonListener],
                  validation: { trust: { acm: { certificateAuthorityArns: [authority.arn] } } },
                },
              },
            },
          },
        ],
        logging: { accessLog: { file: { path: '/dev/stdout' } } },
      },
    });
    return {
      axon_url: { description: 'Where Orbit calls Axon.', value: `http://${input.domain}:${ports.axonListener}` },
      orbit_virtual_node_arn: { description: "Virtual node of Orbit's tasks.", value: orbit.arn },
      axon_virtual_node_arn: { description: "Virtual node of Axon's tasks.", value: axon.arn },
    };
  },
});
