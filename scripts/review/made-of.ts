// What a value that waits for the apply is made of, as far as a plan says: two plans know nothing of it, and may mean two things.
// Next: scripts/review/relative-plan.ts, which compares the plans of two branches.
import { isDeepStrictEqual } from 'node:util';

import type { Configuration } from './configured.ts';
import { holdsUnknown, type PlannedResource } from './planned-resource.ts';
import type { PlanContext } from './plan-context.ts';

/** Values handed from module to module are followed so far up. */
const maxDepth = 16;

/** True when both are known, or made of the same: expressions, what is handed to their modules, documents. */
export function isMadeAlike(
  own: PlannedResource,
  context: PlanContext,
  other: PlannedResource,
  base: PlanContext,
): boolean {
  if (!holdsUnknown(own.after) && !holdsUnknown(other.after)) return true;
  return isDeepStrictEqual(describeSource(own, context, maxDepth), describeSource(other, base, maxDepth));
}

function describeSource(resource: PlannedResource, context: PlanContext, depth: number): unknown {
  const { configuration, findInstances } = context;
  const expressions = configuration.expressions(resource);
  const names = Object.keys(expressions ?? {});
  const documents = names
    .flatMap((name) => configuration.references(resource, name))
    .flatMap((reference) => {
      const [, type = '', name = ''] = /^data\.([\w-]+)\.([\w-]+)$/.exec(reference) ?? [];
      return depth === 0 ? [] : findInstances(resource.moduleAddress, type, name);
    });
  return [
    expressions,
    listHanded(configuration, expressions, resource.moduleAddress, depth),
    documents.map((each) => [each.address, each.after, describeSource(each, context, depth - 1)]),
  ];
}

/** What is handed to a module for the variables in these expressions, and to the one above it for the variables in that. */
function listHanded(configuration: Configuration, expressions: unknown, moduleAddress: string, depth: number): unknown {
  const variables = listVariables(expressions);
  if (moduleAddress === '' || variables.length === 0 || depth === 0) return [];
  const { parent, given } = configuration.call(moduleAddress);
  const handed = variables.map((name) => [name, given[name]]);
  return [handed, listHanded(configuration, handed, parent, depth - 1)];
}

function listVariables(expressions: unknown): string[] {
  const found = JSON.stringify(expressions ?? null).matchAll(/"var\.([\w-]+)/g);
  return [...new Set(Array.from(found, ([, name = '']) => name))].toSorted();
}
