// The scanner can fail: a deliberately bad plan and a deliberately bad module, in the very way the good ones are scanned.
// Next: scripts/scan/scan-plan.ts.
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { checkov, scanPlan } from '../../scripts/scan/scan-plan.ts';
import { planOf, publicGroup } from '../support/open-plan.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const timeoutMs = 240_000;
describe('checkov', () => {
  test('fails a bad plan, unless the module says beside the resource why it may', { timeout: timeoutMs }, async () => {
    const folder = temporaryFolder('bad-plan');
    const [environment, module] = [path.join(folder, 'environments/bad'), path.join(folder, 'modules/bad')];
    for (const made of [environment, module]) mkdirSync(made, { recursive: true });
    writeFileSync(
      path.join(environment, 'main.tf.json'),
      JSON.stringify({ module: { bad: { source: '../../modules/bad' } } }),
    );
    const scan = async (comments: readonly string[]) => {
      const block = { '//': comments };
      writeFileSync(
        path.join(module, 'main.tf.json'),
        JSON.stringify({ resource: { aws_security_group: { open: block } } }),
      );
      return scanPlan(JSON.stringify(planOf(publicGroup)), environment, folder);
    };
    const { failed, resources } = await scan([]);
    expect(resources).toBe(1);
    expect(failed.map(({ check, resource }) => `${check} ${resource}`)).toContain(
      'CKV_AWS_24 module.bad.aws_security_group.open',
    );
    const excused = await scan(['checkov:skip=CKV_AWS_24:a control', 'checkov:skip=CKV_AWS_1:needless']);
    expect(excused.failed.map(({ check }) => check)).not.toContain('CKV_AWS_24');
    expect(excused.skipped).toMatchObject([{ check: 'CKV_AWS_24', reason: 'a control' }]);
    expect(excused.needless).toEqual(['module.bad.aws_security_group.open CKV_AWS_1']);
  });

  test('fails a bad module in Terraform JSON', { timeout: timeoutMs }, async () => {
    const folder = temporaryFolder('bad-module');
    writeFileSync(
      path.join(folder, 'main.tf.json'),
      JSON.stringify({ resource: { aws_security_group: { open: publicGroup.values } } }),
    );
    const report: unknown = JSON.parse(await checkov(['-d', folder, '--framework', 'terraform_json']));
    const { results } = z
      .object({ results: z.object({ failed_checks: z.array(z.object({ check_id: z.string() })) }) })
      .parse(report);
    expect(results.failed_checks.map(({ check_id: check }) => check)).toContain('CKV_AWS_24');
  });
});
