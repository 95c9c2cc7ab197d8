// `export cedar`: tenants' documents as Cedar policies and schemas, and what of them Cedar cannot say.
// Next: governance/policy/cedar/export-cedar.ts, which translates one tenant.
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type CedarExport, exportCedar, type CedarGap } from '../policy/cedar/export-cedar.ts';
import { type CliContext, type Command, parseCommandLine, UsageError } from './command.ts';
import { loadPolicySet } from './policy-set.ts';
import { count, formatTable } from './table.ts';

/** Exports documents to another engine. */
export const exportCommand: Command = {
  summary: 'write tenants as Cedar policies and schemas that answer alike',
  help: `Usage: npm run policy -- export cedar [FILES…] [--out FOLDER] [--partial] [--json]

Writes each tenant's document, joined with the platform's where FILES has it, as Cedar policies and a schema that
Amazon Verified Permissions or any other Cedar engine takes. FILES may be folders. Without FILES: governance/policies.
Cedar then gives the same allow or deny. What it cannot say is listed: quotas and obligations become annotations, a
permit it cannot say is narrowed or left out, a forbid is widened. A comment in the policies says what a request passes.

  --out FOLDER  write <tenant>.cedar and <tenant>.cedarschema.json there; without it the policies are printed
  --partial     export although something of a rule cannot be said
  --json        print one JSON object instead of lines

Exit code: 0 when all is exported, 1 when something cannot be said and --partial is not given: nothing is written then.

Examples:
  npm run policy -- export cedar --out cedar --partial
  npm run policy -- export cedar governance/policies/acme.json governance/policies/platform.json --json
`,
  async run(args, context) {
    const { values, positionals } = parseCommandLine(args, {
      out: { type: 'string' },
      partial: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
    });
    const [engine, ...names] = positionals;
    if (engine !== 'cedar') throw new UsageError(`got the engine ${engine ?? 'nothing'}, expected cedar`);
    const { tenants, platform } = await loadPolicySet(names.length > 0 ? names : undefined);
    if (tenants.size === 0) throw new Error("got no tenant's document, expected at least one");
    const exports = Array.from(tenants.values(), ({ document }) => exportCedar(document, platform?.document ?? null));
    const ok = values.partial || exports.every(({ gaps }) => gaps.length === 0);
    const files = ok && values.out !== undefined ? await writeExports(exports, values.out) : [];
    if (values.json) context.write(`${JSON.stringify({ ok, files, tenants: exports.map(summarize) })}\n`);
    else report(exports, files, ok, values.out !== undefined, context);
    return ok ? 0 : 1;
  },
};

async function writeExports(exports: readonly CedarExport[], folder: string): Promise<string[]> {
  await mkdir(folder, { recursive: true });
  const files = exports.flatMap(({ tenant, text, schema }) => [
    { file: path.join(folder, `${tenant}.cedar`), text },
    { file: path.join(folder, `${tenant}.cedarschema.json`), text: `${JSON.stringify(schema, null, 2)}\n` },
  ]);
  await Promise.all(files.map(({ file, text }) => writeFile(file, text)));
  return files.map(({ file }) => file);
}

function summarize({ tenant, text, policies, schema, gaps, shadow, vocabulary }: CedarExport): object {
  const { windows, addresses } = vocabulary;
  return {
    tenant,
    text,
    policies,
    schema,
    gaps,
    shadow,
    computed: { windows: Object.fromEntries(windows), addresses: Object.fromEntries(addresses) },
  };
}

function report(
  exports: readonly CedarExport[],
  files: readonly string[],
  ok: boolean,
  toFolder: boolean,
  { write, writeError }: CliContext,
): void {
  const gaps = exports.flatMap((each) => each.gaps.map((gap) => ({ tenant: each.tenant, ...gap })));
  writeError(gaps.map(describeGap).join(''));
  if (!ok) {
    writeError(
      `got ${count(gaps.length, 'thing')} that Cedar cannot say, expected none; nothing is exported without --partial\n`,
    );
    return;
  }
  write(
    toFolder
      ? formatTable(
          ['tenant', 'policies', 'not said'],
          exports.map((each) => [each.tenant, each.policies.length, each.gaps.length]),
        ) + files.map((file) => `wrote ${file}\n`).join('')
      : exports.map(({ text }) => text).join('\n'),
  );
}

const outcomes: Readonly<Record<CedarGap['outcome'], string>> = {
  annotated: 'an annotation keeps it',
  narrowed: 'the permit is narrower',
  left_out: 'the permit is left out',
  widened: 'the forbid is wider',
};

function describeGap({ tenant, rule, path: where, got, why, outcome }: CedarGap & { tenant: string }): string {
  return `${tenant}: ${rule}: ${where}: got ${got}, expected ${why}; ${outcomes[outcome]}\n`;
}
