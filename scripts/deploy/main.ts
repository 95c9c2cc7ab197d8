// `npm run deploy -- service|rollback|verify …`: one service of one environment, shifted by CodeDeploy; and how the whole is.
// Next: scripts/deploy/service.ts and scripts/deploy/verify.ts.
import { parseArgs } from 'node:util';
import { fromDefaultChain } from '../../services/shared/aws-credentials.ts';
import { createAwsCaller } from './aws.ts';
import { readManifest } from '../release/manifest.ts';
import { deployService, rollBackService, type ServiceTarget } from './service.ts';
import { verifyEnvironment } from './verify.ts';

const usage = `usage:
  npm run deploy -- release ENV FILE --registry HOST   the images that release.json names: Axon, then Orbit; what runs already stays
  npm run deploy -- service ENV orbit|axon IMAGE       deploys REGISTRY/NAME@sha256:… by the environment's canary
  npm run deploy -- rollback ENV orbit|axon [--to N]   brings revision N back, or the one before the present, the same way
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
  if (command === 'release') {
    const { images } = readManifest(service ?? '');
    // Axon first: an Orbit may need what a new Axon can do, never the other way round.
    for (const name of ['axon', 'orbit'] as const) {
      const wanted = `${values.registry}/${prefix}/${name}@${images[name]}`;
      say(`${name}: ${await deployService(callAws, { prefix, service: name }, wanted, follow)} has the traffic`);
    }
    return 0;
  }
  if (!known) {
    const listener = values.listener === 'test' ? 'test' : 'production';
    const options = { functionName: `${prefix}-smoke`, listener, region, endpoint, credentials, say } as const;
    return (await verifyEnvironment(options)) ? 0 : 1;
  }
  const target: ServiceTarget = { prefix, service };
  if (command === 'rollback' && values.to !== undefined && !/^[1-9]\d*$/.test(values.to))
    throw new Error(`--to: got ${values.to}, expected the number of a revision`);
  const arn =
    image === undefined
      ? await rollBackService(callAws, target, values.to === undefined ? undefined : Number(values.to), follow)
      : await deployService(callAws, target, image, follow);
  say(`${service}: ${arn} has the traffic`);
  return 0;
}
