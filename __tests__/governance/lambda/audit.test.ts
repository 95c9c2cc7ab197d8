// The audit trail: whatever is done to its lines, verification names the line.
// Next: governance/lambda/audit.ts writes it, governance/lambda/audit-verify.ts checks it.
import { describe, expect, it } from 'vitest';
import { createAuditTrail, hashLine } from '../../../governance/lambda/audit.ts';
import { verifyAudit } from '../../../governance/lambda/audit-verify.ts';
import { createGrantIssuer } from '../../../governance/lambda/grant.ts';
import { createTestSigner } from '../../support/in-process-runtime.ts';

const kms = createTestSigner('arn:kms:one');
const trusted = new Map([[kms.keyId, kms.publicKey]]);

async function trail(records: number, { checkpointEvery = 4, signer = kms } = {}): Promise<string[]> {
  const lines: string[] = [];
  const grants = createGrantIssuer({ signer, issuer: 'gov' });
  const audit = createAuditTrail({
    write: (line) => void lines.push(line),
    attest: (typ, claims) => grants.attest(typ, claims),
    checkpointEvery,
  });
  for (let record = 0; record < records; record += 1) {
    audit.append({ decisionId: `d${record}`, allowed: record % 2 === 0 });
    await new Promise((resolve) => setImmediate(resolve));
  }
  await audit.checkpoint();
  return lines;
}

/** Links the lines anew from `from` on, as a forger with the log but without the key would. */
function rebuilt(lines: readonly string[], from: number): string[] {
  const result = lines.slice(0, from + 1);
  for (const line of lines.slice(from + 1))
    result.push(JSON.stringify({ ...JSON.parse(line), prev: hashLine(result.at(-1) ?? '') }));
  return result;
}

describe('the audit trail', () => {
  it('verifies as written, checkpoints and all', async () => {
    const report = verifyAudit(await trail(10), trusted);
    expect(report).toMatchObject({
      ok: true,
      records: 13,
      problems: [],
      chains: [{ records: 13, checkpoints: 3, unattested: 1 }],
    });
  });

  it('chains each line to the one before', async () => {
    const lines = await trail(3);
    expect(lines.map((line) => JSON.parse(line).prev)).toEqual(['0'.repeat(64), ...lines.slice(0, -1).map(hashLine)]);
  });

  const damages: readonly [string, (lines: string[]) => string[], RegExp][] = [
    ['a record removed', (lines) => lines.toSpliced(3, 1), /missing or out of order/],
    ['the first record removed', (lines) => lines.slice(1), /missing or out of order/],
    ['two records swapped', (lines) => [lines[1] ?? '', lines[0] ?? '', ...lines.slice(2)], /missing or out of order/],
    ['a record repeated', (lines) => lines.toSpliced(2, 0, lines[1] ?? ''), /missing or out of order/],
    ['a record edited', (lines) => lines.with(2, (lines[2] ?? '').replace('true', 'false')), /was edited/],
    ['one space added', (lines) => lines.with(2, `${lines[2]} `), /was edited/],
    [
      'a record edited and the chain rebuilt',
      (lines) => rebuilt(lines.with(1, (lines[1] ?? '').replace('false', 'true ')), 1),
      /the chain was rebuilt/,
    ],
    ['a line that is no JSON', (lines) => lines.with(2, '{"chain":'), /no audit record/],
    [
      'a record without its number',
      (lines) => lines.with(2, (lines[2] ?? '').replace('"seq":3,', '')),
      /no audit record/,
    ],
    [
      'a checkpoint of another chain',
      (lines) => lines.with(4, (lines[4] ?? '').replace(/"token":"[^"]*"/, '"token":"a.b.c"')),
      /does not verify/,
    ],
    [
      'a checkpoint without its certificate',
      (lines) => lines.with(4, (lines[4] ?? '').replace(/,"certificate":"[^"]*"/, '')),
      /without token and certificate/,
    ],
  ];
  it.each(damages)('notices %s', async (_name, damage, problem) => {
    const report = verifyAudit(damage(await trail(10)), trusted);
    expect(report.ok).toBe(false);
    expect(report.problems.map((each) => each.problem).join('\n')).toMatch(problem);
  });

  it('names the line and the chain of a problem', async () => {
    const lines = await trail(6);
    const chain = JSON.parse(lines[0] ?? '').chain as string;
    expect(verifyAudit(lines.with(1, (lines[1] ?? '').replace('false', 'true')), trusted).problems).toContainEqual({
      line: 3,
      chain,
      problem: expect.stringContaining('was edited'),
    });
  });

  it('believes no checkpoint certified by a key that is not trusted', async () => {
    const report = verifyAudit(await trail(5, { signer: createTestSigner('arn:kms:one') }), trusted);
    expect(report.problems[0]?.problem).toMatch(/does not verify/);
  });

  it('keeps chains apart that are mixed in one log, and passes over other lines', async () => {
    const [one, two] = [await trail(5), await trail(3)];
    const mixed = one.flatMap((line, index) => [
      line,
      '{"level":"info","message":"policy loaded"}',
      '',
      ...(two[index] === undefined ? [] : [two[index]]),
    ]);
    expect(verifyAudit(mixed, trusted)).toMatchObject({
      ok: true,
      chains: [{ records: one.length }, { records: two.length }],
    });
  });

  it('tells how many records at the end no checkpoint attests: their loss could not be seen', async () => {
    const lines = await trail(10);
    expect(verifyAudit(lines.slice(0, 8), trusted).chains[0]?.unattested).toBe(4);
  });

  it('moves on only once a line is out', () => {
    const lines: string[] = [];
    let full = true;
    const audit = createAuditTrail({
      write(line) {
        if (full) throw new Error('disk full');
        lines.push(line);
      },
      attest: () => Promise.reject(new Error('unused')),
    });
    expect(() => audit.append({ decisionId: 'a' })).toThrow('disk full');
    full = false;
    audit.append({ decisionId: 'b' });
    expect(verifyAudit(lines, trusted)).toMatchObject({ ok: true, records: 1 });
  });
});
