// A tenant's document joined with the platform's, as Cedar policies that answer as ours do, and what they cannot say.
// Next: governance/policy/cedar/request.ts, which asks them; governance/cli/export.ts, which writes them.
import { type PolicyDocument, type Rule } from '../document.ts';
import { formatPath, showValue } from '../issues.ts';
import { type CedarPolicy, probeClauses, type RuleClauses, translateRule, writePolicies } from './rule.ts';
import { cedarSchema, type CedarSchema } from './schema.ts';
import { type CedarType, hasText, quoteText, readText } from './spelling.ts';
import { type CedarVocabulary, coversIntent, timeName, vocabularyOf } from './vocabulary.ts';

/** Something of a document that Cedar cannot say. */
export interface CedarGap {
  readonly rule: string;
  /** Within its document: `rules[3].when.lte[1]`. */
  readonly path: string;
  readonly got: string;
  /** What Cedar would take. */
  readonly why: string;
  /** `annotated`: allow and deny stay the same, the duty is lost. Every other makes Cedar deny more, never less. */
  readonly outcome: 'annotated' | 'narrowed' | 'left_out' | 'widened';
}

/** What Amazon Verified Permissions or any Cedar engine takes, for one tenant. */
export interface CedarExport {
  readonly tenant: string;
  readonly policies: readonly CedarPolicy[];
  /** All policies with a header of comments. */
  readonly text: string;
  readonly schema: CedarSchema;
  readonly vocabulary: CedarVocabulary;
  readonly gaps: readonly CedarGap[];
  /** Rules in shadow mode: they never change an answer and are left out. */
  readonly shadow: readonly string[];
}

interface SourceRule {
  readonly rule: Rule;
  readonly name: string;
  readonly byIntent: ReadonlyMap<string, RuleClauses>;
}

/**
 * Exports a tenant. Never wrong: what Cedar cannot say is unknown to it, which narrows a permit, widens a forbid and is listed.
 *
 * @param document - the tenant's
 * @param platform - the platform's, whose forbids bind every tenant; null where there is none
 */
export function exportCedar(document: PolicyDocument, platform: PolicyDocument | null): CedarExport {
  const vocabulary = vocabularyOf(document, platform);
  const gaps: CedarGap[] = [];
  const rules = [
    ...(platform ? translateRules(platform, 'platform/', vocabulary, gaps) : []),
    ...translateRules(document, '', vocabulary, gaps),
  ];
  const forbidden = forbiddenReads(rules);
  const written = { intentCount: vocabulary.intents.size, platformQuotas: Object.keys(platform?.quotas ?? {}) };
  const policies = [...expiry(document, platform), ...rules.flatMap((each) => policiesOf(each, forbidden, written))];
  const shadow = [...shadowOf(platform, 'platform/'), ...shadowOf(document, '')];
  if (platform) gaps.push(...quotaGaps(platform));
  return {
    tenant: document.tenant,
    policies,
    text: `${[...header(document, platform, vocabulary, shadow), ...policies.map(({ text }) => text)].join('\n\n')}\n`,
    schema: cedarSchema(vocabulary),
    vocabulary,
    gaps,
    shadow,
  };
}

function translateRules(
  document: PolicyDocument,
  prefix: string,
  vocabulary: CedarVocabulary,
  gaps: CedarGap[],
): SourceRule[] {
  return document.rules.flatMap((rule, index) => {
    if (rule.mode !== 'enforce') return [];
    const name = `${prefix}${rule.id}`;
    const path = ['rules', index];
    const refused = new Map<string, { path: string; got: string; why: string }>();
    const refuse = (at: readonly PropertyKey[], got: string, why: string): void => {
      const where = formatPath(at);
      refused.set(where, { path: where, got, why });
    };
    const byIntent = new Map<string, RuleClauses>();
    for (const intent of vocabulary.intents.keys()) {
      const clauses = coversIntent(rule, intent)
        ? translateRule(rule, path, { vocabulary, intent, refuse })
        : undefined;
      if (clauses) byIntent.set(intent, clauses);
    }
    const narrowed = byIntent.size === 0 ? 'left_out' : 'narrowed';
    for (const each of refused.values())
      gaps.push({ rule: name, ...each, outcome: rule.effect === 'forbid' ? 'widened' : narrowed });
    gaps.push(...dutyGaps(rule, name, path));
    return [{ rule, name, byIntent }];
  });
}

type Reads = ReadonlyMap<string, CedarType>;

