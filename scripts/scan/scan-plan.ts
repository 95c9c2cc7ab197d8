// Checkov on a plan: what it fails, less what the synthesized modules say why it may.
// Next: scripts/scan/main.ts, which scans a plan, and __tests__/emulator/environment-dev.test.ts, which has one of dev scanned.
import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { type TerraformConfiguration } from '../../stacks/terraform-json.ts';
import { installPythonTool } from '../../__tests__/support/python-tool.ts';

/** A check that failed, and for which resource. */
export interface Finding {
  readonly check: string;
  readonly name: string;
  /** `module.alb.aws_lb.main`, without instance keys. */
  readonly resource: string;
}

/** What a scan found. */
export interface Scan {
  readonly passed: number;
  readonly resources: number;
  readonly failed: readonly Finding[];
  /** Failed, with the reason that stands beside the resource. */
  readonly skipped: readonly (Finding & { readonly reason: string })[];
  /** Reasons beside resources whose check does not fail: they have to go. */
  readonly needless: readonly string[];
}

const Report = z.object({
  summary: z.object({
    passed: z.number(),
    failed: z.number(),
    parsing_errors: z.literal(0),
    resource_count: z.number(),
  }),
  results: z.object({
    failed_checks: z.array(z.object({ check_id: z.string(), check_name: z.string(), resource: z.string() })),
  }),
});

/**
 * Scans a plan.
 *
 * @param planJson - `terraform show -json` of it; every value should be known, or checks fail for what they cannot see
 * @param environment - the folder of the environment, whose modules hold the reasons
 */
export async function scanPlan(planJson: string, environment: string, folder: string): Promise<Scan> {
  const file = path.join(folder, 'plan.json');
  writeFileSync(file, planJson);
  const { summary, results } = Report.parse(JSON.parse(await checkov(['-f', file, '--framework', 'terraform_plan'])));
  const failed = results.failed_checks.map(({ check_id: check, check_name: name, resource }) => ({
    check,
    name,
    resource: resource.replaceAll(/\[[^\]]*\]/g, ''),
  }));
  const reasons = skipReasons(environment);
  const key = ({ check, resource }: Pick<Finding, 'check' | 'resource'>): string => `${resource} ${check}`;
  const used = new Set(failed.map(key));
  const isPlanned = (wanted: string): boolean => {
    const address = wanted.slice(0, wanted.indexOf(' '));
    return planJson.includes(`"${address}"`) || planJson.includes(`"${address}[`);
  };
  return {
    passed: summary.passed,
    resources: summary.resource_count,
    failed: failed.filter((finding) => !reasons.has(key(finding))),
    skipped: failed.flatMap((finding) => {
      const reason = reasons.get(key(finding));
      return reason === undefined ? [] : [{ ...finding, reason }];
    }),
    needless: [...reasons.keys()].filter((wanted) => !used.has(wanted) && isPlanned(wanted)),
  };
}

/** Runs checkov; it exits with 1 where checks fail. */
export async function checkov(args: readonly string[]): Promise<string> {
  const command = await installPythonTool('checkov');
  return new Promise((resolve, reject) => {
    execFile(
      command,
      [...args, '-o', 'json', '--compact', '--quiet', '--skip-download'],
      { maxBuffer: 256 * 1024 * 1024, timeout: 240_000 },
      (error, stdout, stderr) => {
        if (error && error.code !== 1) reject(new Error(`got ${error.code ?? error.signal} from checkov: ${stderr}`));
        else resolve(stdout);
      },
    );
  });
}

/** Every `checkov:skip` beside a resource, by the address the environment gives the resource. */
function skipReasons(environment: string): Map<string, string> {
  const reasons = new Map<string, string>();
  const read = (folder: string): TerraformConfiguration =>
    JSON.parse(readFileSync(path.join(folder, 'main.tf.json'), 'utf8')) as TerraformConfiguration;
  for (const [call, { source }] of Object.entries(read(environment).module ?? {})) {
    const { resource = {} } = read(path.join(environment, String(source)));
    for (const [type, blocks] of Object.entries(resource))
      for (const [name, block] of Object.entries(blocks))
        for (const comment of (block['//'] as readonly string[] | undefined) ?? []) {
          const [, check = '', reason = ''] = /^checkov:skip=(\w+):(.+)$/s.exec(comment) ?? [];
          reasons.set(`module.${call}.${type}.${name} ${check}`, reason);
        }
  }
  return reasons;
}
