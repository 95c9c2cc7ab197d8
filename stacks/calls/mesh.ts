// The mesh an environment chose: one module of three, and what its tasks have to know of it.
// Next: stacks/modules/mesh-lattice.ts, the default.
import { type Construct } from 'constructs';
import { type CallContext } from './context.ts';
import { type Foundation } from './foundation.ts';
import { type Doors } from './programs.ts';
import { meshAppMesh } from '../modules/mesh-app-mesh.ts';
import { meshLattice } from '../modules/mesh-lattice.ts';
import { meshServiceConnect } from '../modules/mesh-service-connect.ts';
import { names, type Service } from '../naming.ts';

/** What a service's tasks take from the mesh. */
export interface MeshTasks {
  readonly service_connect?: Readonly<Record<string, string | boolean>>;
  readonly app_mesh?: Readonly<Record<string, string>>;
}

/** A mesh, as the services see it. */
export interface Mesh {
  /** What Orbit calls Axon by. */
  readonly axonUrl: string;
  readonly tasks: (service: Service) => MeshTasks;
}

/** Envoy as App Mesh last shipped it, from a repository of this account: an operator has to put it there. */
const envoyTag = 'appmesh-envoy:v1.29.12.1-prod';

/** Calls the module of the mesh. */
export function callMesh(scope: Construct, context: CallContext, calls: Foundation & Doors): Mesh {
  if (context.config.mesh === 'service-connect') return callServiceConnect(scope, context, calls);
  if (context.config.mesh === 'app-mesh') return callAppMesh(scope, context, calls);
  const { prefix } = context;
  const lattice = meshLattice.call(scope, {
    name_prefix: prefix,
    vpc_id: calls.net.text('vpc_id'),
    security_group_id: calls.net.text('mesh_security_group_id'),
    load_balancer_arn: calls.balancer.text('load_balancer_arn'),
    log_group_arn: calls.watch.text('mesh_log_group_arn'),
    caller_role_name: names(prefix).role('orbit'),
    caller_role_arn: calls.roles.text('orbit_role_arn'),
  });
  return { axonUrl: lattice.text('axon_url'), tasks: () => ({}) };
}

function callServiceConnect(scope: Construct, { prefix }: CallContext, { keys }: Foundation): Mesh {
  const key = keys.text('axon_key_arn');
  const connect = meshServiceConnect.call(scope, { name_prefix: prefix, key_arn: key });
  return {
    axonUrl: connect.text('axon_url'),
    tasks: (service) => ({
      service_connect: {
        namespace_arn: connect.text('namespace_arn'),
        serves: service === 'axon',
        discovery_name: connect.text('discovery_name'),
        authority_arn: connect.text('authority_arn'),
        tls_role_arn: connect.text('tls_role_arn'),
        tls_key_arn: key,
      },
    }),
  };
}

function callAppMesh(scope: Construct, { prefix, config }: CallContext, { balancer }: Doors): Mesh {
  const mesh = meshAppMesh.call(scope, {
    name_prefix: prefix,
    load_balancer_dns_name: balancer.text('load_balancer_dns_name'),
  });
  return {
    axonUrl: mesh.text('axon_url'),
    tasks: (service) => ({
      app_mesh: {
        virtual_node_arn: mesh.text(`${service}_virtual_node_arn`),
        envoy_image: `\${data.aws_caller_identity.current.account_id}.dkr.ecr.${config.region}.amazonaws.com/${envoyTag}`,
      },
    }),
  };
}
