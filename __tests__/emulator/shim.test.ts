// The emulated account holds what our modules make: each fixture is applied, shows no drift, and is destroyed to nothing.
// Next: __tests__/support/emulator/server.py, the account; __tests__/support/emulator/fixtures, what is applied.
import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { AwsClient } from 'aws4fetch';
import { bulkhead } from 'cockatiel';
import { zipSync } from 'fflate';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTerraform, type Terraform } from '../../scripts/infra/terraform.ts';
import { leftOut } from '../support/emulator/left-out.ts';
import { type Emulator, startEmulator } from '../support/emulator/start.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const fixtures = path.resolve(import.meta.dirname, '../support/emulator/fixtures');
const flags = ['-input=false', '-no-color', '-parallelism=20'];
const allTimeoutMs = 400_000;
// Few at a time: most of a run is the provider waiting, but each provider process starts with two seconds of CPU.
const lanes = bulkhead(3, 100);

// What @cdktf/provider-aws 20.1.0 is made from.
const versions = `terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "5.100.0"
    }
  }
}
`;

let emulator: Emulator;
let terraform: Terraform;
const said: string[] = [];

beforeAll(async () => {
  emulator = await startEmulator({ onLine: (line) => said.push(line) });
  terraform = await openTerraform({ environment: process.env, account: emulator.environment });
}, allTimeoutMs);
afterAll(async () => {
  await terraform.close();
  await emulator.stop();
});

describe.concurrent('a fixture is applied, planned again and destroyed', () => {
  it.for(readdirSync(fixtures))('%s', { timeout: allTimeoutMs }, (fixture) =>
    lanes.execute(async () => {
      const cwd = await initialise(fixture);
      const applied = await terraform.run({ args: ['apply', '-auto-approve', ...flags], cwd });
      // Exit code 2 is a difference; the plan that shows it is then the failure's message.
      const second = await terraform.run({
        args: ['plan', '-detailed-exitcode', ...flags],
        cwd,
        expectedCodes: [0, 2],
      });
      const destroyed = await terraform.run({ args: ['destroy', '-auto-approve', '-refresh=false', ...flags], cwd });
      expect(second.code, second.stdout).toBe(0);
      const made = /Resources: (\d+) added, 0 changed, 0 destroyed/.exec(applied.stdout)?.[1];
      expect(Number(made)).toBeGreaterThan(10);
      expect(destroyed.stdout).toContain(`Resources: ${made} destroyed`);
      const state: unknown = JSON.parse(readFileSync(path.join(cwd, 'terraform.tfstate'), 'utf8'));
      expect(state).toMatchObject({ resources: [] });
    }),
  );
});

// Runs after the fixtures: suites of one file follow each other.
describe('what the account itself holds after the fixtures', () => {
  it.for([
    ['vpc-lattice', 'GET /servicenetworks', 'items'],
    ['vpc-lattice', 'GET /services', 'items'],
    ['vpc-lattice', 'GET /targetgroups', 'items'],
    ['vpc-lattice', 'GET /servicenetworkvpcassociations', 'items'],
    ['vpc-lattice', 'GET /servicenetworkserviceassociations', 'items'],
    ['vpc-lattice', 'GET /accesslogsubscriptions', 'items'],
    ['appmesh', 'GET /v20190125/meshes', 'meshes'],
    ['lambda', 'GET /2015-03-31/functions', 'Functions'],
    ['access-analyzer', 'GET /analyzer', 'analyzers'],
    ['guardduty', 'GET /detector', 'detectorIds'],
    ['xray', 'POST /Groups', 'Groups'],
    ['xray', 'POST /GetSamplingRules', 'SamplingRuleRecords'],
    ['securityhub', 'POST /standards/get', 'StandardsSubscriptions'],
    ['ecs', 'AmazonEC2ContainerServiceV20141113.ListServices', 'serviceArns'],
    ['codedeploy', 'CodeDeploy_20141006.ListApplications', 'applications'],
    ['codedeploy', 'CodeDeploy_20141006.ListDeploymentConfigs', 'deploymentConfigsList'],
    ['servicediscovery', 'Route53AutoNaming_v20170314.ListNamespaces', 'Namespaces'],
    ['logs', 'Logs_20140328.DescribeLogGroups', 'logGroups'],
    ['logs', 'Logs_20140328.DescribeQueryDefinitions', 'queryDefinitions'],
    ['ce', 'AWSInsightsIndexService.GetAnomalyMonitors', 'AnomalyMonitors'],
    ['ce', 'AWSInsightsIndexService.GetAnomalySubscriptions', 'AnomalySubscriptions'],
    ['budgets', 'AWSBudgetServiceGateway.DescribeBudgets', 'Budgets'],
    ['secretsmanager', 'secretsmanager.ListSecrets', 'SecretList'],
    ['ecr', 'AmazonEC2ContainerRegistry_V20150921.DescribeRepositories', 'repositories'],
    ['ecr', 'AmazonEC2ContainerRegistry_V20150921.DescribePullThroughCacheRules', 'pullThroughCacheRules'],
    ['dynamodb', 'DynamoDB_20120810.ListTables', 'TableNames'],
    ['cloudtrail', 'com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.ListTrails', 'Trails'],
    ['config', 'StarlingDoveService.DescribeConfigurationRecorders', 'ConfigurationRecorders'],
  ] as const)('%s %s: nothing', async ([service, operation, member]) => {
    const answer = await ask(service, operation, { AccountId: '123456789012', cluster: 'cluster' });
    const text = await answer.text();
    expect(answer.status, text).toBe(200);
    expect(JSON.parse(text)).toMatchObject({ [member]: [] });
  });
});

