// An emulated account with dev applied to it: policies published, secrets with a first value, and what a runtime needs to use it.
// Next: services/local/emulated-account.ts, which asks for one.
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { promisify } from 'node:util';
import { AwsClient } from 'aws4fetch';
import { z } from 'zod';
import { leftOut } from '../../__tests__/support/emulator/left-out.ts';
import { type Emulator, startEmulator } from '../../__tests__/support/emulator/start.ts';
import { prepareEnvironment } from './environment-copy.ts';
import { applyEnvironment, initEnvironment, planEnvironment, readOutputs, type RunContext } from './environment-run.ts';
import { completeVariables } from './emulated-release.ts';

const root = path.resolve(import.meta.dirname, '../..');
const runFile = promisify(execFile);
const publishTimeoutMs = 60_000;

const Outputs = z.looseObject({
  policies_table_name: z.string(),
  quotas_table_name: z.string(),
  grants_table_name: z.string(),
  governance_signing_key_arn: z.string(),
  policy_publisher_key_arn: z.string(),
  orbit_secret_arn: z.string(),
  axon_secret_arn: z.string(),
});

/** Where the account is, and what was applied to it. */
export type AppliedAccount = z.output<typeof Outputs> & {
  readonly url: string;
  readonly environment: Readonly<Record<string, string>>;
};

/**
 * Starts the emulator and applies an environment to it.
 *
 * @param folder - the environment as synthesized
 * @param openContext - Terraform for that account, and where its progress is shown
 * @throws TerraformError when the apply fails; the emulator is stopped then
 */
export async function startAppliedAccount(
  folder: string,
  openContext: (emulator: Emulator) => Promise<RunContext>,
  { publish = true }: { readonly publish?: boolean } = {},
): Promise<{ account: AppliedAccount; emulator: Emulator }> {
  const emulator = await startEmulator();
  try {
    const context = await openContext(emulator);
    const variables = await completeVariables(folder, {}, emulator);
    const prepared = await prepareEnvironment({ folder, variables, leftOut });
    try {
      await initEnvironment(prepared, context);
      await applyEnvironment(prepared, await planEnvironment(prepared, context), context);
      const outputs = Outputs.parse(await readOutputs(prepared, context));
      const account = { ...outputs, url: emulator.url, environment: emulator.environment };
      for (const secret of [outputs.orbit_secret_arn, outputs.axon_secret_arn]) await putFirstValue(account, secret);
      if (publish) await publishPolicies(account);
      return { account, emulator };
    } finally {
      await prepared.remove();
    }
  } catch (error) {
    await emulator.stop();
    throw error;
  }
}

/** Publishes governance/policies by the command that a release uses. */
export function publishPolicies(account: AppliedAccount): Promise<string> {
  return runPolicyCommand(account, ['publish']);
}

/**
 * Runs `npm run policy -- …args` against an account, with its table and its publisher's key, and gives what it printed.
 *
 * @throws Error when it ends with another code than 0
 */
export async function runPolicyCommand(
  { environment, url, policies_table_name: table, policy_publisher_key_arn: key }: AppliedAccount,
  args: readonly string[],
): Promise<string> {
  const target = ['--table', table, '--key', key, '--endpoint', url];
  const { stdout } = await runFile(process.execPath, [path.join(root, 'governance/cli/main.ts'), ...args, ...target], {
    cwd: root,
    env: { PATH: process.env['PATH'] ?? '', POLICY_PUBLISHER_KEYS: key, ...withoutProxy(environment) },
    timeout: publishTimeoutMs,
  });
  return stdout;
}

/** The emulator runs no function, so the value that the first rotation would make is put here: 32 random bytes. */
async function putFirstValue({ url, environment }: AppliedAccount, secretId: string): Promise<void> {
  const client = new AwsClient({
    accessKeyId: environment['AWS_ACCESS_KEY_ID'] ?? 'emulated',
    secretAccessKey: environment['AWS_SECRET_ACCESS_KEY'] ?? 'emulated',
    service: 'secretsmanager',
    region: environment['AWS_REGION'] ?? 'eu-central-1',
    retries: 0,
  });
  const response = await client.fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'secretsmanager.PutSecretValue' },
    body: JSON.stringify({
      SecretId: secretId,
      SecretString: JSON.stringify({ logKey: randomBytes(32).toString('base64url') }),
      VersionStages: ['AWSCURRENT'],
    }),
    signal: AbortSignal.timeout(10_000),
  });
  if (!response.ok) throw new Error(`got ${response.status} for a first value of ${secretId}, expected 200`);
}

/** The proxy is for Terraform's calls to S3 Control alone. */
function withoutProxy(environment: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !/proxy/i.test(name)));
}
