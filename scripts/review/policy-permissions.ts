// A policy document taken apart into single permissions, so that two documents compare by what they allow, not by how they are cut.
// Next: scripts/review/policy-difference.ts, which compares them and puts them together again.
import { z } from 'zod';

import { compareText, knownAfterApply, type Values } from './planned-resource.ts';
import { type Condition, describeCondition } from './policy-conditions.ts';

/** One effect for one principal on one action and one resource. `not` in front of a list makes the whole list one item. */
export interface Permission {
  readonly effect: 'Allow' | 'Deny';
  /** `AWS arn:aws:iam::1:role/x`, `Service ecs.amazonaws.com`, `*` for anyone; empty where the holder is the principal. */
  readonly principal: string;
  readonly action: string;
  /** Empty in a trust policy. */
  readonly resource: string;
  /** Sorted; all must hold. */
  readonly conditions: readonly Condition[];
}

const texts = z.union([z.string(), z.array(z.string())]).transform((value) => [value].flat());
const ConditionBlock = z.record(
  z.string(),
  z.record(
    z.string(),
    z.union([z.string(), z.boolean(), z.number(), z.array(z.union([z.string(), z.boolean(), z.number()]))]),
  ),
);
const Principal = z.union([z.string(), z.record(z.string(), texts)]);
// Strict: an element that is spelled otherwise would be read as none, and what it says overlooked.
const Statement = z.strictObject({
  Sid: z.string().optional(),
  Effect: z.enum(['Allow', 'Deny']),
  Principal: Principal.optional(),
  NotPrincipal: Principal.optional(),
  Action: texts.optional(),
  NotAction: texts.optional(),
  Resource: texts.optional(),
  NotResource: texts.optional(),
  Condition: ConditionBlock.optional(),
});
/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html */
const PolicyDocument = z.looseObject({
  Statement: z.union([Statement, z.array(Statement)]).transform((value) => [value].flat()),
});
const block = z.array(z.looseObject({ type: z.string(), identifiers: z.array(z.string()).nullish() })).nullish();
const list = z
  .union([z.string(), z.array(z.string())])
  .nullish()
  .transform((value) => (value === null || value === undefined ? undefined : [value].flat()));
/** The blocks of a `data.aws_iam_policy_document`, as far as they are known. */
const DocumentBlocks = z.looseObject({
  statement: z
    .array(
      z.looseObject({
        effect: z.string().nullish(),
        actions: list,
        not_actions: list,
        resources: list,
        not_resources: list,
        principals: block,
        not_principals: block,
        condition: z.array(z.looseObject({ test: z.string(), variable: z.string(), values: list })).nullish(),
      }),
    )
    .nullish(),
});
/** Each may have to be compared with each; a policy within the limits of IAM rarely makes a tenth of it. */
const maxPermissions = 5000;

