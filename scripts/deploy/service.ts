// Deploys a service: the newest task definition with another image, shifted from blue to green by CodeDeploy.
// Next: stacks/modules/cicd/deployments.ts, the groups and their canary.
import { z } from 'zod';
import { type CallAws } from './aws.ts';
import { type FollowOptions, runDeployment } from './code-deploy.ts';
import { findPrevious } from './history.ts';

/** Which service of which environment. `prefix` is `<project>-<environment>`. */
export interface ServiceTarget {
  readonly prefix: string;
  readonly service: 'orbit' | 'axon';
}

const port = 8443;
const Container = z.looseObject({ name: z.string(), image: z.string() });
const Definition = z.looseObject({
  family: z.string(),
  revision: z.number().int(),
  taskDefinitionArn: z.string(),
  containerDefinitions: z.array(Container),
});
const Described = z.object({
  taskDefinition: Definition,
  tags: z.array(z.object({ key: z.string(), value: z.string() })).default([]),
});
const Services = z.object({
  services: z.array(
    z.object({
      taskSets: z.array(z.object({ status: z.string(), taskDefinition: z.string() })).default([]),
    }),
  ),
});
/** What AWS answers of a task definition and does not take (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_TaskDefinition.html). */
const answeredOnly = new Set([
  'compatibilities',
  'deregisteredAt',
  'registeredAt',
  'registeredBy',
  'requiresAttributes',
  'revision',
  'status',
  'taskDefinitionArn',
]);
const byDigest = /^[a-z0-9.-]+(?::\d+)?\/[a-z0-9._/-]+@sha256:[0-9a-f]{64}$/;

/**
 * Deploys an image by its digest, in the newest task definition: an apply registers one where it changes what a task is
 * given, and leaves the traffic where it is. Does nothing where that is what has the traffic.
 *
 * @returns the ARN of the task definition that now takes the traffic
 * @throws Error when the image is not named by digest, or the deployment does not succeed
 */
export async function deployService(
  callAws: CallAws,
  target: ServiceTarget,
  image: string,
  options: FollowOptions,
): Promise<string> {
  if (!byDigest.test(image)) throw new Error(`image: got ${image}, expected REGISTRY/NAME@sha256:…`);
  const present = await primaryOf(callAws, target);
  const wanted = await withImage(callAws, target, image, options);
  if (wanted === present) {
    options.say(`${target.service}: runs that image already`);
    return present;
  }
  return shift(callAws, target, { from: present, to: wanted }, options);
}

/**
 * Brings an earlier revision back, by the same canary.
 *
 * @param revision - which; that which had the traffic before the present one was deployed when undefined
 * @throws Error when there is none, or the deployment does not succeed
 */
export async function rollBackService(
  callAws: CallAws,
  target: ServiceTarget,
  revision: number | undefined,
  options: FollowOptions,
): Promise<string> {
  const primary = await primaryOf(callAws, target);
  const present = nameOf(primary);
  const earlier =
    revision === undefined
      ? await findPrevious(callAws, { ...groupOf(target), present, said: present, numbered: 'revision' })
      : `${familyOf(target)}:${revision}`;
  if (earlier === present) throw new Error(`revision: got ${revision}, expected another than what has the traffic`);
  const { taskDefinition } = await describe(callAws, earlier);
  options.say(`${target.service}: from ${present} back to ${earlier}`);
  return shift(callAws, target, { from: primary, to: taskDefinition.taskDefinitionArn, isRollback: true }, options);
}

/** The newest task definition where it has the image already, or else a new one. @returns its ARN */
async function withImage(
  callAws: CallAws,
  target: ServiceTarget,
  image: string,
  { say }: FollowOptions,
): Promise<string> {
  const { service } = target;
  const { taskDefinition, tags } = await describe(callAws, familyOf(target));
  const container = taskDefinition.containerDefinitions.find(({ name }) => name === service);
  if (container === undefined)
    throw new Error(`task definition ${taskDefinition.family}: got no container ${service}, expected one`);
  if (container.image === image) return taskDefinition.taskDefinitionArn;
  const known = Object.entries(taskDefinition).filter(([name]) => !answeredOnly.has(name));
  const registered = await callAws('ecs', 'RegisterTaskDefinition', {
    ...Object.fromEntries(known),
    containerDefinitions: taskDefinition.containerDefinitions.map((each) =>
      each === container ? { ...each, image } : each,
    ),
    ...(tags.length === 0 ? {} : { tags }),
  });
  const { taskDefinitionArn } = Described.parse(registered).taskDefinition;
  say(`${service}: registered ${taskDefinitionArn}`);
  return taskDefinitionArn;
}

async function describe(callAws: CallAws, taskDefinition: string) {
  return Described.parse(await callAws('ecs', 'DescribeTaskDefinition', { taskDefinition, include: ['TAGS'] }));
}

async function shift(
  callAws: CallAws,
  target: ServiceTarget,
  { from, to, isRollback = false }: { from: string; to: string; isRollback?: boolean },
  options: FollowOptions,
): Promise<string> {
  const order = { ...groupOf(target), from: nameOf(from), to: nameOf(to), isRollback, appSpec: appSpecOf(target, to) };
  await runDeployment(callAws, order, options);
  // What CodeDeploy says is held against what ECS runs.
  const primary = await primaryOf(callAws, target);
  if (primary !== to) throw new Error(`service ${target.service}: got traffic on ${primary}, expected ${to}`);
  return to;
}

function groupOf(target: ServiceTarget) {
  return { applicationName: `${target.prefix}-services`, deploymentGroupName: familyOf(target) };
}

/** The service, its task definitions and its deployment group are called the same. */
function familyOf({ prefix, service }: ServiceTarget): string {
  return `${prefix}-${service}`;
}

/** Family and revision, from an ARN. */
function nameOf(arn: string): string {
  return arn.split('/').at(-1) ?? arn;
}

/** https://docs.aws.amazon.com/codedeploy/latest/userguide/reference-appspec-file-structure-resources.html#reference-appspec-file-structure-resources-ecs */
function appSpecOf({ prefix, service }: ServiceTarget, taskDefinition: string): Readonly<Record<string, unknown>> {
  const loadBalancerInfo = { ContainerName: service, ContainerPort: port };
  return {
    version: 0.0,
    Resources: [
      {
        TargetService: {
          Type: 'AWS::ECS::Service',
          Properties: { TaskDefinition: taskDefinition, LoadBalancerInfo: loadBalancerInfo },
        },
      },
    ],
    Hooks: [{ AfterAllowTestTraffic: `${prefix}-smoke` }],
  };
}

async function primaryOf(callAws: CallAws, target: ServiceTarget): Promise<string> {
  const service = familyOf(target);
  const answer = await callAws('ecs', 'DescribeServices', {
    cluster: `${target.prefix}-cluster`,
    services: [service],
  });
  const primary = Services.parse(answer).services[0]?.taskSets.find(({ status }) => status === 'PRIMARY');
  if (primary === undefined) throw new Error(`service ${service}: got no primary task set, expected one`);
  return primary.taskDefinition;
}
