// `audit verify` as a user runs it: a log as it was written, as CloudWatch exports it, and with every kind of damage.
// Next: governance/cli/audit.ts.
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { unwrapLine } from '../../../governance/cli/log-lines.ts';
import { createAuditTrail } from '../../../governance/lambda/audit.ts';
import { createGrantIssuer } from '../../../governance/lambda/grant.ts';
import { createTestSigner } from '../../support/in-process-runtime.ts';
import { runPolicyTool } from '../../support/policy-cli.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const keyArn = 'arn:aws:kms:eu-central-1:123456789012:key/signing';
const signer = createTestSigner(keyArn);
const folder = temporaryFolder('audit-log');
const pem = path.join(folder, 'key.pem');
writeFileSync(pem, signer.publicKey.export({ type: 'spki', format: 'pem' }));
const key = ['--key', `${keyArn}=${pem}`];
let lines: string[];

beforeAll(async () => {
  lines = ['{"level":"info","service":"governance","message":"policy loaded"}'];
  const grants = createGrantIssuer({ signer, issuer: 'gov' });
  const audit = createAuditTrail({
    write: (line) => void lines.push(line),
    attest: (typ, claims) => grants.attest(typ, claims),
    checkpointEvery: 1000,
  });
  for (let record = 0; record < 6; record += 1) audit.append({ decisionId: `d${record}`, allowed: record % 2 === 0 });
  await audit.checkpoint();
  audit.append({ decisionId: 'last', allowed: true });
});

const verify = (log: readonly string[], more: readonly string[] = key) => {
  const file = path.join(folder, 'governance.log');
  writeFileSync(file, log.map((line) => `${line}\n`).join(''));
  return runPolicyTool(['audit', 'verify', file, ...more]);
};

describe('audit verify', () => {
  it('finds a log in order, and counts what no checkpoint attests yet', async () => {
    const { code, out } = await verify(lines);
    expect(code).toBe(0);
    expect(out).toMatch(
      /^chain +records {2}checkpoints {2}unattested\n[\w-]{16} +8 +1 +2\n8 records in 1 chain: in order\n$/,
    );
    expect(JSON.parse((await verify(lines, [...key, '--json'])).out)).toMatchObject({ ok: true, records: 8 });
  });

  it('reads what CloudWatch exports, and stdin', async () => {
    const exported = lines.map(
      (line, index) =>
        [
          `2026-03-11T12:00:00.000Z ${line}`,
          JSON.stringify({ '@timestamp': 'x', '@message': `${line}\n` }),
          JSON.stringify({ timestamp: 1, message: line }),
        ][index % 3] ?? '',
    );
    expect(await verify(exported)).toMatchObject({
      code: 0,
      out: expect.stringContaining('8 records in 1 chain: in order') as string,
    });
    const readInput = () => Promise.resolve(lines.join('\n'));
    expect(await runPolicyTool(['audit', 'verify', '-', ...key], { readInput })).toMatchObject({ code: 0 });
  });

  it('keeps a line as it was written, as its hash counts', () => {
    const line = '{"message":"decision","detail":"a \\"{quoted}\\" text","z":1}';
    for (const wrapped of [
      line,
      `2026-03-11T12:00:00Z ${line}`,
      JSON.stringify({ '@message': line }),
      JSON.stringify({ message: line }),
    ])
      expect(unwrapLine(wrapped)).toBe(line);
  });

  it.each<[string, (log: string[]) => string[], RegExp]>([
    ['a record removed', (log) => log.toSpliced(3, 1), /line 4, chain [\w-]+: got record 4 after 2, expected 3/],
    [
      'a record edited',
      (log) => log.with(2, (log[2] ?? '').replace('"allowed":false', '"allowed":true')),
      /line 4, chain .*: the record before was edited/,
    ],
    ['two records swapped', (log) => log.with(2, log[3] ?? '').with(3, log[2] ?? ''), /missing or out of order/],
    [
      'a checkpoint by another key',
      (log) => log.with(7, (log[7] ?? '').replace(/"certificate":"[^"]{9}/, '"certificate":"eyJhbGciO')),
      /does not verify/,
    ],
    [
      'a line cut in half',
      (log) => log.with(2, (log[2] ?? '').slice(0, 40)),
      /line 3, chain unknown: got text that is no audit record/,
    ],
  ])('names the line of %s', async (_name, damage, message) => {
    const { code, out } = await verify(damage([...lines]));
    expect([code, out]).toEqual([1, expect.stringMatching(message)]);
    expect(out).toMatch(/NOT IN ORDER: \d+ problems?\n$/);
  });

  it('trusts no key that it was not told of, and only links where it is told so', async () => {
    const other = createTestSigner('arn:aws:kms:eu-central-1:123456789012:key/other');
    const otherPem = path.join(folder, 'other.pem');
    writeFileSync(otherPem, other.publicKey.export({ type: 'spki', format: 'pem' }));
    for (const trusted of [`${keyArn}=${otherPem}`, `${other.keyId}=${otherPem}`])
      expect(await verify(lines, ['--key', trusted])).toMatchObject({
        code: 1,
        out: expect.stringContaining('does not verify') as string,
      });
    const { code, out } = await verify(lines, ['--links-alone']);
    expect([code, out]).toEqual([0, expect.stringContaining('in order, as far as links alone can tell')]);
    expect((await verify(lines.toSpliced(3, 1), ['--links-alone'])).code).toBe(1);
  });

  it('is not content with a log without records', async () => {
    expect(await verify(lines.slice(0, 1))).toMatchObject({
      code: 1,
      out: expect.stringContaining('got no audit record') as string,
    });
  });

  it.each([
    [['audit'], 'got nothing, expected "verify"'],
    [['audit', 'verify', ...key], 'got no log'],
    [['audit', 'verify', 'x.log'], 'expected --key, or --links-alone'],
    [['audit', 'verify', 'x.log', '--key', 'alias/x'], 'got --key alias/x, expected an ARN or ARN=FILE'],
  ])('says how %j was called wrongly', async (args, message) => {
    expect(await runPolicyTool(args)).toMatchObject({ code: 2, errors: expect.stringContaining(message) as string });
  });
});
