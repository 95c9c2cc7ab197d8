// `npm run deploy -- release|service|function|rollback|verify …`: what of an environment has the traffic, shifted by CodeDeploy; and how it is.
// Next: scripts/deploy/service.ts, scripts/deploy/function.ts and scripts/deploy/verify.ts.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { fromDefaultChain } from '../../services/shared/aws-credentials.ts';
import { readCheckedManifest, type Release } from '../release/manifest.ts';
import { createAwsCaller } from './aws.ts';
import { deployFunction, type FunctionDeployment, rollBackFunction } from './function.ts';
import { createLambdaSender } from './lambda.ts';
import { deployService, rollBackService } from './service.ts';
import { verifyEnvironment } from './verify.ts';

const usage = `usage:
  npm run deploy -- release ENV FILE --registry HOST   what release.json names: Axon, Governance, then Orbit; what runs already stays
  npm run deploy -- service ENV orbit|axon IMAGE       deploys REGISTRY/NAME@sha256:… by the environment's canary
  npm run deploy -- function ENV FILE                  deploys the archive of Governance that release.json names, by its canary
  npm run deploy -- rollback ENV orbit|axon|governance [--to N]   brings a revision or a version back: N, or what was there before
  npm run deploy -- verify ENV [--listener test]       the smoke function's checks, in production or behind the test listeners
Needs AWS_REGION and credentials of the role github-actions-app. Ends with 1 unless the version has all of\nthe traffic, or every check passed.`;

type Service = 'orbit' | 'axon';
/** What the words of the command line come to. */
type Order =
  | { readonly command: 'release'; readonly manifest: string; readonly registry: string }
  | { readonly command: 'service'; readonly service: Service; readonly image: string }
  | { readonly command: 'function'; readonly manifest: string }
  | { readonly command: 'rollback'; readonly of: Service | 'governance'; readonly to: number | undefined }
  | { readonly command: 'verify'; readonly listener: 'test' | 'production' };

const say = (line: string): void => void process.stdout.write(`${line}\n`);

try {
  process.exitCode = await run(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}

async function run(args: readonly string[]): Promise<number> {
  const { environment, order } = readOrder(args);
  if (order === undefined || !/^[a-z][a-z0-9-]+$/.test(environment)) {
    process.stderr.write(`${usage}\n`);
    return 2;
  }
  const prefix = `agent-runtime-${environment}`;
  const deployment = connect(prefix);
  const { callAws, follow } = deployment;
  switch (order.command) {
    case 'verify':
      return (await deployment.verify(order.listener)) ? 0 : 1;
    case 'release': {
      const release = readCheckedManifest(order.manifest);
      const imageOf = (name: Service) => `${order.registry}/${prefix}/${name}@${release.images[name]}`;
      // Each before whom it serves: Axon knows what a new Governance grants, Governance what a new Orbit asks.
      hasTraffic('axon', await deployService(callAws, { prefix, service: 'axon' }, imageOf('axon'), follow));
      await deployGovernance(deployment, order.manifest, release);
      hasTraffic('orbit', await deployService(callAws, { prefix, service: 'orbit' }, imageOf('orbit'), follow));
      return 0;
    }
    case 'service': {
      const { service, image } = order;
      hasTraffic(service, await deployService(callAws, { prefix, service }, image, follow));
      return 0;
    }
    case 'function':
      await deployGovernance(deployment, order.manifest, readCheckedManifest(order.manifest));
      return 0;
    case 'rollback': {
      const { of: name, to } = order;
      if (name === 'governance') hasTraffic(name, `version ${await rollBackFunction(deployment, to)}`);
      else hasTraffic(name, await rollBackService(callAws, { prefix, service: name }, to, follow));
      return 0;
    }
  }
}

async function deployGovernance(deployment: FunctionDeployment, manifest: string, release: Release): Promise<void> {
  const { file, sha256 } = release.functions.governance;
  const archive = readFileSync(path.join(path.dirname(manifest), file));
  hasTraffic('governance', `version ${await deployFunction(deployment, archive, sha256)}`);
}

function hasTraffic(name: string, what: string): void {
  say(`${name}: ${what} has the traffic`);
}

/** Everything a deployment acts through, from the environment variables. */
function connect(prefix: string): FunctionDeployment {
  const { AWS_REGION: region, AWS_ENDPOINT_URL: endpoint, DEPLOY_INTERVAL_MS: interval } = process.env;
  if (region === undefined) throw new Error('got no AWS_REGION, expected the region of the environment');
  const aws = { region, endpoint, credentials: fromDefaultChain() };
  const sendToLambda = createLambdaSender(aws);
  return {
    prefix,
    callAws: createAwsCaller(aws),
    sendToLambda,
    verify: (listener) => verifyEnvironment({ functionName: `${prefix}-smoke`, listener, sendToLambda, say }),
    follow: { say, intervalMs: Number(interval ?? 10_000) },
  };
}

/** @throws Error naming the option that is wrong; an order that is none is undefined */
function readOrder(args: readonly string[]): { environment: string; order: Order | undefined } {
  const { positionals, values } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { to: { type: 'string' }, listener: { type: 'string' }, registry: { type: 'string' } },
  });
  const [command, environment = '', first, second, ...more] = positionals;
  const { registry, listener = 'production', to } = values;
  const order = ((): Order | undefined => {
    if (more.length > 0) return undefined;
    if (command === 'release' && first !== undefined && second === undefined && registry !== undefined)
      return { command, manifest: first, registry };
    if (command === 'service' && isService(first) && second !== undefined)
      return { command, service: first, image: second };
    if (command === 'function' && first !== undefined && second === undefined) return { command, manifest: first };
    if (command === 'rollback' && (isService(first) || first === 'governance') && second === undefined)
      return { command, of: first, to: to === undefined ? undefined : revisionOf(to) };
    if (command === 'verify' && first === undefined && (listener === 'test' || listener === 'production'))
      return { command, listener };
    return undefined;
  })();
  return { environment, order };
}

function isService(name: string | undefined): name is Service {
  return name === 'orbit' || name === 'axon';
}

function revisionOf(text: string): number {
  if (!/^[1-9]\d*$/.test(text)) throw new Error(`--to: got ${text}, expected the number of a revision`);
  return Number(text);
}
