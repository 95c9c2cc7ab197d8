// From process start to the first decision, less a bare Node: the real Lambda bundle, with the shipped policies and with 10,000 rules.
// Next: governance/lambda/main.ts, what is loaded.
import { spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { median, table } from './measure.ts';
import { benchTenants, ourText } from './policy-sets.ts';

const root = path.resolve(import.meta.dirname, '../..');
const rounds = 21;
const bare = "process.stdout.write('bare\\n'); process.exit(0)";
/** JavaScript, as a function has no types to strip. */
const firstDecision = `
const { handler } = await import(process.argv[1]);
const { reason } = await handler(
  { service: 'orbit', intent: 'call_reasoning', tenant: 'default', context: { maxTokens: 64 } },
  { invokedFunctionArn: 'arn:aws:lambda:eu-central-1:000000000000:function:governance:orbit' },
);
process.stdout.write('decided ' + reason + '\\n');
process.exit(0);
`;

/** Prints the table. @throws Error when a process does not decide as it must */
export async function benchColdStart(): Promise<void> {
  const bundled = spawnSync(process.execPath, ['scripts/bundle.ts'], { cwd: root, encoding: 'utf8' });
  if (bundled.status !== 0) throw new Error(`got no bundle, expected one: ${bundled.stderr}`);
  const folder = mkdtempSync(path.join(tmpdir(), 'cold-start-'));
  try {
    const [tenant] = benchTenants(10_000, 1);
    cpSync(path.join(root, 'governance/policies/platform.json'), path.join(folder, 'platform.json'));
    if (tenant) writeFileSync(path.join(folder, 'default.json'), ourText({ ...tenant, tenant: 'default' }));
    const bundle = path.join(root, 'dist/governance/index.mjs');
    const platformAndDefault = path.join(folder, 'two');
    mkdirSync(platformAndDefault);
    for (const name of ['platform.json', 'default.json'])
      cpSync(path.join(root, 'governance/policies', name), path.join(platformAndDefault, name));
    const decides = ['--input-type=module', '-e', firstDecision, bundle];
    const starts: Readonly<Record<string, () => Promise<number>>> = {
      'bare node': () => timeStart(['-e', bare], {}, 'bare'),
      'shipped policies': () =>
        timeStart(decides, { POLICY_FOLDER: path.join(root, 'governance/policies') }, 'decided permitted'),
      // What the function loads for one tenant in the account. The third document names a time zone, for which ICU is loaded.
      'platform and default': () => timeStart(decides, { POLICY_FOLDER: platformAndDefault }, 'decided permitted'),
      '10,000 rules': () => timeStart(decides, { POLICY_FOLDER: folder }, 'decided no_matching_permit'),
    };
    const samples = new Map(Object.keys(starts).map((name) => [name, [] as number[]]));
    // In turns, so that a busy machine slows all of them.
    for (let round = 0; round < rounds; round += 1)
      for (const [name, start] of Object.entries(starts)) samples.get(name)?.push(await start());
    const bareMs = median(samples.get('bare node') ?? []);
    const rows = Array.from(samples, ([start, each]) => ({
      start,
      'median ms': median(each).toFixed(1),
      'best ms': Math.min(...each).toFixed(1),
      'over bare node ms': (median(each) - bareMs).toFixed(1),
      '× bare node': (median(each) / bareMs).toFixed(2),
    }));
    process.stdout.write(`${table(rows)}\n`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Milliseconds from the start of a process to its first line, which must be this one. */
function timeStart(args: readonly string[], environment: Record<string, string>, expected: string): Promise<number> {
  const env = {
    ...environment,
    AWS_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: 'none',
    AWS_SECRET_ACCESS_KEY: 'none',
    // Nobody listens: the first certificate is asked for beside the first decision, which does not wait for it.
    AWS_ENDPOINT_URL_KMS: 'http://127.0.0.1:9',
    GOVERNANCE_SIGNING_KEY: 'none',
  };
  return new Promise((resolve, reject) => {
    const startedMs = performance.now();
    const child = spawn(process.execPath, [...args], { env, stdio: ['ignore', 'pipe', 'inherit'] });
    let out = '';
    let tookMs = Number.NaN;
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      out += text;
      if (Number.isNaN(tookMs) && out.includes(`${expected}\n`)) tookMs = performance.now() - startedMs;
    });
    child.once('error', reject);
    child.once('close', () =>
      Number.isNaN(tookMs) ? reject(new Error(`got ${out}, expected "${expected}"`)) : resolve(tookMs),
    );
  });
}
