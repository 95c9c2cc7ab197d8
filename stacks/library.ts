// All modules: what infra/modules holds.
// Next: stacks/modules/kms.ts, the first of them.
import { type Module } from './module-stack.ts';
import { alb } from './modules/alb.ts';
import { cicd } from './modules/cicd.ts';
import { cost } from './modules/cost.ts';
import { ecr } from './modules/ecr.ts';
import { ecsService } from './modules/ecs-service.ts';
import { ecs } from './modules/ecs.ts';
import { governance } from './modules/governance.ts';
import { iam } from './modules/iam.ts';
import { kms } from './modules/kms.ts';
import { meshAppMesh } from './modules/mesh-app-mesh.ts';
import { meshLattice } from './modules/mesh-lattice.ts';
import { meshServiceConnect } from './modules/mesh-service-connect.ts';
import { networking } from './modules/networking.ts';
import { observability } from './modules/observability.ts';
import { secrets } from './modules/secrets.ts';
import { security } from './modules/security.ts';
import { smoke } from './modules/smoke.ts';
import { tenancy } from './modules/tenancy.ts';

/** Every module, in the order an environment calls them. */
export const modules: readonly Module[] = [
  kms,
  networking,
  iam,
  ecr,
  alb,
  observability,
  governance,
  secrets,
  smoke,
  ecs,
  meshLattice,
  meshServiceConnect,
  meshAppMesh,
  ecsService,
  cicd,
  security,
  cost,
  tenancy,
];
