// Deploys Governance: a new version of the function, looked at by the smoke function first, then shifted to by canary.
// Next: stacks/modules/governance/function.ts, whose aliases these are; stacks/modules/cicd/deployments.ts, the canary.
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { type CallAws } from './aws.ts';
import { type FollowOptions, runDeployment } from './code-deploy.ts';
import { findPrevious } from './history.ts';
import { readLambdaAnswer, type SendToLambda } from './lambda.ts';

/** What a deployment of a function acts through. */
export interface FunctionDeployment {
  readonly prefix: string;
  readonly callAws: CallAws;
  readonly sendToLambda: SendToLambda;
  /** Whether the smoke function, which asks by an alias of its own, is content with the version that has it. */
  readonly verify: (listener: 'test' | 'production') => Promise<boolean>;
  readonly follow: FollowOptions;
}

const aliases = ['smoke', 'orbit', 'live'] as const;
type Alias = (typeof aliases)[number];
const Version = z.object({ Version: z.string(), CodeSha256: z.string() });
const Configuration = z.object({ State: z.string(), StateReason: z.string().optional() });
const AliasAnswer = z.object({
  FunctionVersion: z.string(),
  RoutingConfig: z.object({ AdditionalVersionWeights: z.record(z.string(), z.number()).default({}) }).nullish(),
});
const activeWithinMs = 120_000;
const atOnce = 'CodeDeployDefault.LambdaAllAtOnce';

/**
 * Deploys an archive, with whatever an apply has made of the function's configuration: applies leave the traffic where it
 * is. Does nothing where the version that results has all of it; Lambda makes none where nothing has changed.
 *
 * @param archive - the zip
 * @param sha256 - of it, 64 hex digits, as the release says
 * @returns the version that now decides
 * @throws Error when AWS has another code, the smoke function is not content, or a deployment does not succeed; Orbit then
 *   asks whom it asked
 */
export async function deployFunction(
  deployment: FunctionDeployment,
  archive: Uint8Array,
  sha256: string,
): Promise<string> {
  const { sendToLambda, follow } = deployment;
  const wanted = Buffer.from(sha256, 'hex').toString('base64');
  const { Version: version, CodeSha256: code } = Version.parse(
    readLambdaAnswer(
      await sendToLambda('PUT', `${nameOf(deployment)}/code`, {
        ZipFile: Buffer.from(archive).toString('base64'),
        Publish: true,
      }),
    ),
  );
  if (code !== wanted) throw new Error(`governance: got code ${code} in version ${version}, expected ${wanted}`);
  await untilActive(deployment, version);
  const present = await Promise.all(aliases.map((alias) => versionOf(deployment, alias)));
  if (present.every((each) => each === version)) {
    follow.say('governance: runs that code already');
    return version;
  }
  follow.say(`governance: published version ${version}`);
  await shiftAll(deployment, version);
  return version;
}

/**
 * Brings an earlier version back, at once: what is to be undone decides until then.
 *
 * @param version - which; that which decided before the present one was deployed when undefined
 * @throws Error when there is none, or the deployment does not succeed
 */
export async function rollBackFunction(deployment: FunctionDeployment, version: number | undefined): Promise<string> {
  const present = await versionOf(deployment, 'orbit');
  const earlier = version === undefined ? await previousOf(deployment, present) : String(version);
  if (earlier === present) throw new Error(`version: got ${earlier}, expected another than what decides`);
  await configurationOf(deployment, earlier);
  deployment.follow.say(`governance: from version ${present} back to ${earlier}`);
  for (const alias of ['orbit', 'smoke', 'live'] as const)
    await shift(deployment, alias, earlier, { deploymentConfigName: atOnce, isRollback: true });
  return earlier;
}

async function previousOf({ prefix, callAws }: FunctionDeployment, present: string): Promise<string> {
  const which = { present: `orbit ${present}`, said: `version ${present}`, numbered: 'version' } as const;
  return (await findPrevious(callAws, { ...groupOf(prefix), ...which })).replace('orbit ', '');
}

