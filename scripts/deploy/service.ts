// Deploys a service: the task definition that runs with another image, shifted from blue to green by CodeDeploy.
// Next: stacks/modules/cicd/deployments.ts, the groups and their canary.
import { z } from 'zod';
import { type CallAws } from './aws.ts';
import { beginDeployment, followDeployment, type FollowOptions } from './code-deploy.ts';

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
 * Deploys an image by its digest, unless it has the traffic already.
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
  const { taskDefinition, tags } = await describe(callAws, present);
  if (taskDefinition.containerDefinitions.some((each) => each.name === target.service && each.image === image)) {
    options.say(`${target.service}: runs that image already`);
    return present;
  }
  const containers = taskDefinition.containerDefinitions.map((each) =>
    each.name === target.service ? { ...each, image } : each,
  );
  if (!containers.some(({ name }) => name === target.service))
    throw new Error(`task definition ${taskDefinition.family}: got no container ${target.service}, expected one`);
  const known = Object.entries(taskDefinition).filter(([name]) => !answeredOnly.has(name));
  const registered = await callAws('ecs', 'RegisterTaskDefinition', {
    ...Object.fromEntries(known),
    containerDefinitions: containers,
    ...(tags.length === 0 ? {} : { tags }),
  });
  const { taskDefinitionArn } = Described.parse(registered).taskDefinition;
  options.say(`${target.service}: registered ${taskDefinitionArn}`);
  return shift(callAws, target, taskDefinitionArn, options);
}

/**
 * Brings an earlier revision back, by the same canary.
 *
 * @param revision - which; the one before that which has the traffic when undefined
 * @throws Error when there is none, or the deployment does not succeed
 */
export async function rollBackService(
  callAws: CallAws,
  target: ServiceTarget,
  revision: number | undefined,
  options: FollowOptions,
): Promise<string> {
  const family = `${target.prefix}-${target.service}`;
  const present = Number((await primaryOf(callAws, target)).split(':').at(-1));
  const wanted = revision ?? present - 1;
  if (!Number.isInteger(wanted) || wanted < 1 || wanted === present)
    throw new Error(`revision: got ${wanted}, expected an earlier one than ${present} of ${family}`);
  const { taskDefinition } = await describe(callAws, `${family}:${wanted}`);
  options.say(`${target.service}: from revision ${present} back to ${wanted}`);
  return shift(callAws, target, taskDefinition.taskDefinitionArn, options);
}

async function describe(callAws: CallAws, taskDefinition: string) {
  return Described.parse(await callAws('ecs', 'DescribeTaskDefinition', { taskDefinition, include: ['TAGS'] }));
}

async function shift(callAws: CallAws, target: ServiceTarget, arn: string, options: FollowOptions): Promise<string> {
  const { prefix, service } = target;
  const deploymentId = await beginDeployment(callAws, {
    applicationName: `${prefix}-services`,
    deploymentGroupName: `${prefix}-${service}`,
    description: arn.split('/').at(-1) ?? arn,
    appSpec: appSpecOf(target, arn),
  });
  await followDeployment(callAws, deploymentId, options);
  // What CodeDeploy says is held against what ECS runs.
  const primary = await primaryOf(callAws, target);
  if (primary !== arn) throw new Error(`service ${service}: got traffic on ${primary}, expected ${arn}`);
  return arn;
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

async function primaryOf(callAws: CallAws, { prefix, service }: ServiceTarget): Promise<string> {
  const answer = await callAws('ecs', 'DescribeServices', {
    cluster: `${prefix}-cluster`,
    services: [`${prefix}-${service}`],
  });
  const primary = Services.parse(answer).services[0]?.taskSets.find(({ status }) => status === 'PRIMARY');
  if (primary === undefined) throw new Error(`service ${prefix}-${service}: got no primary task set, expected one`);
  return primary.taskDefinition;
}
