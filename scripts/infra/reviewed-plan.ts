// `node scripts/infra/reviewed-plan.ts seal ENV` and `check ENV SHA256`: that what is applied is the plan that was reviewed.
// Next: scripts/infra/save-plan.sh and scripts/infra/apply-plan.sh, which call it.
import { execFileSync } from 'node:child_process';
import { hash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';

const root = path.resolve(import.meta.dirname, '../..');
const dist = path.join(root, 'dist');
const manifestFile = path.join(dist, 'reviewed/manifest.json');
const usage = 'usage: node scripts/infra/reviewed-plan.ts seal ENV | check ENV SHA256';
/** What was reviewed yesterday, somebody may have changed since. */
const maxAgeMs = 24 * 60 * 60 * 1000;
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

/** What a plan was made of and for. `files` are below dist/: the plan, its JSON, and the archives that it uploads. */
const Manifest = z.strictObject({
  environment: z.string(),
  commit: z.string().regex(/^[0-9a-f]{40}$/),
  terraform: z.string(),
  madeAt: z.iso.datetime(),
  files: z.record(z.string(), sha256),
});
type Manifest = z.infer<typeof Manifest>;

try {
  process.exitCode = run(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}

function run([command, environment, expected, ...more]: readonly string[]): number {
  if (command === 'seal' && environment !== undefined && expected === undefined) return seal(environment);
  if (command === 'check' && environment !== undefined && expected !== undefined && more.length === 0)
    return check(environment, expected);
  process.stderr.write(`${usage}\n`);
  return 2;
}

function seal(environment: string): number {
  const text = `${JSON.stringify(manifestOf(environment), null, 2)}\n`;
  writeFileSync(manifestFile, text);
  process.stdout.write(`${hash('sha256', text)}\n`);
  return 0;
}

/** The manifest by what the job that planned said of it, then everything by the manifest. */
function check(environment: string, expected: string): number {
  const text = readFileSync(manifestFile, 'utf8');
  const found = hash('sha256', text);
  if (found !== expected)
    throw new Error(`manifest.json: got SHA-256 ${found}, expected ${expected}, which was reviewed`);
  const reviewed = Manifest.parse(JSON.parse(text));
  const present = manifestOf(environment);
  const faults = [
    ...differing('environment', present.environment, reviewed.environment),
    ...differing('commit', present.commit, reviewed.commit),
    ...differing('terraform', present.terraform, reviewed.terraform),
    ...[...new Set([...Object.keys(present.files), ...Object.keys(reviewed.files)])].flatMap((file) =>
      differing(`dist/${file}`, present.files[file], reviewed.files[file]),
    ),
    ...ageFaults(reviewed.madeAt, present.madeAt),
  ];
  for (const fault of faults) process.stderr.write(`${fault}\n`);
  if (faults.length === 0)
    process.stdout.write(`${environment}: the plan of ${reviewed.madeAt}, commit ${reviewed.commit}, as reviewed\n`);
  return faults.length === 0 ? 0 : 1;
}

function manifestOf(environment: string): Manifest {
  const archives = readdirSync(dist).filter((name) => name.endsWith('.zip'));
  const files = ['reviewed/plan.json', 'reviewed/plan.tfplan', ...archives.toSorted()];
  const version = z.object({ terraform_version: z.string() });
  return {
    environment,
    commit: execFileSync('git', ['rev-parse', 'HEAD'], { cwd: root, encoding: 'utf8' }).trim(),
    terraform: version.parse(JSON.parse(execFileSync('terraform', ['version', '-json'], { encoding: 'utf8' })))
      .terraform_version,
    madeAt: new Date().toISOString(),
    files: Object.fromEntries(files.map((file) => [file, hash('sha256', readFileSync(path.join(dist, file)))])),
  };
}

function differing(field: string, got: string | undefined, expected: string | undefined): string[] {
  return got === expected
    ? []
    : [`${field}: got ${got ?? 'nothing'}, expected ${expected ?? 'nothing'}, which was reviewed`];
}

function ageFaults(madeAt: string, now: string): string[] {
  const ageMs = Date.parse(now) - Date.parse(madeAt);
  return ageMs >= 0 && ageMs <= maxAgeMs
    ? []
    : [`madeAt: got ${madeAt}, expected a plan of the last 24 hours; plan anew`];
}