/** True for text that is a policy document by its form. */
export function isPolicy(text: unknown): text is string {
  return typeof text === 'string' && /^\s*\{/.test(text) && /"Statement"\s*:/.test(text);
}

/** The permissions of a policy document; null when it is none, or too large to compare. */
export function parsePolicy(text: string): Permission[] | null {
  const { data } = PolicyDocument.safeParse(parseJson(text));
  return data === undefined ? null : expandAll(data.Statement);
}

/** Null for what is no JSON: then it is no policy either. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Several policies of one holder as the text of one; the one that is none, which nobody can read, when there is such. */
export function joinPolicies(policies: readonly unknown[]): unknown {
  const statements: Statement[] = [];
  for (const policy of policies) {
    const { data } = PolicyDocument.safeParse(typeof policy === 'string' ? parseJson(policy) : null);
    if (data === undefined) return policy;
    statements.push(...data.Statement);
  }
  return JSON.stringify({ Statement: statements });
}

/** The permissions of a `data.aws_iam_policy_document` that is read only during the apply; null when its blocks are not known. */
export function readDocumentBlocks(values: Values): Permission[] | null {
  const others = ['source_policy_documents', 'override_policy_documents', 'source_json', 'override_json'];
  // What is merged in from elsewhere could be anything.
  if (others.some((name) => isGiven(values[name]))) return null;
  const { data } = DocumentBlocks.safeParse(values);
  if (data === undefined) return null;
  const statements = (data.statement ?? []).map((each) => ({
    Effect: each.effect === 'Deny' ? ('Deny' as const) : ('Allow' as const),
    Principal: toPrincipals(each.principals),
    NotPrincipal: toPrincipals(each.not_principals),
    Action: each.actions,
    NotAction: each.not_actions,
    Resource: each.resources,
    NotResource: each.not_resources,
    Condition: toCondition(each.condition ?? []),
  }));
  return data.statement?.some(({ effect }) => effect === knownAfterApply) === true ? null : expandAll(statements);
}

type Statement = { readonly [Key in keyof z.output<typeof Statement>]: z.output<typeof Statement>[Key] | undefined };

function expandAll(statements: readonly Partial<Statement>[]): Permission[] | null {
  const permissions: Permission[] = [];
  for (const statement of statements) {
    const conditions = listConditions(statement.Condition ?? {});
    const principals = items(listPrincipals(statement.Principal), listPrincipals(statement.NotPrincipal));
    const actions = items(statement.Action, statement.NotAction);
    const resources = items(statement.Resource, statement.NotResource);
    if (permissions.length + principals.length * actions.length * resources.length > maxPermissions) return null;
    for (const principal of principals)
      for (const action of actions)
        for (const resource of resources)
          permissions.push({
            effect: statement.Effect === 'Deny' ? 'Deny' : 'Allow',
            principal,
            action,
            resource,
            conditions,
          });
  }
  return permissions;
}

function items(listed: readonly string[] | undefined, excluded: readonly string[] | undefined): string[] {
  if (excluded !== undefined && excluded.length > 0) return [`all but ${excluded.toSorted(compareText).join(', ')}`];
  return listed === undefined ? [''] : [...new Set(listed)];
}

function listPrincipals(principal: unknown): string[] | undefined {
  if (principal === undefined) return undefined;
  if (principal === '*') return ['*'];
  if (typeof principal === 'string') return [principal];
  return Object.entries(principal as Record<string, string[]>).flatMap(([kind, ids]) =>
    ids.map((id) => {
      if (id === '*' && (kind === 'AWS' || kind === '*')) return '*';
      // An account's number and its root are one and the same.
      return `${kind} ${/^\d{12}$/.test(id) ? `arn:aws:iam::${id}:root` : id}`;
    }),
  );
}

function listConditions(tests: z.output<typeof ConditionBlock>): Condition[] {
  return Object.entries(tests)
    .flatMap(([test, keys]) =>
      Object.entries(keys).map(([key, values]) => ({
        test,
        key,
        values: [...new Set([values].flat().map(String))].toSorted(compareText),
      })),
    )
    .toSorted((a, b) => compareText(describeCondition(a), describeCondition(b)));
}

function toPrincipals(blocks: z.output<typeof block>): Record<string, string[]> | undefined {
  if (blocks === null || blocks === undefined || blocks.length === 0) return undefined;
  const kinds: Record<string, string[]> = {};
  for (const { type, identifiers } of blocks) {
    const kind = type === '*' ? 'AWS' : type;
    kinds[kind] = [...(kinds[kind] ?? []), ...(identifiers ?? [knownAfterApply])];
  }
  return kinds;
}

function toCondition(
  blocks: readonly { test: string; variable: string; values?: string[] | undefined }[],
): z.output<typeof ConditionBlock> {
  const tests: Record<string, Record<string, string[]>> = {};
  for (const { test, variable, values } of blocks)
    tests[test] = {
      ...tests[test],
      [variable]: [...(tests[test]?.[variable] ?? []), ...(values ?? [knownAfterApply])],
    };
  return tests;
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null && value !== '' && !(Array.isArray(value) && value.length === 0);
}
