// Values for what a release decides, in the emulated account: asked for where they must exist, made up where nothing looks.
// Next: scripts/infra/emulated-release.ts, the code under test.
import { rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { completeVariables } from '../../../scripts/infra/emulated-release.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { writeInfra } from './environment-fixture.ts';

const arn = 'arn:aws:acm:eu-west-1:123456789012:certificate/one';
const environment = { AWS_ACCESS_KEY_ID: 'key', AWS_SECRET_ACCESS_KEY: 'secret' };
let server: Server;
let url: string;
let root: string;
let status = 200;
const asked: IncomingHttpHeaders[] = [];

beforeEach(async () => {
  server = createServer((request, response) => {
    asked.push(request.headers);
    response.writeHead(status).end(JSON.stringify({ CertificateArn: arn }));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  root = writeInfra({
    dev: {
      provider: { aws: [{ region: 'eu-west-1' }] },
      variable: { axon_image_digest: {}, certificate_arn: {}, other: {}, release: { default: '0.0.0' } },
    },
  });
});
afterEach(async () => {
  rmSync(root, { recursive: true, force: true });
  asked.length = 0;
  status = 200;
  await new Promise((resolve) => {
    server.close(resolve);
  });
});

describe('completing the variables', () => {
  it('requests a certificate in the region of the environment and makes up digests', async () => {
    const values = await completeVariables(path.join(root, 'dev'), {}, { url, environment });
    expect(values).toEqual({ axon_image_digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/), certificate_arn: arn });
    expect(asked).toHaveLength(1);
    expect(asked[0]).toMatchObject({
      'x-amz-target': 'CertificateManager.RequestCertificate',
      authorization: expect.stringContaining('/eu-west-1/acm/aws4_request'),
    });
  });

  it('keeps what is given and asks for nothing then', async () => {
    const given = { axon_image_digest: 'mine', certificate_arn: 'mine', release: '1.0.0' };
    expect(await completeVariables(path.join(root, 'dev'), given, { url, environment })).toEqual(given);
    expect(asked).toEqual([]);
  });

  it('gives the archives of the functions, and says what makes one that is not there', async () => {
    const folder = path.join(writeInfra({ dev: { variable: { governance_package: { default: 'x' } } } }), 'dev');
    const dist = temporaryFolder('dist');
    await expect(completeVariables(folder, {}, { url, environment }, dist)).rejects.toThrow(
      /governance\.zip, expected it: run npm run bundle$/,
    );
    const file = path.join(dist, 'governance.zip');
    writeFileSync(file, 'packed');
    expect(await completeVariables(folder, {}, { url, environment }, dist)).toEqual({ governance_package: file });
  });

  it('fails when the account refuses', async () => {
    status = 400;
    await expect(completeVariables(path.join(root, 'dev'), {}, { url, environment })).rejects.toThrow(
      'got 400 for a certificate in the emulated account, expected 200',
    );
  });
});
