// Bundles each program into the one file its image or function holds, prints the sizes and refuses what must not be inside.
// Next: governance/lambda/main.ts, services/rotation/main.ts, services/smoke/main.ts, services/orbit/main.ts and services/axon/main.ts, the entries.
import { readFileSync, rmSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { build, type Metafile, type Plugin } from 'esbuild';
import { writeLambdaPackage } from './lambda-package.ts';

interface Bundle {
  readonly name: string;
  readonly entry: string;
  /** Packages of the AWS SDK that may be inside. */
  readonly allowed: RegExp;
  /** What it runs on: the newest Node that Lambda has (nodejs22.x), or the image's. */
  readonly target: 'node22' | 'node24';
  /** Starts often enough for its start to be worth a trick. */
  readonly startsLean?: boolean;
}

// What @aws-sdk/credential-provider-node and @aws-sdk/util-dynamodb bring along; none of it is a client of a service.
const helpers =
  /credential|^@aws-sdk\/(core|types|signature-v4-multi-region|token-providers|nested-clients|xml-builder|util-[a-z-]+)$|^@smithy\/|^@aws\//;
const bundles: readonly Bundle[] = [
  { name: 'governance', entry: 'governance/lambda/main.ts', allowed: /^$/, target: 'node22', startsLean: true },
  { name: 'rotation', entry: 'services/rotation/main.ts', allowed: /^$/, target: 'node22' },
  { name: 'smoke', entry: 'services/smoke/main.ts', allowed: /^$/, target: 'node22' },
  { name: 'orbit', entry: 'services/orbit/main.ts', allowed: helpers, target: 'node24' },
  { name: 'axon', entry: 'services/axon/main.ts', allowed: helpers, target: 'node24' },
];
// Some dependencies are CommonJS and ask for Node's own modules by require, which an ES module has to be given.
const banner =
  "import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);";

/**
 * Takes Node's modules by `process.getBuiltinModule`. An import statement makes an ES module of each, which reads every
 * export, and some are getters that load `fetch`, streams or worker threads: a third of a cold start.
 */
const builtinModules: Plugin = {
  name: 'builtin-modules',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^node:/ }, ({ path }) => ({ path, namespace: 'builtin' }));
    onLoad({ filter: /.*/, namespace: 'builtin' }, ({ path }) => ({
      contents: `module.exports = process.getBuiltinModule(${JSON.stringify(path)});`,
    }));
  },
};

const wanted = chosen(process.argv.slice(2));
const refused: string[] = [];
for (const bundle of wanted) {
  for (const output of [`dist/${bundle.name}`, `dist/${bundle.name}.zip`])
    rmSync(output, { recursive: true, force: true });
  const outfile = `dist/${bundle.name}/index.mjs`;
  const { metafile } = await build({
    entryPoints: [bundle.entry],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: bundle.target,
    minify: true,
    sourcemap: 'external',
    legalComments: 'none',
    metafile: true,
    logLevel: 'warning',
    ...(bundle.startsLean === true ? { plugins: [builtinModules] } : { banner: { js: banner } }),
  });
  // A function is deployed as an archive, which Terraform hashes.
  if (bundle.target === 'node22') writeLambdaPackage(`dist/${bundle.name}.zip`, { 'index.mjs': outfile });
  const code = readFileSync(outfile);
  const kib = (bytes: number) => `${(bytes / 1024).toFixed(1)} KiB`;
  process.stdout.write(
    `${outfile}: ${kib(code.length)}, gzipped ${kib(gzipSync(code).length)}, ${packagesIn(metafile).length} packages\n`,
  );
  const unwanted = packagesIn(metafile).filter(
    (name) => /^@(aws-sdk|smithy|aws)\//.test(name) && !bundle.allowed.test(name),
  );
  refused.push(
    ...unwanted.map(
      (name) =>
        `${bundle.name}: got ${name} in the bundle, expected nothing of the AWS SDK but credential and marshalling helpers`,
    ),
  );
}
if (refused.length > 0) {
  process.stderr.write(`${refused.join('\n')}\n`);
  process.exitCode = 1;
}

/** Those named on the command line, or all. */
function chosen(names: readonly string[]): readonly Bundle[] {
  const known = bundles.map(({ name }) => name);
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    process.stderr.write(`got bundle ${unknown}, expected one of ${known.join(', ')}\n`);
    process.exit(2);
  }
  return names.length === 0 ? bundles : bundles.filter(({ name }) => names.includes(name));
}

function packagesIn({ inputs }: Metafile): string[] {
  const names = Object.keys(inputs).flatMap((path) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? []);
  return [...new Set(names)].sort();
}
