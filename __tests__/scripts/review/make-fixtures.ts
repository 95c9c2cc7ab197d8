// `npm run review:fixtures -- [NAME]`: makes the plans in fixtures/ anew, with real Terraform against the emulated account.
// Next: __tests__/scripts/review/fixture-configurations.ts, what is planned.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { AwsClient } from 'aws4fetch';

import { openTerraform, type Terraform } from '../../../scripts/infra/terraform.ts';
import { type Emulator, startEmulator } from '../../support/emulator/start.ts';
import { type FixtureConfiguration, fixtureConfigurations, type Root } from './fixture-configurations.ts';
import { trimPlan } from './trim-plan.ts';

const folder = path.join(import.meta.dirname, 'fixtures');
const work = path.resolve(import.meta.dirname, '../../../.tmp/review-fixtures');
const provider = { aws: [{ region: 'eu-central-1' }] };
const required = { required_providers: { aws: { source: 'aws', version: '5.100.0' } } };

const wanted = process.argv.slice(2);
mkdirSync(folder, { recursive: true });
for (const fixture of fixtureConfigurations.filter(({ name }) => wanted.length === 0 || wanted.includes(name))) {
  // An account of its own, so that no fixture meets what another left.
  const emulator = await startEmulator();
  try {
    const terraform = await openTerraform({ environment: process.env, account: emulator.environment });
    try {
      const plan = await makePlan(fixture, terraform, emulator);
      writeFileSync(path.join(folder, `${fixture.name}.json`), `${JSON.stringify(plan, null, 2)}\n`);
      process.stdout.write(`${fixture.name}\n`);
    } finally {
      await terraform.close();
    }
  } finally {
    await emulator.stop();
  }
}

async function makePlan(
  { name, before, after, between }: FixtureConfiguration,
  terraform: Terraform,
  account: Emulator,
): Promise<unknown> {
  const cwd = path.join(work, name);
  rmSync(cwd, { recursive: true, force: true });
  mkdirSync(cwd, { recursive: true });
  const write = (root: Root): void =>
    writeFileSync(path.join(cwd, 'main.tf.json'), JSON.stringify({ terraform: required, provider, ...root }));
  const run = (...args: string[]) => terraform.run({ args: [...args, '-no-color'], cwd });
  write(before);
  await run('init', '-input=false');
  if (Object.keys(before).length > 0) await run('apply', '-auto-approve', '-input=false');
  if (between === 'lose-state') rmSync(path.join(cwd, 'terraform.tfstate'));
  if (between === 'change-retention') await changeRetention(account);
  write(after);
  await run('plan', '-input=false', '-out=plan.tfplan');
  const { stdout } = await terraform.run({ args: ['show', '-json', 'plan.tfplan'], cwd });
  return trimPlan(JSON.parse(stdout));
}

/** What someone does in the console: the log of a fixture is kept for a day. */
async function changeRetention({ url, environment }: Emulator): Promise<void> {
  const client = new AwsClient({
    accessKeyId: environment['AWS_ACCESS_KEY_ID'] ?? '',
    secretAccessKey: environment['AWS_SECRET_ACCESS_KEY'] ?? '',
    service: 'logs',
    region: 'eu-central-1',
    retries: 0,
  });
  const response = await client.fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'Logs_20140328.PutRetentionPolicy' },
    body: JSON.stringify({ logGroupName: 'drifting', retentionInDays: 1 }),
  });
  if (!response.ok) throw new Error(`got ${response.status} for a retention, expected 200: ${await response.text()}`);
}
