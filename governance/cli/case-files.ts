// Described cases of policies, as data: what is asked, when and by whom, and what must be answered and recorded.
// Next: governance/cli/run-case.ts, which runs one.
import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import * as z from 'zod/mini';
import { describeIssues, type Issue } from '../policy/issues.ts';
import { readJson } from '../policy/json.ts';
import { InvalidPoliciesError } from './command.ts';
import { createPlaceFinder, type Place } from './json-places.ts';
import { describeProblem, shownPath } from './policy-files.ts';

const subset = z.record(z.string(), z.unknown());

/**
 * One case. `request` is sent as it stands, with a binding added unless it brings its own or `dryRun` is set.
 * `decision` and `audit` are compared as subsets: what they name must be there and equal, and lists must be whole.
 */
export const PolicyCase = z.strictObject({
  description: z.string().check(z.minLength(10)),
  /** When it is asked. */
  at: z._default(z.iso.datetime({ offset: true }), '2026-03-11T12:00:00Z'),
  /** The alias that is invoked, hence the caller; null for the plain function. */
  identity: z._default(z.nullable(z.string()), 'orbit'),
  dryRun: z._default(z.boolean(), false),
  /** How often it is asked at that instant; the last answer is the one compared. */
  times: z._default(z.int().check(z.positive(), z.maximum(100)), 1),
  request: subset,
  decision: subset.check(z.refine((fields) => Object.keys(fields).length > 0, 'at least one field of the decision')),
  /** Ids of the quotas that the policy has the decision charged to; `[]` where none is. */
  quotas: z.optional(z.array(z.string())),
  /** Fields of the audit record. */
  audit: z.optional(subset),
  /** Texts that the record must not hold anywhere. */
  unrecorded: z._default(z.array(z.string().check(z.minLength(4))), []),
});
/** A parsed `PolicyCase`. */
export type PolicyCase = z.infer<typeof PolicyCase>;

/** A file of cases, `<name>.cases.json` beside the policies. */
export const CaseFile = z.strictObject({
  $schema: z.optional(z.string()),
  cases: z.array(PolicyCase).check(z.minLength(1)),
});

/** A case and where it stands. */
export interface PlacedCase extends PolicyCase, Place {
  readonly file: string;
}

/** The JSON Schema of a case file, for editors. */
export function caseJsonSchema(): object {
  return z.toJSONSchema(CaseFile, { io: 'input' });
}

/**
 * Reads cases: the `*.cases.json` of folders, and of a policy file the one beside it.
 *
 * @param names - files and folders
 * @throws InvalidPoliciesError naming everything that is wrong with a case file. @throws Error when one cannot be read
 */
export async function readCaseFiles(names: readonly string[]): Promise<PlacedCase[]> {
  const files = [...new Set((await Promise.all(names.map(filesOf))).flat())];
  const read = await Promise.all(files.map(readCaseFile));
  const problems = read.flatMap((each) => (each.ok ? [] : each.problems));
  if (problems.length > 0) throw new InvalidPoliciesError(problems);
  return read.flatMap((each) => (each.ok ? each.cases : []));
}

async function filesOf(name: string): Promise<string[]> {
  if (name.endsWith('.cases.json')) return [name];
  if ((await stat(name)).isDirectory())
    return (await readdir(name))
      .filter((file) => file.endsWith('.cases.json'))
      .sort()
      .map((file) => path.join(name, file));
  const beside = name.replace(/\.json$/, '.cases.json');
  return (await stat(beside).catch(() => null)) === null ? [] : [beside];
}

type CaseReading = { ok: true; cases: PlacedCase[] } | { ok: false; problems: string[] };

const deepest = 64;

async function readCaseFile(name: string): Promise<CaseReading> {
  const file = shownPath(name);
  const text = await readFile(name, 'utf8');
  const place = createPlaceFinder(text);
  const refuse = (issues: readonly Issue[]): CaseReading => ({
    ok: false,
    problems: issues.map((issue) => describeProblem(file, { ...place(issue), ...issue })),
  });
  const json = readJson(text, deepest);
  if (!json.ok) return refuse(json.issues);
  const parsed = z.safeParse(CaseFile, json.value);
  if (!parsed.success) return refuse(describeIssues(parsed.error, json.value));
  const at = (index: number): Place => place({ path: `cases[${index}]`, got: '', expected: '' });
  return { ok: true, cases: parsed.data.cases.map((each, index) => ({ ...each, ...at(index), file })) };
}