describe('what the account cannot do', () => {
  it.for([
    ['ecs', 'AmazonEC2ContainerServiceV20141113.ExecuteCommand', 'ExecuteCommand'],
    ['xray', 'POST /Insight', 'GetInsight'],
    ['lambda', 'GET /2019-09-30/functions/f/runtime-management-config', 'runtime-management-config'],
    ['fis', 'GET /safetyLevers/default', '/safetyLevers/default'],
    ['nonesuch', 'NoneSuch_20200101.DoIt', 'DoIt'],
  ] as const)('%s %s answers 501 and says so in one line', async ([service, operation, named]) => {
    const before = said.length;
    const answer = await ask(service, operation);
    expect(answer.status).toBe(501);
    expect(await answer.json()).toMatchObject({ __type: 'NotImplemented' });
    await expect
      .poll(() => said.slice(before))
      .toEqual([expect.stringMatching(new RegExp(`^not implemented: ${service} .*${named}`))]);
  });

  it('leaves at most five resource types out of an apply, each with its reason', () => {
    expect(leftOut.length).toBeLessThanOrEqual(5);
    for (const { type, reason } of leftOut)
      expect([type, reason]).toEqual([expect.stringMatching(/^aws_/), expect.stringMatching(/\w+ \w+/)]);
  });
});

describe('what AWS refuses because of its order is refused here', () => {
  it('a service network with an association is not deleted, and is once the association is gone', async () => {
    const network = await ask('vpc-lattice', 'POST /servicenetworks', { name: 'ordered' });
    const { id } = (await network.json()) as { id: string };
    const association = await ask('vpc-lattice', 'POST /servicenetworkvpcassociations', {
      serviceNetworkIdentifier: id,
      vpcIdentifier: 'vpc-0123456789abcdef0',
    });
    const { id: associationId } = (await association.json()) as { id: string };
    const refused = await ask('vpc-lattice', `DELETE /servicenetworks/${id}`);
    expect([refused.status, refused.headers.get('x-amzn-errortype')]).toEqual([409, 'ConflictException']);
    await ask('vpc-lattice', `DELETE /servicenetworkvpcassociations/${associationId}`);
    expect((await ask('vpc-lattice', `DELETE /servicenetworks/${id}`)).status).toBe(204);
    expect((await ask('vpc-lattice', `GET /servicenetworks/${id}`)).status).toBe(404);
  });

  it('a mesh with a virtual node is not deleted', async () => {
    await ask('appmesh', 'PUT /v20190125/meshes', { meshName: 'ordered' });
    await ask('appmesh', 'PUT /v20190125/meshes/ordered/virtualNodes', { virtualNodeName: 'n', spec: {} });
    const refused = await ask('appmesh', 'DELETE /v20190125/meshes/ordered');
    expect([refused.status, refused.headers.get('x-amzn-errortype')]).toEqual([409, 'ResourceInUseException']);
  });

  it('a call that the SDK repeats under its id is answered as the first time', async () => {
    const create = (call: string): Promise<Response> =>
      ask('appmesh', 'PUT /v20190125/meshes', { meshName: 'repeated' }, { 'amz-sdk-invocation-id': call });
    const [first, again, other] = [await create('one'), await create('one'), await create('two')];
    expect([first.status, again.status, other.status]).toEqual([200, 200, 409]);
    expect(await again.text()).toBe(await first.text());
  });

  it('a reset forgets what the shim held', async () => {
    expect((await ask('appmesh', 'GET /v20190125/meshes/ordered')).status).toBe(200);
    expect((await fetch(`${emulator.url}/moto-api/reset`, { method: 'POST' })).status).toBe(200);
    expect((await ask('appmesh', 'GET /v20190125/meshes/ordered')).status).toBe(404);
  });
});

/** Copies a fixture into a folder of its own, with the provider's version and a package for its functions. */
async function initialise(fixture: string): Promise<string> {
  const folder = temporaryFolder(`fixture-${fixture}`);
  cpSync(path.join(fixtures, fixture), folder, { recursive: true });
  writeFileSync(path.join(folder, 'versions.tf'), versions);
  writeFileSync(path.join(folder, 'code.zip'), zipSync({ 'index.mjs': new TextEncoder().encode('export {};') }));
  await terraform.run({ args: ['init', '-input=false', '-no-color'], cwd: folder });
  return folder;
}

/** Asks as any AWS client would: `GET /path` of a REST service, or `Target.Operation` of one that speaks JSON. */
async function ask(
  service: string,
  operation: string,
  body: object = {},
  more: Record<string, string> = {},
): Promise<Response> {
  const {
    AWS_ACCESS_KEY_ID: accessKeyId = '',
    AWS_SECRET_ACCESS_KEY: secretAccessKey = '',
    AWS_REGION: region = '',
  } = emulator.environment;
  const client = new AwsClient({ accessKeyId, secretAccessKey, service, region, retries: 0 });
  const [, method = 'POST', at = '/'] = /^([A-Z]+) (\/.*)$/.exec(operation) ?? [];
  const json = { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': operation };
  return client.fetch(`${emulator.url}${at}`, {
    method,
    headers: { ...(at === '/' ? json : { 'content-type': 'application/json' }), ...more },
    ...(method === 'GET' || method === 'DELETE' ? {} : { body: JSON.stringify(body) }),
  });
}
