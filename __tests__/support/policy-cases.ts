// What a described case of the shipped policies is, and how all of them are read.
// Next: __tests__/policy-cases/policy-cases.test.ts, which puts each through the handler.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { compilePolicy, type CompiledPolicy } from '../../governance/policy/compile.ts';
import { formatIssue } from '../../governance/policy/issues.ts';
import { parsePolicy } from '../../governance/policy/parse.ts';
import { type PolicyDocument } from '../../governance/policy/document.ts';
import { reasons } from '../../governance/contract.ts';

/** The folder of shipped policies and their cases. */
export const policiesFolder = path.resolve(import.meta.dirname, '../../governance/policies');

const subset = z.record(z.string(), z.unknown());

/**
 * One case: what is asked, when and by whom, what must be answered and what must be on record.
 *
 * `request` is sent as it stands, with a binding to `POST /reason` added unless it brings its own or `dryRun` is set.
 * `decision` and `audit` are compared as subsets: what they name must be there and equal, and lists must be whole.
 */
export const PolicyCase = z.strictObject({
  description: z.string().min(10),
  /** When it is asked. */
  at: z.iso.datetime({ offset: true }).default('2026-03-11T12:00:00Z'),
  /** The alias that is invoked, hence the caller; null for the plain function. */
  identity: z.string().nullable().default('orbit'),
  dryRun: z.boolean().default(false),
  /** How often it is asked at that instant; the last answer is the one compared. */
  times: z.int().min(1).max(100).default(1),
  request: z.looseObject({ service: z.string(), intent: z.string(), tenant: z.string().optional() }),
  decision: z.looseObject({
    allowed: z.boolean(),
    reason: z.enum(reasons),
    rule: z.string().nullable(),
    obligations: z.array(z.unknown()),
    shadow: z.array(z.strictObject({ rule: z.string(), effect: z.enum(['permit', 'forbid']) })),
  }),
  /** Ids of the quotas that the decision is charged to; `[]` where none is. */
  quotas: z.array(z.string()),
  /** Texts that the record must not hold anywhere. */
  unrecorded: z.array(z.string().min(4)).default([]),
  audit: subset.refine((fields) => Object.keys(fields).length >= 3, 'at least three fields of the record'),
});
/** A parsed `PolicyCase`. */
export type PolicyCase = z.infer<typeof PolicyCase>;

const CaseFile = z.strictObject({ cases: z.array(PolicyCase).min(1) });

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

/** Every case of the folder, with the file it stands in. @throws Error when a case file is not valid */
export function readPolicyCases(): (PolicyCase & { file: string })[] {
  return readdirSync(policiesFolder)
    .filter((name) => name.endsWith('.cases.json'))
    .sort()
    .flatMap((file) => {
      const parsed = CaseFile.safeParse(JSON.parse(readFileSync(path.join(policiesFolder, file), 'utf8')));
      if (!parsed.success) throw new Error(`${file}: ${z.prettifyError(parsed.error)}`);
      return parsed.data.cases.map((each) => Object.assign(each, { file }));
    });
}

/** A document from its text. @throws Error naming every issue when it is not valid */
export function documentFrom(text: string): PolicyDocument {
  const reading = parsePolicy(text);
  if (!reading.ok) throw new Error(reading.issues.map(formatIssue).join('\n'));
  return reading.document;
}

/** The shipped policies, compiled, by tenant. The digest is the file's name: no decision looks at it. */
export function compileShippedPolicies(): ReadonlyMap<string, CompiledPolicy> {
  return new Map(
    readPolicyFiles().map(({ name, text }) => {
      const document = documentFrom(text);
      return [document.tenant, compilePolicy(document, name)];
    }),
  );
}
