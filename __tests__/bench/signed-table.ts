// A table of signed policies over loopback HTTP, for benches: DynamoDB's reads and KMS's public key, without checks of who asks.
// Next: __tests__/bench/scale.ts, which reads ten thousand tenants from it.
import { generateKeyPairSync, sign } from 'node:crypto';
import { createServer } from 'node:http';
import { type AddressInfo } from 'node:net';
import { pointerItem, revisionItem } from '../../governance/lambda/policy-table.ts';
import { digestOf, packDocument, revisionMessage } from '../../governance/lambda/signed-revision.ts';

/** The table and its publisher. */
export interface SignedTable {
  readonly url: string;
  readonly publisher: string;
  /** How many reads were answered. */
  readonly reads: () => number;
  close(): Promise<void>;
}

interface DynamoRequest {
  readonly Key?: { tenant: { S: string } };
  readonly ExpressionAttributeValues?: { ':tenant': { S: string } };
}

/** Signs the documents and serves them. @param documents - texts by tenant, the platform's under `*` */
export async function serveSignedTable(documents: Iterable<readonly [string, string]>): Promise<SignedTable> {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const publisher = 'arn:aws:kms:eu-central-1:123456789012:key/publisher';
  const items = new Map<string, readonly [pointer: object, revision: object]>();
  for (const [tenant, text] of documents) {
    const unsigned = { tenant, revision: 1, digest: digestOf(text), packed: packDocument(text) };
    const message = Buffer.from(revisionMessage(unsigned));
    const signature = sign('sha256', message, { key: privateKey, dsaEncoding: 'ieee-p1363' });
    items.set(tenant, [pointerItem(tenant, unsigned), revisionItem({ ...unsigned, publisher, signature })]);
  }
  const publicKeyAnswer = {
    KeyId: publisher,
    KeyUsage: 'SIGN_VERIFY',
    PublicKey: publicKey.export({ type: 'spki', format: 'der' }).toString('base64'),
  };
  let reads = 0;
  const server = createServer((incoming, outgoing) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => void chunks.push(chunk));
    incoming.on('end', () => {
      const target = String(incoming.headers['x-amz-target']);
      if (target.endsWith('GetPublicKey')) return void outgoing.end(JSON.stringify(publicKeyAnswer));
      reads += 1;
      const { Key, ExpressionAttributeValues } = JSON.parse(Buffer.concat(chunks).toString()) as DynamoRequest;
      const tenant = Key?.tenant.S ?? ExpressionAttributeValues?.[':tenant'].S ?? '';
      const found = items.get(tenant);
      const answer = Key ? { Item: found?.[0] } : { Items: found ?? [] };
      return void outgoing.end(JSON.stringify(answer));
    });
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    publisher,
    reads: () => reads,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
