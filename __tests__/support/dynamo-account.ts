// A small account over loopback HTTP: DynamoDB and KMS that check every signature, and fail in the ways a test asks for.
// Next: __tests__/support/dynamo-tables.ts, the tables; services/local/kms-endpoint.ts, the keys.
import { type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { onTestFinished } from 'vitest';
import { publishRevision, type PublishOutcome } from '../../governance/cli/publish-revision.ts';
import { type AwsAccess } from '../../governance/lambda/aws-json.ts';
import { revisionItem } from '../../governance/lambda/policy-table.ts';
import { digestOf, packDocument, revisionMessage } from '../../governance/lambda/signed-revision.ts';
import { createKmsSigner } from '../../governance/lambda/signer.ts';
import { createLocalKms } from '../../services/local/kms-endpoint.ts';
import { listenLoopback, readWireRequest, sendJson } from '../../services/local/loopback-server.ts';
import { createPrincipals } from '../../services/local/principals.ts';
import { verifySigV4 } from '../../services/local/sigv4-verifier.ts';
import { DynamoFault, DynamoTables, type Item } from './dynamo-tables.ts';
import { documentFrom } from './shipped-policies.ts';

/** How an operation fails: no answer ever, none after it was carried out, carried out late, answered late, or an error of a type. */
export type Fault =
  | 'hang'
  | 'lost'
  | { readonly delayMs: number }
  | { readonly answerDelayMs: number }
  | { readonly status: number; readonly type: string; readonly more?: object };

/** The names of the two tables. */
export const tableNames = { policies: 'test-governance-policies', quotas: 'test-governance-quotas' } as const;

const [accountId, region] = ['123456789012', 'eu-central-1'];

/**
 * Starts an account with both tables and a publisher key; it ends with the test.
 *
 * @param governanceMay - what KMS lets the function's role do
 */
export async function startDynamoAccount(governanceMay: readonly ('Sign' | 'GetPublicKey')[] = ['GetPublicKey']) {
  const tables = new DynamoTables();
  tables.createTable(tableNames.policies, ['tenant', 'revision']);
  tables.createTable(tableNames.quotas, ['counter']);
  const principals = createPrincipals({ account: accountId, prefix: 'test', names: ['governance', 'publisher'] });
  const kms = createLocalKms({
    account: accountId,
    region,
    principals,
    allowed: new Map([
      [principals.roleArn('governance'), governanceMay],
      [principals.roleArn('publisher'), ['Sign', 'GetPublicKey']],
    ]),
  });
  const publisherKey = kms.createKey();
  const calls: string[] = [];
  const faults: { next: (operation: string) => Fault | undefined } = { next: () => undefined };

  const withFaults =
    (handler: RequestListener): RequestListener =>
    (incoming, outgoing) => {
      const operation = String(incoming.headers['x-amz-target']).split('.')[1] ?? '';
      calls.push(operation);
      const fault = faults.next(operation);
      if (fault === 'hang') return;
      if (fault === 'lost') outgoing.end = () => (incoming.socket.destroy(), outgoing);
      if (typeof fault === 'object' && 'status' in fault)
        return sendJson(outgoing, fault.status, {
          __type: `com.amazonaws#${fault.type}`,
          message: 'planted',
          ...fault.more,
        });
      if (typeof fault === 'object' && 'delayMs' in fault)
        return void setTimeout(handler, fault.delayMs, incoming, outgoing);
      if (typeof fault === 'object') delayAnswer(outgoing, fault.answerDelayMs);
      handler(incoming, outgoing);
    };
  const listen = (handler: RequestListener) =>
    listenLoopback(withFaults(handler), 0, { name: 'account', setting: 'no port' });
  const servers = await Promise.all([listen(answerDynamo), listen(kms.handler)]);
  onTestFinished(async () => void (await Promise.all(servers.map((server) => server.close()))));
  const [dynamodbUrl, kmsUrl] = servers.map(({ url }) => url);
  const accessOf = (name: string, endpoint: string | undefined): AwsAccess => {
    const { accessKeyId, secretAccessKey, sessionToken } = principals.credentialsOf(name);
    return { region, endpoint, accessKeyId, secretAccessKey, sessionToken };
  };
  const accountOf = (name: string) => ({ dynamodb: accessOf(name, dynamodbUrl), kms: accessOf(name, kmsUrl) });

  return {
    tables,
    kms,
    publisherKey,
    calls,
    faults,
    region,
    accountOf,
    /** How often operations of these names were asked for since the last time. */
    takeCalls: (...names: string[]): number => calls.splice(0).filter((name) => names.includes(name)).length,
    publish,
    plant,
    policyItem: (tenant: string, revision: string) => tables.items(tableNames.policies).get(`${tenant} ${revision}`),
  };

  function answerDynamo(incoming: IncomingMessage, outgoing: ServerResponse): void {
    run(incoming).then(
      (answer) => sendJson(outgoing, 200, answer),
      (error: unknown) => {
        const { type, message, more } =
          error instanceof DynamoFault ? error : new DynamoFault('InternalServerError', String(error));
        sendJson(outgoing, type === 'InternalServerError' ? 500 : 400, {
          __type: `dynamodb#${type}`,
          message,
          ...more,
        });
      },
    );
  }

  async function run(incoming: IncomingMessage): Promise<object> {
    const request = await readWireRequest(incoming, 4 * 1024 * 1024);
    const { lookup } = principals;
    const verified = verifySigV4(request, { service: 'dynamodb', region, lookup, nowMs: Date.now() });
    if (!verified.ok) throw new DynamoFault(verified.code, verified.message);
    const operation = String(incoming.headers['x-amz-target']).replace('DynamoDB_20120810.', '');
    return tables.run(operation, JSON.parse(request.body.toString('utf8')) as Record<string, unknown>);
  }

  /** Publishes by the real way. */
  async function publish(draft: object, key = publisherKey): Promise<PublishOutcome> {
    const text = JSON.stringify(draft);
    const target = { account: accountOf('publisher'), table: tableNames.policies, key, dryRun: false };
    return publishRevision(target, { document: documentFrom(text), text }, Date.now());
  }

  /** Signs whatever bytes, duly, and writes them with a pointer, as a publisher gone wrong could. */
  async function plant(tenant: string, revision: number, text: string, packed = packDocument(text)): Promise<void> {
    const unsigned = { tenant, revision, digest: digestOf(text), packed };
    const signer = createKmsSigner({ keyId: publisherKey, ...accountOf('publisher').kms });
    const { keyId: publisher, signature } = await signer.sign(revisionMessage(unsigned));
    const items = tables.items(tableNames.policies);
    const item = revisionItem({ ...unsigned, publisher, signature }) as Item;
    items.set(`${tenant} ${String(revision).padStart(9, '0')}`, item);
    items.set(`${tenant} active`, {
      tenant: { S: tenant },
      revision: { S: 'active' },
      current: { N: String(revision) },
      digest: { S: unsigned.digest },
    });
  }
}

function delayAnswer(outgoing: ServerResponse, delayMs: number): void {
  const end = outgoing.end.bind(outgoing);
  outgoing.end = (body: unknown) => {
    setTimeout(() => void end(body), delayMs);
    return outgoing;
  };
}

/** A running account. */
export type DynamoAccount = Awaited<ReturnType<typeof startDynamoAccount>>;
