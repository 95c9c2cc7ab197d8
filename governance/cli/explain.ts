// `explain`: what the policy answers to one request, by which rule, and how each condition came out.
// Next: governance/policy/explain.ts, which traces it.
import { readFile } from 'node:fs/promises';
import * as z from 'zod/mini';
import { DecisionRequest } from '../contract.ts';
import { type ConditionTrace, type Explanation, explain, type RuleTrace } from '../policy/explain.ts';
import { describeIssues, formatIssue, showValue } from '../policy/issues.ts';
import { readJson } from '../policy/json.ts';
import { type CliContext, type Command, parseCommandLine, readInstant, UsageError } from './command.ts';
import { type LoadedPolicy, loadPolicySet } from './policy-set.ts';

/** Explains a decision. */
export const explainCommand: Command = {
  summary: 'say what a request is answered, by which rule, and how each condition came out',
  help: `Usage: npm run policy -- explain REQUEST [FILES…] [--at TIME] [--json]

REQUEST is a decision request: JSON, a file of it, or "-" for stdin. FILES are the policies, governance/policies
unless said. Quotas are named, not counted: nothing is charged.

  --at TIME  when it is asked, such as 2026-03-11T12:00:00Z; now unless said
  --json     print one JSON object instead of lines

Exit code: 0 when there is an answer, permit or deny; 1 when the request or the policies are not valid.

Examples:
  npm run policy -- explain '{"service":"orbit","intent":"call_reasoning"}'
  npm run policy -- explain '{"service":"orbit","intent":"call_reasoning","tenant":"acme","subject":"user:ada","context":{"maxTokens":4096}}' --at 2026-03-11T12:00:00Z
  npm run policy -- explain request.json governance/policies/platform.json governance/policies/acme.json --json
`,
  async run(args, context) {
    const { values, positionals } = parseCommandLine(args, {
      at: { type: 'string' },
      json: { type: 'boolean', default: false },
    });
    const [given, ...files] = positionals;
    if (given === undefined) throw new UsageError('got no request, expected JSON, a file or "-"');
    const nowMs = values.at === undefined ? context.nowMs() : readInstant('--at', values.at);
    const request = readRequest(await textOf(given, context));
    const { tenants, platform } = await loadPolicySet(files.length > 0 ? files : undefined);
    const own = tenants.get(request.tenant);
    if (!own) {
      const known = [...tenants.keys()].join(', ');
      throw new Error(`got tenant ${request.tenant}, which is denied as unknown_tenant; expected one of ${known}`);
    }
    const explanation = explain(own.policy, platform?.policy ?? null, request, nowMs);
    const at = new Date(nowMs).toISOString();
    context.write(
      values.json
        ? `${JSON.stringify({ at, policy: referenceTo(own), platform: platform && referenceTo(platform), ...explanation })}\n`
        : describe(explanation, own, platform, at),
    );
    return 0;
  },
};

async function textOf(given: string, { readInput }: CliContext): Promise<string> {
  if (given === '-') return readInput();
  if (given.trimStart().startsWith('{')) return given;
  return readFile(given, 'utf8').catch((error: unknown) => {
    throw new Error(`got no file ${given}, expected JSON, a file of it or "-": ${String(error)}`, { cause: error });
  });
}

const deepest = 16;

function readRequest(text: string): DecisionRequest {
  const json = readJson(text, deepest);
  if (!json.ok) throw new Error(`request is not valid: ${json.issues.map(formatIssue).join('; ')}`);
  const parsed = z.safeParse(DecisionRequest, json.value);
  if (parsed.success) return parsed.data;
  throw new Error(`request is not valid: ${describeIssues(parsed.error, json.value).map(formatIssue).join('; ')}`);
}

function referenceTo({ file, policy: { tenant, revision, digest } }: LoadedPolicy): object {
  return { file, tenant, revision, digest };
}

function describe(
  { verdict, rules }: Explanation,
  own: LoadedPolicy,
  platform: LoadedPolicy | null,
  at: string,
): string {
  const by = verdict.rule === null ? '' : ` by ${verdict.rule}`;
  const beside = platform ? `, platform revision ${platform.policy.revision}` : ', without a platform policy';
  const lines = [
    `${verdict.allowed ? 'PERMIT' : 'DENY'}  ${verdict.reason}${by}`,
    `tenant ${own.policy.tenant} revision ${own.policy.revision}${beside}, at ${at}`,
    ...(verdict.detail === undefined ? [] : [verdict.detail]),
    ...(verdict.resource === null ? [] : [`resource ${verdict.resource}`]),
    ...verdict.obligations.map((obligation) => `obligation ${JSON.stringify(obligation)}`),
    ...verdict.quotas.map(
      ({ id, limit, windowSeconds, window, per }) =>
        `quota ${id}: ${limit} in ${windowSeconds} s, ${window}, per ${per.join(' and ')}`,
    ),
    ...verdict.shadow.map(({ rule, effect }) => `shadow ${rule} would ${effect}`),
    ...(verdict.resource === null ? [] : ['', rules.length === 0 ? 'no rule names it' : 'rules that name it:']),
    ...rules.flatMap(describeRule),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

function describeRule({ rule, effect, mode, matched, when }: RuleTrace): string[] {
  const told = matched ? 'matches' : 'does not match';
  return [
    `  ${effect} ${rule}${mode === 'shadow' ? ' (shadow)' : ''}: ${told}`,
    ...(when ? describeCondition(when, '    ') : []),
  ];
}

function describeCondition(
  { operator, outcome, attribute, got, compared, conditions }: ConditionTrace,
  indent: string,
): string[] {
  const operand = compared === undefined ? '' : ` ${JSON.stringify(compared)}`;
  const found = attribute === undefined && got === undefined ? '' : `, got ${showValue(got)}`;
  return [
    `${indent}${outcome.padEnd(7)}  ${operator}${attribute === undefined ? '' : ` ${attribute}`}${operand}${found}`,
    ...(conditions ?? []).flatMap((inner) => describeCondition(inner, `${indent}  `)),
  ];
}
