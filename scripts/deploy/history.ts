// What deployments were: where a rollback by hand goes back to. A number less may be a version that never had the traffic.
// Next: scripts/deploy/service.ts and scripts/deploy/function.ts, which ask.
import { z } from 'zod';
import { type CallAws } from './aws.ts';

/** A deployment group, and what of it has the traffic. */
export interface Present {
  readonly applicationName: string;
  readonly deploymentGroupName: string;
  /** As a deployment's description names it. */
  readonly present: string;
  /** The same for a person, and what a number of it is. */
  readonly said: string;
  readonly numbered: 'revision' | 'version';
}

const Listed = z.object({ deployments: z.array(z.string()).default([]), nextToken: z.string().nullish() });
const Described = z.object({
  deploymentsInfo: z
    .array(
      z.object({
        createTime: z.number(),
        description: z.string().default(''),
      }),
    )
    .default([]),
});
const rollbackMark = 'rollback: ';
const mostDeployments = 1000;
/** https://docs.aws.amazon.com/codedeploy/latest/APIReference/API_BatchGetDeployments.html */
const mostAtOnce = 25;

/** How a deployment is described, so that {@link findPrevious} can read it. */
export function describeDeployment(order: { from: string; to: string; isRollback?: boolean }): string {
  return `${order.isRollback === true ? rollbackMark : ''}${order.from} to ${order.to}`;
}

/**
 * Finds what had the traffic before the deployment that brought the present: the last one that succeeded and is no
 * rollback, so that a second rollback goes a step further back and never forward.
 *
 * @returns as the description names it
 * @throws Error when no deployment on record brought the present
 */
export async function findPrevious(callAws: CallAws, { present, said, numbered, ...group }: Present): Promise<string> {
  const ids = await listSucceeded(callAws, group);
  const found: z.infer<typeof Described>['deploymentsInfo'] = [];
  for (let first = 0; first < ids.length; first += mostAtOnce) {
    const deploymentIds = ids.slice(first, first + mostAtOnce);
    const answer = await callAws('codedeploy', 'BatchGetDeployments', { deploymentIds });
    found.push(...Described.parse(answer).deploymentsInfo);
  }
  const ending = ` to ${present}`;
  const last = found
    .filter(({ description }) => !description.startsWith(rollbackMark) && description.endsWith(ending))
    .toSorted((a, b) => a.createTime - b.createTime)
    .at(-1);
  if (last === undefined)
    throw new Error(`got no deployment on record that brought ${said}, expected one; name a ${numbered}: --to N`);
  return last.description.slice(0, -ending.length);
}

/** AWS names no order of the list, so all of it is read. */
async function listSucceeded(
  callAws: CallAws,
  group: Pick<Present, 'applicationName' | 'deploymentGroupName'>,
): Promise<string[]> {
  const ids: string[] = [];
  let nextToken: string | undefined;
  do {
    const page = { ...group, includeOnlyStatuses: ['Succeeded'], ...(nextToken === undefined ? {} : { nextToken }) };
    const answer = Listed.parse(await callAws('codedeploy', 'ListDeployments', page));
    ids.push(...answer.deployments);
    nextToken = answer.nextToken ?? undefined;
  } while (nextToken !== undefined && ids.length < mostDeployments);
  return ids.slice(0, mostDeployments);
}
