// `explain` as a user runs it: the answer, the rule, and each condition with what was found.
// Next: governance/cli/explain.ts.
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { runPolicyTool } from '../../support/policy-cli.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const at = ['--at', '2026-03-11T12:00:00Z'];
const staff = {
  service: 'orbit',
  intent: 'call_reasoning',
  tenant: 'acme',
  subject: 'user:ada',
  context: { maxTokens: 9000, tags: ['batch'] },
};

describe('explain', () => {
  it('names the answer, the deciding rule, and every condition with what was found', async () => {
    const { code, out } = await runPolicyTool(['explain', JSON.stringify(staff), ...at]);
    expect(code).toBe(0);
    expect(out).toContain('DENY  forbidden_by_rule by platform/output-ceiling\n');
    expect(out).toContain('tenant acme revision 1, platform revision 1, at 2026-03-11T12:00:00.000Z\n');
    expect(out).toContain('  forbid no-batches-in-office-hours: matches\n');
    expect(out).toContain('      true     gt context.maxTokens 8192, got 9000\n');
    expect(out).toContain('      false    lte context.maxTokens 4096, got 9000\n');
    expect(out).toContain('    unknown  gte context.promptLength 16384, got nothing\n');
  });

  it('names obligations, quotas and shadow rules of a permit', async () => {
    const request = { ...staff, context: { maxTokens: 10 } };
    const { out } = await runPolicyTool(['explain', JSON.stringify(request), ...at]);
    expect(out).toContain('PERMIT  permitted by staff-may-reason\n');
    expect(out).toContain('obligation {"type":"log","fields":{"actor":"staff"}}\n');
    expect(out).toContain('quota acme/staff-reasoning: 600 in 60 s, fixed, per tenant and subject\n');
    expect(out).toContain('shadow platform/change-freeze would forbid\n');
  });

  it('takes a file or stdin, other policies, and answers machines', async () => {
    const file = path.join(temporaryFolder('explain'), 'request.json');
    writeFileSync(file, '{"service":"orbit","intent":"call_reasoning"}');
    const { code, out } = await runPolicyTool(['explain', file, 'governance/policies/default.json', '--json', ...at]);
    expect(code).toBe(0);
    const answer = JSON.parse(out) as { rules: { rule: string }[] };
    expect(answer).toMatchObject({
      at: '2026-03-11T12:00:00.000Z',
      policy: { tenant: 'default', revision: 1 },
      platform: null,
      verdict: { allowed: true, rule: 'orbit-may-reason' },
    });
    expect(answer.rules.map(({ rule }) => rule)).toEqual(['bursts-are-counted', 'orbit-may-reason', 'oversized-calls']);
    const world = { readInput: () => Promise.resolve(JSON.stringify(staff)), nowMs: () => 0 };
    expect((await runPolicyTool(['explain', '-'], world)).out).toContain('at 1970-01-01T00:00:00.000Z');
  });

  it.each<[string, string[], number, string]>([
    ['no request', [], 2, 'got no request'],
    ['no such file', ['nowhere.json'], 1, 'got no file nowhere.json'],
    ['text that is no JSON', ['{"service"'], 1, 'request is not valid: input: got'],
    [
      'a request with an unknown key',
      ['{"service":"orbit","intent":"x","who":1}'],
      1,
      'who: got 1, expected no such key',
    ],
    ['an unknown tenant', ['{"service":"orbit","intent":"x","tenant":"nobody"}'], 1, 'denied as unknown_tenant'],
    ['a time that is none', [JSON.stringify(staff), '--at', 'noon'], 2, 'got --at noon, expected a time such as'],
    [
      'a policy that is none',
      [JSON.stringify(staff), 'package.json'],
      1,
      'package.json:2:3: name: got "agent-runtime"',
    ],
  ])('says what is wrong with %s', async (_name, args, code, message) => {
    expect(await runPolicyTool(['explain', ...args])).toMatchObject({
      code,
      errors: expect.stringContaining(message) as string,
    });
  });
});
