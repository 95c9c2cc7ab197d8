// `replay` and `diff` with a log, as a user runs them: the decisions of the real handler, decided again.
// Next: governance/cli/replay.ts and governance/cli/diff.ts.
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { runPolicyTool } from '../../support/policy-cli.ts';
import { draft, forbid, noonMs, permit, platformDraft } from '../../support/policy-fixtures.ts';
import { recordDecisions } from '../../support/recorded-decisions.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const few = { when: { lte: ['context.n', 5] }, quotas: ['two'] };
const quotas = { two: { limit: 2, windowSeconds: 3600, per: ['subject'] } };
const request = { service: 'orbit', intent: 'act', tenant: 't1', subject: 'user:ada' };
const asked = [
  { ...request, context: { n: 1 } },
  { ...request, context: { n: 1 } },
  { ...request, context: { n: 1 } },
  { ...request, context: { n: 6 } },
  { ...request, context: { s: 'a' } },
  { ...request, tenant: 't9' },
  { ...request, service: 'axon' },
  { nonsense: true },
];
let lines: string[];
let before: string;

/** Writes a set of policies. */
function folderOf(name: string, rules: readonly object[], more: object = {}, platform: readonly object[] = []): string {
  const folder = temporaryFolder(name);
  writeFileSync(path.join(folder, 'platform.json'), JSON.stringify(platformDraft(platform)));
  writeFileSync(path.join(folder, 't1.json'), JSON.stringify(draft(rules, { quotas, ...more })));
  return folder;
}
const logOf = (log: readonly string[]): string => {
  const file = path.join(temporaryFolder('log'), 'governance.log');
  writeFileSync(file, log.map((line) => `${line}\n`).join(''));
  return file;
};

beforeAll(async () => {
  before = folderOf('before', [permit('few', few)]);
  lines = ['{"level":"info","message":"policy loaded"}', ...(await recordDecisions([before], asked, noonMs))];
});

describe('replay', () => {
  it('finds every decision of the same policies the same, and counts what it cannot decide again', async () => {
    const { code, out } = await runPolicyTool(['replay', logOf(lines), before]);
    expect([code, out]).toEqual([
      0,
      '1 not decided again: denied as identity_mismatch\n1 not decided again: request could not be read\n6 the same, 0 decisions otherwise\n',
    ]);
  });

  it('names what comes out otherwise, with the first line and decision of each kind', async () => {
    const after = folderOf('after', [permit('few', { ...few, when: { lte: ['context.n', 6] } })]);
    const { code, out } = await runPolicyTool(['replay', logOf(lines), after]);
    expect(code).toBe(1);
    expect(out).toMatch(/^ +1 {2}no_matching_permit → permitted by few +line 5 [0-9a-f-]{36}$/m);
    expect(out).toContain('5 the same, 1 decision otherwise\n');
    const stopped = folderOf('stopped', [permit('few', few)], {}, [forbid('stop')]);
    const { out: json } = await runPolicyTool(['replay', logOf(lines), stopped, '--json']);
    expect(JSON.parse(json)).toMatchObject({
      ok: false,
      same: 1,
      differences: [
        { line: 2, before: 'permitted by few', after: 'forbidden_by_rule by platform/stop' },
        { line: 3 },
        { line: 4, before: 'quota_exceeded by few', after: 'forbidden_by_rule by platform/stop' },
        { line: 5 },
        { line: 6 },
      ],
    });
  });

  it('notices other duties and what rules in shadow would have done', async () => {
    const duty = permit('few', { ...few, obligations: [{ type: 'single_use' }] });
    const shadow = forbid('shade', { mode: 'shadow' });
    for (const rules of [[duty], [permit('few', few), shadow]])
      expect((await runPolicyTool(['replay', logOf(lines), folderOf('duty', rules)])).code).toBe(1);
  });

  it('does not decide again what was kept off the record', async () => {
    const redacting = folderOf('redacting', [
      permit('few', { ...few, obligations: [{ type: 'redact', fields: ['n'] }] }),
    ]);
    const log = await recordDecisions([redacting], asked.slice(0, 1), noonMs);
    const { code, out } = await runPolicyTool(['replay', logOf(log), redacting]);
    expect([code, out]).toEqual([0, '1 not decided again: n kept off the record\n0 the same, 0 decisions otherwise\n']);
  });

  it('reads what CloudWatch exports and stdin, and names a line that it cannot read', async () => {
    const wrapped = lines.map((line) => JSON.stringify({ '@timestamp': 'x', '@message': line }));
    expect((await runPolicyTool(['replay', logOf(wrapped), before])).out).toContain('6 the same');
    const readInput = () => Promise.resolve(lines.join('\n'));
    expect((await runPolicyTool(['replay', '-', before], { readInput })).out).toContain('6 the same');
    const broken = lines.with(1, (lines[1] ?? '').replace('"issuedAt":"2026', '"issuedAt":"soon'));
    const { code, out } = await runPolicyTool(['replay', logOf([...broken, '{"message":"decision",']), before]);
    expect([code, out]).toEqual([
      1,
      expect.stringMatching(
        /^line 2: got a record whose issuedAt is missing or wrong.*\nline 10: got a line that is no json/,
      ),
    ]);
  });

  it.each([
    [['replay'], 2, 'got no log'],
    [['replay', 'nowhere.log'], 1, 'got no log nowhere.log'],
  ])('says how %j was called wrongly', async (args, code, message) => {
    expect(await runPolicyTool(args)).toMatchObject({ code, errors: expect.stringContaining(message) as string });
  });
});

