// Writes the JSON Schemas of policy documents and of their cases beside them, for editors to complete and check what is typed.
// Next: governance/policy/reference.ts and governance/cli/case-files.ts, the schemas they are generated from.
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { format, type FormatConfig } from 'oxfmt';
import { caseJsonSchema } from '../governance/cli/case-files.ts';
import { policiesFolder } from '../governance/cli/policy-files.ts';
import { policyJsonSchema } from '../governance/policy/reference.ts';

const root = path.resolve(import.meta.dirname, '..');

/** The schemas, by the name that documents and case files give theirs (`./policy.schema.json`). */
export const policySchemas: Readonly<Record<string, () => object>> = {
  'policy.schema.json': () => ({ ...policyJsonSchema(), title: 'Policy document' }),
  'cases.schema.json': () => ({ ...caseJsonSchema(), title: 'Cases of a policy' }),
};

/**
 * A schema file's text, formatted as the repository's formatter leaves it.
 *
 * @throws Error when the formatter refuses the text
 */
export async function renderPolicySchema(name: string): Promise<string> {
  const options = JSON.parse(readFileSync(path.join(root, '.oxfmtrc.json'), 'utf8')) as FormatConfig;
  const { code, errors } = await format(name, JSON.stringify(policySchemas[name]?.()), options);
  if (errors.length > 0) throw new Error(`got ${errors.length} errors from the formatter, expected formatted json`);
  return code;
}

if (import.meta.main)
  for (const name of Object.keys(policySchemas))
    writeFileSync(path.join(policiesFolder, name), await renderPolicySchema(name));
