// The shipped policy files as text, and documents from text.
// Next: __tests__/governance/policies/shipped-policies.test.ts, which says what must hold of them.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { policiesFolder } from '../../governance/cli/policy-files.ts';
import { formatIssue } from '../../governance/policy/issues.ts';
import { parsePolicy } from '../../governance/policy/parse.ts';
import { type PolicyDocument } from '../../governance/policy/document.ts';

/** A shipped policy file. */
export interface PolicyFile {
  /** `default.json` */
  readonly name: string;
  readonly text: string;
}

/** Every policy document of the folder, in order of name. */
export function readPolicyFiles(): PolicyFile[] {
  return readdirSync(policiesFolder)
    .filter((name) => /^[a-z0-9-]+\.json$/.test(name))
    .sort()
    .map((name) => ({ name, text: readFileSync(path.join(policiesFolder, name), 'utf8') }));
}

/** A document from its text. @throws Error naming every issue when it is not valid */
export function documentFrom(text: string): PolicyDocument {
  const reading = parsePolicy(text);
  if (!reading.ok) throw new Error(reading.issues.map(formatIssue).join('\n'));
  return reading.document;
}