/** First whom nobody depends on; Orbit by the group's canary, which alarms roll back; dry runs last. */
async function shiftAll(deployment: FunctionDeployment, version: string): Promise<void> {
  const before = await versionOf(deployment, 'orbit');
  try {
    await shift(deployment, 'smoke', version, { deploymentConfigName: atOnce });
    if (!(await deployment.verify('production')))
      throw new Error(`governance: version ${version} did not pass the smoke function's checks; orbit does not get it`);
    await shift(deployment, 'orbit', version);
  } catch (error) {
    try {
      await shift(deployment, 'smoke', before, { deploymentConfigName: atOnce, isRollback: true });
    } catch (second) {
      const messages = [error, second].map((each) => (each instanceof Error ? each.message : String(each)));
      throw new AggregateError([error, second], messages.join('; and smoke did not go back: '), { cause: second });
    }
    throw error;
  }
  await shift(deployment, 'live', version, { deploymentConfigName: atOnce });
}

async function shift(
  deployment: FunctionDeployment,
  alias: Alias,
  version: string,
  how: { deploymentConfigName?: string; isRollback?: boolean } = {},
): Promise<void> {
  const { prefix, callAws, follow } = deployment;
  const present = await versionOf(deployment, alias);
  if (present === version) return;
  follow.say(`governance: ${alias} from version ${present} to ${version}`);
  const appSpec = appSpecOf(nameOf(deployment), alias, present, version);
  const order = { ...groupOf(prefix), from: `${alias} ${present}`, to: `${alias} ${version}`, appSpec, ...how };
  await runDeployment(callAws, order, follow);
  // What CodeDeploy says is held against what Lambda does.
  const found = await versionOf(deployment, alias);
  if (found !== version) throw new Error(`governance: got ${alias} at version ${found}, expected ${version}`);
}

function groupOf(prefix: string) {
  return { applicationName: `${prefix}-functions`, deploymentGroupName: `${prefix}-governance` };
}

/** https://docs.aws.amazon.com/codedeploy/latest/userguide/reference-appspec-file-structure-resources.html#reference-appspec-file-structure-resources-lambda */
function appSpecOf(name: string, alias: Alias, from: string, to: string): Readonly<Record<string, unknown>> {
  const properties = { Name: name, Alias: alias, CurrentVersion: from, TargetVersion: to };
  return { version: 0.0, Resources: [{ governance: { Type: 'AWS::Lambda::Function', Properties: properties } }] };
}

/** @throws Error when the alias weighs two: another deployment is under way */
async function versionOf(deployment: FunctionDeployment, alias: Alias): Promise<string> {
  const answer = await deployment.sendToLambda('GET', `${nameOf(deployment)}/aliases/${alias}`);
  const { FunctionVersion: version, RoutingConfig: routing } = AliasAnswer.parse(readLambdaAnswer(answer));
  const [other] = Object.keys(routing?.AdditionalVersionWeights ?? {});
  if (other !== undefined)
    throw new Error(`governance: got ${alias} between versions ${version} and ${other}, expected no other deployment`);
  return version;
}

async function configurationOf(deployment: FunctionDeployment, version: string) {
  const path = `${nameOf(deployment)}/configuration?Qualifier=${version}`;
  return Configuration.parse(readLambdaAnswer(await deployment.sendToLambda('GET', path)));
}

/** Lambda prepares a version before it may have traffic (https://docs.aws.amazon.com/lambda/latest/dg/functions-states.html). */
async function untilActive(deployment: FunctionDeployment, version: string): Promise<void> {
  const { intervalMs } = deployment.follow;
  const untilMs = Date.now() + activeWithinMs;
  for (;;) {
    const { State: state, StateReason: reason } = await configurationOf(deployment, version);
    if (state === 'Active') return;
    if (state !== 'Pending' || Date.now() >= untilMs)
      throw new Error(
        `governance: version ${version} is ${[state, reason].filter(Boolean).join(': ')}, expected Active`,
      );
    await sleep(Math.min(intervalMs, 2000));
  }
}

function nameOf({ prefix }: FunctionDeployment): string {
  return `${prefix}-governance`;
}
