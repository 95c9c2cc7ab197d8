// The modules of an environment, called in the order they depend on each other: keys, network, roles, doors, programs, watchers.
// Next: stacks/calls/foundation.ts, the first of them.
import { type Construct } from 'constructs';
import { type CallContext } from './calls/context.ts';
import { callDelivery } from './calls/delivery.ts';
import { callFoundation } from './calls/foundation.ts';
import { callMesh } from './calls/mesh.ts';
import { addOutputs } from './calls/outputs.ts';
import { callDoors, callPrograms } from './calls/programs.ts';
import { callServices } from './calls/services.ts';
import { callWatchers } from './calls/watchers.ts';
import { awsAccount } from './constructs/aws-account.ts';

/** Calls every module of an environment. */
export function callModules(scope: Construct, context: CallContext): void {
  const account = awsAccount(scope);
  const foundation = callFoundation(scope, account, context);
  const doors = callDoors(scope, context, foundation);
  const programs = callPrograms(scope, account, context, { ...foundation, ...doors });
  const mesh = callMesh(scope, context, { ...foundation, ...doors });
  const tasks = callServices(scope, account, context, { ...foundation, ...doors, ...programs, mesh });
  const delivery = callDelivery(scope, context, { ...foundation, ...doors, ...programs, ...tasks });
  callWatchers(scope, context, { ...foundation, ...doors });
  addOutputs(scope, { ...foundation, ...doors, ...programs, mesh, delivery });
}
