// Writes the JSON Schema of policy documents beside them, for editors to complete and check what is typed.
// Next: governance/policy/document.ts, the schemas it is generated from.
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { format, type FormatConfig } from 'oxfmt';
import { policyJsonSchema } from '../governance/policy/document.ts';

const root = path.resolve(import.meta.dirname, '..');

/** Where the schema lies; every policy document names it as `./policy.schema.json`. */
export const policySchemaFile = path.join(root, 'governance/policies/policy.schema.json');

/**
 * The schema file's text, formatted as the repository's formatter leaves it.
 *
 * @throws Error when the formatter refuses the text
 */
export async function renderPolicySchema(): Promise<string> {
  const options = JSON.parse(readFileSync(path.join(root, '.oxfmtrc.json'), 'utf8')) as FormatConfig;
  const text = JSON.stringify({ ...policyJsonSchema(), title: 'Policy document' });
  const { code, errors } = await format(policySchemaFile, text, options);
  if (errors.length > 0) throw new Error(`got ${errors.length} errors from the formatter, expected formatted json`);
  return code;
}

if (import.meta.main) writeFileSync(policySchemaFile, await renderPolicySchema());