/** What the forbids read of the context, by intent. */
function forbiddenReads(rules: readonly SourceRule[]): ReadonlyMap<string, Reads> {
  const byIntent = new Map<string, Map<string, CedarType>>();
  for (const { rule, byIntent: clauses } of rules) {
    for (const [intent, { reads }] of rule.effect === 'forbid' ? clauses : []) {
      const all = byIntent.get(intent) ?? new Map<string, CedarType>();
      for (const [attribute, type] of reads) all.set(attribute, type);
      byIntent.set(intent, all);
    }
  }
  return byIntent;
}

function policiesOf(
  { rule, name, byIntent }: SourceRule,
  forbidden: ReadonlyMap<string, Reads>,
  written: Parameters<typeof writePolicies>[3],
): CedarPolicy[] {
  const clauses = Array.from(byIntent, ([intent, own]): [string, readonly string[]] => {
    if (rule.effect === 'forbid') return [intent, own.clauses];
    // INVARIANT: Cedar skips a forbid that fails, so every permit fails on whatever would make a forbid fail.
    const reads = new Map<string, CedarType>([...own.reads, ...(forbidden.get(intent) ?? [])]);
    return [intent, [...own.clauses, ...probeClauses(reads)]];
  });
  return writePolicies(rule, name, new Map(clauses), written);
}

/** The earlier end of both documents: from then on everything is denied. */
function expiry(document: PolicyDocument, platform: PolicyDocument | null): CedarPolicy[] {
  const ends = [document.validUntil, platform?.validUntil].filter((each) => each !== undefined).map(Date.parse);
  if (ends.length === 0) return [];
  const end = quoteText(new Date(Math.min(...ends)).toISOString());
  const text = `@id("#expiry")\nforbid (principal, action, resource)\nunless { ${hasText(timeName)} && ${readText(timeName)} < datetime(${end}) };`;
  return [{ id: '#expiry', rule: '#expiry', effect: 'forbid', text }];
}

function dutyGaps({ quotas, obligations }: Rule, rule: string, path: readonly PropertyKey[]): CedarGap[] {
  const gap = (key: string, value: unknown, why: string): CedarGap => ({
    rule,
    path: formatPath([...path, key]),
    got: showValue(value),
    why,
    outcome: 'annotated',
  });
  return [
    ...(quotas ? [gap('quotas', quotas, 'nothing to count, which Cedar does not')] : []),
    ...(obligations ? [gap('obligations', obligations, 'no duties, which no answer of Cedar carries')] : []),
  ];
}

function quotaGaps({ quotas }: PolicyDocument): CedarGap[] {
  return Object.entries(quotas).map(([name, quota]) => ({
    rule: 'platform',
    path: formatPath(['quotas', name]),
    got: showValue(quota),
    why: 'nothing to count, which Cedar does not',
    outcome: 'annotated',
  }));
}

function shadowOf(document: PolicyDocument | null, prefix: string): string[] {
  return (document?.rules ?? []).filter(({ mode }) => mode === 'shadow').map(({ id }) => `${prefix}${id}`);
}

function header(
  { tenant, revision }: PolicyDocument,
  platform: PolicyDocument | null,
  { windows, addresses, ends }: CedarVocabulary,
  shadow: readonly string[],
): string[] {
  const joined = platform ? `, joined with revision ${platform.revision} of the platform's` : '';
  const lines = [
    `Tenant ${tenant}, revision ${revision}${joined}.`,
    'Every attribute of the context is optional. Besides its own attributes a request passes:',
    '  context.request_service, request_resource, request_subject: String, the same as in principal and resource',
    '  context.wrong_type: Set<String>, the keys whose value does not have the type that the schema declares; they are left out',
    ...(ends ? ['  context.request_time: datetime, now'] : []),
    ...Array.from(
      addresses,
      ([name, attribute]) =>
        `  context.${name}: ipaddr, ${attribute} where it is an address, an IPv4-mapped one as IPv4`,
    ),
    ...Array.from(
      windows,
      ([name, within]) => `  context.${name}: Bool, whether now is in ${quoteText(JSON.stringify(within))}`,
    ),
    'A request that does not fit the schema must be denied: let the engine validate requests. Where none does, the last',
    'clauses of each permit fail on a value of another type, and Cedar skips a permit that fails.',
  ];
  return [
    lines.map((line) => `// ${line}`).join('\n'),
    ...(shadow.length === 0 ? [] : [shadow.map((id) => `// @id("${id}") @mode("shadow") is left out`).join('\n')]),
  ];
}
