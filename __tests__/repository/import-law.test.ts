// The import law holds, and every rule of it reports a planted violation by its own name.
// Next: __tests__/support/planted-imports.ts, the tree of lawful and unlawful imports.
import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';

import { lawfulFiles, planted, plantedTargets, stubPackages } from '../support/planted-imports.ts';
import { readRepositoryFiles, repositoryRoot } from '../support/repository-files.ts';

const cruiseResult = z.object({
  modules: z.array(
    z.object({ source: z.string(), dependencies: z.array(z.object({ module: z.string(), resolved: z.string() })) }),
  ),
  summary: z.object({
    totalCruised: z.number(),
    totalDependenciesCruised: z.number(),
    violations: z.array(
      z.object({ rule: z.object({ name: z.string(), severity: z.string() }), from: z.string(), to: z.string() }),
    ),
  }),
});
type CruiseResult = z.infer<typeof cruiseResult>;

const configFile = '.dependency-cruiser.cjs';
const config = z
  .object({ forbidden: z.array(z.object({ name: z.string(), comment: z.string(), severity: z.string() })) })
  .parse(createRequire(import.meta.url)(path.join(repositoryRoot, configFile)));

describe('the import law in this repository', () => {
  let result: CruiseResult;
  beforeAll(async () => {
    result = await cruise(repositoryRoot);
  });

  it('has no violation', () => {
    expect(describeViolations(result)).toEqual([]);
  });

  it('was checked on every TypeScript file, so silence means lawful and not unseen', () => {
    const seen = new Set(result.modules.map((module) => module.source));
    const unseen = readRepositoryFiles()
      .map((file) => file.path)
      .filter((file) => file.endsWith('.ts') && !seen.has(file));
    expect(unseen).toEqual([]);
    expect(result.summary.totalCruised).toBeGreaterThanOrEqual(60);
    expect(result.summary.totalDependenciesCruised).toBeGreaterThanOrEqual(120);
  });

  it('saw the imports written in the source, with the extension .ts and of types alone', () => {
    const resolvedBy = (source: string): string[] =>
      result.modules
        .filter((module) => module.source === source)
        .flatMap((module) => module.dependencies.map((dependency) => dependency.resolved));
    expect(resolvedBy('__tests__/repository/import-law.test.ts')).toContain('__tests__/support/planted-imports.ts');
    expect(resolvedBy('services/orbit/dispatch.ts')).toContain('governance/contract.ts');
  });

  it('gives every rule a reason and lets none merely warn', () => {
    const lax = config.forbidden.filter((rule) => rule.severity !== 'error' || rule.comment.length < 40);
    expect(lax).toEqual([]);
  });
});

describe('the import law in a tree of planted imports', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'import-law-'));
  let reported: string[];
  beforeAll(async () => {
    writeTree(folder);
    reported = describeViolations(await cruise(folder));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('has a planted violation for every rule', () => {
    const covered = [...new Set(planted.map((plant) => plant.rule))].toSorted();
    expect(covered).toEqual(config.forbidden.map((rule) => rule.name).toSorted());
  });

  it.each(planted)('reports $rule: $from → $to', (plant) => {
    expect(reported).toContain(`${plant.rule}: ${plant.from} → ${plant.to}`);
  });

  it('says nothing about lawful imports', () => {
    const unlawful = new Set(planted.map((plant) => `${plant.from} → ${plant.to}`));
    const surplus = reported.filter((line) => !unlawful.has(line.slice(line.indexOf(': ') + 2)));
    expect(surplus).toEqual([]);
  });
});

async function cruise(folder: string): Promise<CruiseResult> {
  const cli = path.join(repositoryRoot, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
  // The json reporter is asked for explicitly and exits 0 with violations, so a non-zero exit is a broken run.
  const run = await promisify(execFile)(process.execPath, [cli, '--config', configFile, '--output-type', 'json', '.'], {
    cwd: folder,
    maxBuffer: 64 * 1024 * 1024,
    timeout: 60_000,
  });
  return cruiseResult.parse(JSON.parse(run.stdout));
}

function describeViolations(result: CruiseResult): string[] {
  return result.summary.violations.map((violation) => `${violation.rule.name}: ${violation.from} → ${violation.to}`);
}

function writeTree(folder: string): void {
  for (const file of [configFile, 'tsconfig.json']) cpSync(path.join(repositoryRoot, file), path.join(folder, file));
  const dependencies = Object.fromEntries(stubPackages.filter((stub) => stub.kind === 'runtime').map(versionOf));
  const devDependencies = Object.fromEntries(stubPackages.filter((stub) => stub.kind === 'dev').map(versionOf));
  write(folder, 'package.json', JSON.stringify({ name: 'planted', type: 'module', dependencies, devDependencies }));
  for (const stub of stubPackages) {
    write(folder, `node_modules/${stub.name}/package.json`, JSON.stringify({ name: stub.name, main: 'main.js' }));
    write(folder, `node_modules/${stub.name}/main.js`, 'export const stub = 1;\n');
  }
  const texts = new Map([...lawfulFiles, ...plantedTargets].map((file) => [file.path, file.text]));
  for (const plant of planted) texts.set(plant.from, `${texts.get(plant.from) ?? ''}${plant.text}`);
  for (const [file, text] of texts) write(folder, file, text);
}

function versionOf(stub: { name: string }): [string, string] {
  return [stub.name, '1.0.0'];
}

function write(folder: string, file: string, text: string): void {
  mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
  writeFileSync(path.join(folder, file), text);
}
