// `npm run deploy -- service|rollback|verify …`: one service of one environment, shifted by CodeDeploy; and how the whole is.
// Next: scripts/deploy/service.ts and scripts/deploy/verify.ts.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { fromDefaultChain } from '../../services/shared/aws-credentials.ts';
import { createAwsCaller } from './aws.ts';
import { deployFunction, type FunctionDeployment, rollBackFunction } from './function.ts';
import { createLambdaCaller } from './lambda.ts';
import { readCheckedManifest } from '../release/manifest.ts';
import { deployService, rollBackService, type ServiceTarget } from './service.ts';
import { verifyEnvironment } from './verify.ts';

const usage = `usage:
  npm run deploy -- release ENV FILE --registry HOST   what release.json names: Axon, Governance, then Orbit; what runs already stays
  npm run deploy -- service ENV orbit|axon IMAGE       deploys REGISTRY/NAME@sha256:… by the environment's canary
  npm run deploy -- function ENV FILE                  deploys the archive of Governance that release.json names, by its canary
  npm run deploy -- rollback ENV NAME [--to N]         brings revision N of orbit or axon, or version N of governance, back, or the one before
  npm run deploy -- verify ENV [--listener test]       the smoke function's checks, in production or behind the test listeners
Needs AWS_REGION and credentials of the role github-actions-app. Ends with 1 unless the version has all of\nthe traffic, or every check passed.`;
const say = (line: string): void => void process.stdout.write(`${line}\n`);

try {
  process.exitCode = await run(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}

async function run(args: readonly string[]): Promise<number> {
  const { positionals, values } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      to: { type: 'string' },
      listener: { type: 'string', default: 'production' },
      registry: { type: 'string' },
    },
  });
  const [command, environment = '', service, image, ...more] = positionals;
  const { AWS_REGION: region, AWS_ENDPOINT_URL: endpoint, DEPLOY_INTERVAL_MS: interval } = process.env;
  const known = service === 'orbit' || service === 'axon';
  const fits =
    (known && command === 'service' && image !== undefined) ||
    (known && command === 'rollback' && image === undefined) ||
    (command === 'rollback' && service === 'governance' && image === undefined) ||
    (command === 'function' && service !== undefined && image === undefined) ||
    (command === 'release' && service !== undefined && image === undefined && values.registry !== undefined) ||
    (command === 'verify' && service === undefined && ['test', 'production'].includes(values.listener));
  if (!fits || more.length > 0 || !/^[a-z][a-z0-9-]+$/.test(environment)) {
    process.stderr.write(`${usage}\n`);
    return 2;
  }
  if (region === undefined) throw new Error('got no AWS_REGION, expected the region of the environment');
  const credentials = fromDefaultChain();
  const prefix = `agent-runtime-${environment}`;
  const callAws = createAwsCaller({ region, endpoint, credentials });
  const follow = { say, ...(interval === undefined ? {} : { intervalMs: Number(interval) }) };
  const verify = (listener: 'test' | 'production') =>
    verifyEnvironment({ functionName: `${prefix}-smoke`, listener, region, endpoint, credentials, say });
  const deployment: FunctionDeployment = {
    prefix,
    callAws,
    callLambda: createLambdaCaller({ region, endpoint, credentials }),
    verify: () => verify('production'),
    follow,
  };
  const deployGovernance = async (manifest: string): Promise<void> => {
    const { file, sha256 } = readCheckedManifest(manifest).functions.governance;
    const archive = readFileSync(path.join(path.dirname(manifest), file));
    say(`governance: version ${await deployFunction(deployment, archive, sha256)} decides`);
  };
  if (command === 'verify') return (await verify(values.listener === 'test' ? 'test' : 'production')) ? 0 : 1;
  if (command === 'function') {
    await deployGovernance(service ?? '');
    return 0;
  }
  if (command === 'release') {
    const { images } = readCheckedManifest(service ?? '');
    const deployImage = async (name: 'orbit' | 'axon'): Promise<void> => {
      const wanted = `${values.registry}/${prefix}/${name}@${images[name]}`;
      say(`${name}: ${await deployService(callAws, { prefix, service: name }, wanted, follow)} has the traffic`);
    };
    // Each before whom it serves: Axon knows what a new Governance grants, Governance what a new Orbit asks.
    await deployImage('axon');
    await deployGovernance(service ?? '');
    await deployImage('orbit');
    return 0;
  }
  if (command === 'rollback' && values.to !== undefined && !/^[1-9]\d*$/.test(values.to))
    throw new Error(`--to: got ${values.to}, expected the number of a revision`);
  if (!known) {
    const version = await rollBackFunction(deployment, values.to === undefined ? undefined : Number(values.to));
    say(`governance: version ${version} decides`);
    return 0;
  }
  const target: ServiceTarget = { prefix, service };
  const arn =
    image === undefined
      ? await rollBackService(callAws, target, values.to === undefined ? undefined : Number(values.to), follow)
      : await deployService(callAws, target, image, follow);
  say(`${service}: ${arn} has the traffic`);
  return 0;
}
