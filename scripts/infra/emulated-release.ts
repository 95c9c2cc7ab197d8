// What a release decides, for the emulated account: a certificate that the account holds, and digests of images nobody pulls.
// Next: scripts/infra/main.ts, which gives them to the environment; scripts/infra/environment-copy.ts, which checks them.
import { AwsClient } from 'aws4fetch';
import { hash } from 'node:crypto';
import { access, readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';

import { listRequiredVariables, listVariables } from './environment-copy.ts';

/** The emulated account: where it listens, and the environment variables Terraform gets for it. */
export interface EmulatedAccount {
  readonly url: string;
  readonly environment: Readonly<Record<string, string>>;
}

const Root = z.looseObject({
  provider: z.looseObject({ aws: z.tuple([z.looseObject({ region: z.string() })], z.unknown()) }),
});
/** What `npm run bundle` writes, wherever the environment was synthesized to. */
const bundles = path.resolve(import.meta.dirname, '../../dist');
const packages = {
  governance_package: 'governance.zip',
  rotation_package: 'rotation.zip',
  smoke_package: 'smoke.zip',
};
const Certificate = z.object({ CertificateArn: z.string() });

/**
 * Values for the variables of an environment that have no default and are not given.
 * A load balancer takes only a certificate that exists, so one is requested in the emulated account first.
 *
 * @param dist - where the archives of the functions are
 * @returns the given values and those added; a variable this does not know stays without a value
 * @throws Error when a package of the environment is not there
 */
export async function completeVariables(
  folder: string,
  given: Readonly<Record<string, unknown>>,
  account: EmulatedAccount,
  dist = bundles,
): Promise<Record<string, unknown>> {
  const values: Record<string, unknown> = { ...given };
  for (const [name, file] of Object.entries(packages))
    if (!(name in given) && (await listVariables(folder)).includes(name))
      values[name] = await packed(path.join(dist, file));
  for (const name of await listRequiredVariables(folder)) {
    if (name in given) continue;
    if (name.endsWith('_image_digest')) values[name] = `sha256:${hash('sha256', name)}`;
    if (name === 'certificate_arn') values[name] = await requestCertificate(account, await readRegion(folder));
  }
  return values;
}

/** Terraform would name the file and a function that failed, and not what makes it. */
async function packed(file: string): Promise<string> {
  await access(file).catch((error: unknown) => {
    throw new Error(`got no ${path.relative(process.cwd(), file)}, expected it: run npm run bundle`, { cause: error });
  });
  return file;
}

async function requestCertificate({ url, environment }: EmulatedAccount, region: string): Promise<string> {
  const client = new AwsClient({
    accessKeyId: environment['AWS_ACCESS_KEY_ID'] ?? 'emulated',
    secretAccessKey: environment['AWS_SECRET_ACCESS_KEY'] ?? 'emulated',
    service: 'acm',
    region,
    retries: 0,
  });
  const response = await client.fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'CertificateManager.RequestCertificate' },
    body: JSON.stringify({ DomainName: 'runtime.internal.example.com', ValidationMethod: 'DNS' }),
    signal: AbortSignal.timeout(30_000),
  });
  if (!response.ok) {
    throw new Error(
      `got ${response.status} for a certificate in the emulated account, expected 200: ${await response.text()}`,
    );
  }
  return Certificate.parse(await response.json()).CertificateArn;
}

async function readRegion(folder: string): Promise<string> {
  const text = await readFile(path.join(folder, 'main.tf.json'), 'utf8');
  return Root.parse(JSON.parse(text)).provider.aws[0].region;
}