describe('diff', () => {
  const nowMs = () => noonMs;
  const after = () => folderOf('after', [permit('few', { ...few, when: { lte: ['context.n', 6] } })]);

  it('says that no decision changes, or which, the gravest first and loud', async () => {
    expect(await runPolicyTool(['diff', before, before, '--exit-code'], { nowMs })).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^no decision changes \(\d+ requests asked\)\n$/) as string,
    });
    const { code, out } = await runPolicyTool(['diff', before, after()], { nowMs });
    expect(code).toBe(0);
    expect(out).toMatch(/^1 {2}NEWLY PERMITTED {2}t1 +orbit +act +no_matching_permit {2}permitted by few +\d+$/m);
    expect(out).toContain(
      `npm run policy -- explain '{"service":"orbit","intent":"act","tenant":"t1","context":{"n":6}}' --at 2026-03-11T12:00:00.000Z\n`,
    );
    expect((await runPolicyTool(['diff', before, after(), '--exit-code'], { nowMs })).code).toBe(1);
  });

  it('asks what is on record as well, each at its own time', async () => {
    const { out } = await runPolicyTool(['diff', before, after(), '--log', logOf(lines), '--json'], { nowMs });
    expect(JSON.parse(out)).toMatchObject({
      changes: true,
      recorded: { asked: 7, changed: 1 },
      groups: [{ kind: 'newly permitted', recorded: 1, request: { context: { n: 6 } } }],
    });
    const { out: text } = await runPolicyTool(['diff', before, after(), '--log', logOf(lines)], { nowMs });
    expect(text).toContain('1 of the 7 requests on record change\n');
  });

  it('names what is there on one side only', async () => {
    const changed = folderOf('changed', [permit('few', few)], {
      intents: { act: { resource: 'axon:/reason', context: { n: 'number' } } },
    });
    const { out } = await runPolicyTool(['diff', before, changed], { nowMs });
    expect(out).toContain('tenant t1: intent look: only before\n');
    const other = folderOf('other', [], { tenant: 't2' });
    expect((await runPolicyTool(['diff', before, other], { nowMs })).out).toMatch(
      /tenant t1: only before\n.*tenant t2: only after\n/s,
    );
  });

  it.each([
    [['diff'], 'got 0 sets of policies, expected two'],
    [['diff', 'a', 'b', 'c'], 'got 3 sets of policies, expected two'],
    [['diff', 'a', 'b', '--samples', 'many'], 'got --samples many, expected a whole number'],
    [['diff', 'a', 'b', '--at', 'noon'], 'got --at noon, expected a time'],
  ])('says how %j was called wrongly', async (args, message) => {
    expect(await runPolicyTool(args)).toMatchObject({ code: 2, errors: expect.stringContaining(message) as string });
  });
});
