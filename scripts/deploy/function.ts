// Deploys Governance: a new version of the function, looked at by the smoke function first, then shifted to by canary.
// Next: stacks/modules/governance/function.ts, whose aliases these are; stacks/modules/cicd/deployments.ts, the canary.
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { type CallAws } from './aws.ts';
import { beginDeployment, followDeployment, type FollowOptions } from './code-deploy.ts';
import { type CallLambda } from './lambda.ts';

/** What a deployment of a function acts through. */
export interface FunctionDeployment {
  readonly prefix: string;
  readonly callAws: CallAws;
  readonly callLambda: CallLambda;
  /** Whether the smoke function, which asks by an alias of its own, is content with the version that has it. */
  readonly verify: () => Promise<boolean>;
  readonly follow: FollowOptions;
}

type Alias = 'smoke' | 'orbit' | 'live';
const Version = z.object({ Version: z.string(), CodeSha256: z.string() });
const Configuration = z.object({ CodeSha256: z.string(), State: z.string(), StateReason: z.string().optional() });
const AliasAnswer = z.object({
  FunctionVersion: z.string(),
  RoutingConfig: z.object({ AdditionalVersionWeights: z.record(z.string(), z.number()).default({}) }).nullish(),
});
const activeWithinMs = 120_000;
const atOnce = 'CodeDeployDefault.LambdaAllAtOnce';

/**
 * Deploys an archive, unless the alias of Orbit has its code already.
 *
 * @param archive - the zip
 * @param sha256 - of it, 64 hex digits, as the release says
 * @returns the version that now decides
 * @throws Error when AWS has another code, the smoke function is not content, or a deployment does not succeed; the aliases
 *   are then where they were
 */
export async function deployFunction(
  deployment: FunctionDeployment,
  archive: Uint8Array,
  sha256: string,
): Promise<string> {
  const { callLambda, follow } = deployment;
  const wanted = Buffer.from(sha256, 'hex').toString('base64');
  const before = await versionOf(deployment, 'orbit');
  if ((await configurationOf(deployment, before)).CodeSha256 === wanted) {
    follow.say('governance: runs that code already');
    return before;
  }
  const published = Version.parse(
    await callLambda('PUT', `${nameOf(deployment)}/code`, {
      ZipFile: Buffer.from(archive).toString('base64'),
      Publish: true,
    }),
  );
  if (published.CodeSha256 !== wanted)
    throw new Error(`governance: got code ${published.CodeSha256} in version ${published.Version}, expected ${wanted}`);
  await untilActive(deployment, published.Version);
  follow.say(`governance: published version ${published.Version}`);
  await shiftAll(deployment, published.Version);
  return published.Version;
}

/**
 * Brings an earlier version back, at once: what is to be undone decides until then.
 *
 * @param version - which; the one before that which decides when undefined
 * @throws Error when there is none, or the deployment does not succeed
 */
export async function rollBackFunction(deployment: FunctionDeployment, version: number | undefined): Promise<string> {
  const present = Number(await versionOf(deployment, 'orbit'));
  const wanted = version ?? present - 1;
  if (!Number.isInteger(wanted) || wanted < 1 || wanted === present)
    throw new Error(`version: got ${wanted}, expected an earlier one than ${present} of ${nameOf(deployment)}`);
  await configurationOf(deployment, String(wanted));
  deployment.follow.say(`governance: from version ${present} back to ${wanted}`);
  for (const alias of ['orbit', 'smoke', 'live'] as const) await shift(deployment, alias, String(wanted), atOnce);
  return String(wanted);
}

/** First whom nobody depends on; Orbit by the group's canary, which alarms roll back; dry runs last. */
async function shiftAll(deployment: FunctionDeployment, version: string): Promise<void> {
  const before = await versionOf(deployment, 'smoke');
  try {
    await shift(deployment, 'smoke', version, atOnce);
    if (!(await deployment.verify()))
      throw new Error(`governance: version ${version} did not pass the smoke function's checks; orbit does not get it`);
    await shift(deployment, 'orbit', version);
  } catch (error) {
    await shift(deployment, 'smoke', before, atOnce);
    throw error;
  }
  await shift(deployment, 'live', version, atOnce);
}

async function shift(
  deployment: FunctionDeployment,
  alias: Alias,
  version: string,
  deploymentConfigName?: string,
): Promise<void> {
  const { prefix, callAws, follow } = deployment;
  const present = await versionOf(deployment, alias);
  if (present === version) return;
  const id = await beginDeployment(callAws, {
    applicationName: `${prefix}-functions`,
    deploymentGroupName: `${prefix}-governance`,
    description: `${alias} to version ${version}`,
    appSpec: appSpecOf(nameOf(deployment), alias, present, version),
    ...(deploymentConfigName === undefined ? {} : { deploymentConfigName }),
  });
  follow.say(`governance: ${alias} from version ${present} to ${version}`);
  await followDeployment(callAws, id, follow);
  // What CodeDeploy says is held against what Lambda does.
  const found = await versionOf(deployment, alias);
  if (found !== version) throw new Error(`governance: got ${alias} at version ${found}, expected ${version}`);
}

/** https://docs.aws.amazon.com/codedeploy/latest/userguide/reference-appspec-file-structure-resources.html#reference-appspec-file-structure-resources-lambda */
function appSpecOf(name: string, alias: Alias, from: string, to: string): Readonly<Record<string, unknown>> {
  const properties = { Name: name, Alias: alias, CurrentVersion: from, TargetVersion: to };
  return { version: 0.0, Resources: [{ governance: { Type: 'AWS::Lambda::Function', Properties: properties } }] };
}

/** @throws Error when the alias weighs two: another deployment is under way */
async function versionOf(deployment: FunctionDeployment, alias: Alias): Promise<string> {
  const answer = await deployment.callLambda('GET', `${nameOf(deployment)}/aliases/${alias}`);
  const { FunctionVersion: version, RoutingConfig: routing } = AliasAnswer.parse(answer);
  const [other] = Object.keys(routing?.AdditionalVersionWeights ?? {});
  if (other !== undefined)
    throw new Error(`governance: got ${alias} between versions ${version} and ${other}, expected no other deployment`);
  return version;
}

async function configurationOf(deployment: FunctionDeployment, version: string) {
  const path = `${nameOf(deployment)}/configuration?Qualifier=${version}`;
  return Configuration.parse(await deployment.callLambda('GET', path));
}

/** Lambda prepares a version before it may have traffic (https://docs.aws.amazon.com/lambda/latest/dg/functions-states.html). */
async function untilActive(deployment: FunctionDeployment, version: string): Promise<void> {
  const { intervalMs = 10_000 } = deployment.follow;
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
