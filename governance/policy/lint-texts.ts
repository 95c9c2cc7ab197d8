// What a look at the text of a document finds: names that nobody uses, duties that contradict, other tenants' names, ends that are near.
// Next: governance/policy/lint.ts, which finds what takes a proof.
import { type Condition, platformTenant, type PolicyDocument, type Rule } from './document.ts';
import { type LintFinding, type LintSeverity } from './lint-finding.ts';
import { conditionParts } from './operators.ts';

const dayMs = 24 * 3600 * 1000;
const soonDays = 30;

/** Looks at one document among all. */
export function lintTexts(
  document: PolicyDocument,
  documents: readonly PolicyDocument[],
  nowMs: number,
): LintFinding[] {
  return [
    ...lintEnd(document, nowMs),
    ...(document.tenant === platformTenant ? [] : [...lintQuotas(document), ...lintIntents(document)]),
    ...document.rules.flatMap((rule, index) => lintObligations(document, rule, index)),
    ...lintTenantNames(document, documents),
  ];
}

function finding(
  { tenant }: PolicyDocument,
  check: string,
  severity: LintSeverity,
  path: string,
  message: string,
  rule: string | null = null,
): LintFinding {
  return { check, severity, tenant, rule, related: [], path, message };
}

function nameOf({ tenant }: PolicyDocument, { id }: Rule): string {
  return tenant === platformTenant ? `platform/${id}` : id;
}

function lintEnd(document: PolicyDocument, nowMs: number): LintFinding[] {
  if (document.validUntil === undefined) return [];
  const days = Math.floor((Date.parse(document.validUntil) - nowMs) / dayMs);
  if (days >= soonDays) return [];
  return days < 0
    ? [
        finding(
          document,
          'expiry',
          'error',
          'validUntil',
          `got ${document.validUntil}, which is over, expected a time to come`,
        ),
      ]
    : [
        finding(
          document,
          'expiry',
          'warning',
          'validUntil',
          `got an end in ${days} days, expected a later one or a plan; every request is denied then`,
        ),
      ];
}

function lintQuotas(document: PolicyDocument): LintFinding[] {
  const used = new Set(document.rules.flatMap(({ quotas = [] }) => quotas));
  return Object.keys(document.quotas)
    .filter((quota) => !used.has(quota))
    .map((quota) =>
      finding(
        document,
        'unused-quota',
        'warning',
        `quotas.${quota}`,
        `got quota ${quota} that no permit is charged to, expected one that is`,
      ),
    );
}

function lintIntents(document: PolicyDocument): LintFinding[] {
  const permitted = new Set(document.rules.flatMap(({ effect, intents }) => (effect === 'permit' ? intents : [])));
  return Object.keys(document.intents)
    .filter((intent) => !permitted.has(intent))
    .map((intent) =>
      finding(
        document,
        'unused-intent',
        'warning',
        `intents.${intent}`,
        `got intent ${intent} that no permit names, expected one that does; every request for it is denied`,
      ),
    );
}

function lintObligations(document: PolicyDocument, rule: Rule, index: number): LintFinding[] {
  const limits = new Map<string, number>();
  const redacted = new Set((rule.obligations ?? []).flatMap((duty) => (duty.type === 'redact' ? duty.fields : [])));
  return (rule.obligations ?? []).flatMap((duty, position) => {
    if (duty.type !== 'limit') return [];
    const earlier = limits.get(duty.field);
    limits.set(duty.field, duty.max);
    const path = `rules[${index}].obligations[${position}]`;
    const name = nameOf(document, rule);
    return [
      ...(earlier === undefined
        ? []
        : [
            finding(
              document,
              'duties',
              'error',
              path,
              `got a second limit of ${duty.field}, ${duty.max} beside ${earlier}, expected one`,
              name,
            ),
          ]),
      ...(redacted.has(duty.field)
        ? [
            finding(
              document,
              'duties',
              'error',
              path,
              `got a limit of ${duty.field}, which is redacted as well, expected one of both`,
              name,
            ),
          ]
        : []),
    ];
  });
}

/** Another tenant's name as a word of its own in a text that is compared: likely copied from there. */
function lintTenantNames(document: PolicyDocument, documents: readonly PolicyDocument[]): LintFinding[] {
  if (document.tenant === platformTenant) return [];
  const others = documents
    .map(({ tenant }) => tenant)
    .filter((tenant) => tenant !== document.tenant && tenant !== platformTenant);
  return document.rules.flatMap((rule, index) => {
    const texts = [...(rule.resources ?? []), ...(rule.when ? literalsOf(rule.when) : [])];
    const words = new Set(texts.flatMap((text) => text.split(/[^a-z0-9-]+/)));
    return others
      .filter((tenant) => words.has(tenant))
      .map((tenant) =>
        finding(
          document,
          'names-tenant',
          'warning',
          `rules[${index}]`,
          `got the name of tenant ${tenant} in a rule of ${document.tenant}, expected none; a tenant's policy never decides for another`,
          nameOf(document, rule),
        ),
      );
  });
}

function literalsOf(condition: Condition): string[] {
  return conditionParts(condition).flatMap((part): string[] => {
    if (part.kind === 'within') return [];
    if (part.kind === 'leaf') return [part.operand].flat().filter((operand) => typeof operand === 'string');
    return (part.kind === 'not' ? [part.condition] : part.conditions).flatMap(literalsOf);
  });
}
