// A difference between policies as sentences: who may now do what on what, under which condition, and who no longer.
// Next: scripts/review/policy-findings.ts, which finds the policies.
import type { Finding } from './finding.ts';
import { code, codes } from './markdown.ts';
import { holdsUnknown, isHidden } from './planned-resource.ts';
import { type Condition, describeCondition, implyAll } from './policy-conditions.ts';
import { listDangers, sortByDanger } from './policy-dangers.ts';
import type { Grant, PolicyDifference } from './policy-difference.ts';
import type { PolicySubject } from './policy-subject.ts';

const shown = 10;

/** One finding per grant that comes, goes, or changes its conditions. */
export function describeDifference(subject: PolicySubject, difference: PolicyDifference): Finding[] {
  const finding = (effect: Finding['effect'], loud: boolean, text: string): Finding => ({
    effect,
    loud,
    kind: subject.as === 'resource' ? 'resource policy' : 'iam',
    address: subject.address,
    text,
  });
  const gained = difference.added.map((grant) => {
    const widens = grant.effect === 'Allow';
    const text = sentence(subject, grant, widens ? verbs(subject).gains : verbs(subject).denied);
    if (!widens) return finding('narrows', false, text);
    const warnings = listDangers(subject, grant);
    const unjudged = unknownParts(grant);
    // A boundary alone permits nothing: a new one holds back what is new with it.
    const hidden = isHidden(JSON.stringify(grant));
    const loud = hidden || isOpened(subject) || (warnings.length > 0 && !(subject.isNew && subject.as === 'boundary'));
    return finding(
      unjudged === '' ? 'widens' : 'unknown',
      loud,
      `${text}${warnings.map((each) => ` **${each}**`).join('')}${unjudged}`,
    );
  });
  const lost = difference.removed.map((grant) => {
    const narrows = grant.effect === 'Allow';
    const text = sentence(subject, grant, narrows ? verbs(subject).loses : verbs(subject).undenied);
    return finding(narrows ? 'narrows' : 'widens', !narrows, text);
  });
  const kept = difference.kept.map((grant) => {
    const { keeps, stillDenied } = verbs(subject);
    return finding('changes', false, sentence(subject, grant, grant.effect === 'Allow' ? keeps : stillDenied));
  });
  const conditions = difference.conditions.map(({ grant, before }) =>
    describeConditions(finding, subject, grant, before),
  );
  return [...gained, ...lost, ...kept, ...conditions];
}

/** Someone else may become a role that is there already. */
function isOpened({ as, isNew }: PolicySubject): boolean {
  return as === 'trust' && !isNew;
}

function describeConditions(
  finding: (effect: Finding['effect'], loud: boolean, text: string) => Finding,
  subject: PolicySubject,
  grant: Grant,
  before: readonly Condition[],
): Finding {
  const allows = grant.effect === 'Allow';
  const [tighter, looser] = [implyAll(grant.conditions, before), implyAll(before, grant.conditions)];
  // Neither more nor less is still someone or something else, which was not let through before.
  const narrows = allows ? tighter : looser;
  const effect = tighter && looser ? 'changes' : narrows ? 'narrows' : 'widens';
  const bare = sentence(
    subject,
    { ...grant, conditions: [] },
    allows ? verbs(subject).keeps : verbs(subject).stillDenied,
  );
  const warnings = effect === 'widens' && allows ? listDangers(subject, grant).map((each) => ` **${each}**`) : [];
  const unjudged = holdsUnknown([grant.conditions, before]);
  const said = `${bare}: ${describeDifferences(before, grant.conditions).join(', ')}${warnings.join('')}`;
  return finding(unjudged ? 'unknown' : effect, effect === 'widens', said);
}

/** Of a test that only gets other values these alone, so that a long list hides none. */
function describeDifferences(before: readonly Condition[], now: readonly Condition[]): string[] {
  const isTwin = (a: Condition, b: Condition): boolean => a.test === b.test && a.key === b.key;
  const isSame = (each: Condition): boolean =>
    [before, now].every((side) => side.some((other) => describeCondition(other) === describeCondition(each)));
  const gone = before.filter((each) => !isSame(each) && !now.some((other) => isTwin(each, other)));
  const fresh = now.filter((each) => !isSame(each) && !before.some((other) => isTwin(each, other)));
  const other = now.flatMap((each) => {
    const twin = before.find((earlier) => isTwin(each, earlier));
    if (twin === undefined || isSame(each)) return [];
    const [more, less] = [without(each.values, twin.values), without(twin.values, each.values)];
    const parts = [
      ...(more.length > 0 ? [`also ${codes(more, shown)}`] : []),
      ...(less.length > 0 ? [`no longer ${codes(less, shown)}`] : []),
    ];
    return [`${code(`${each.test} ${each.key}`)} ${parts.join(', ')}`];
  });
  return [
    ...(gone.length > 0 ? [`no longer only when ${when(gone)}`] : []),
    ...(fresh.length > 0 ? [`now only when ${when(fresh)}`] : []),
    ...other,
  ];
}

function without(values: readonly string[], others: readonly string[]): string[] {
  return values.filter((value) => !others.includes(value));
}

interface Verbs {
  readonly gains: string;
  readonly loses: string;
  readonly keeps: string;
  readonly denied: string;
  readonly undenied: string;
  readonly stillDenied: string;
}

function verbs({ as, isNew }: PolicySubject): Verbs {
  if (as === 'boundary') {
    return {
      gains: isNew ? 'lets through' : 'now lets through',
      loses: 'no longer lets through',
      keeps: 'still lets through',
      denied: 'now stops',
      undenied: 'no longer stops',
      stillDenied: 'still stops',
    };
  }
  return {
    gains: isNew ? 'may now do' : 'may now also do',
    loses: 'may no longer do',
    keeps: 'may still do',
    denied: 'is now denied',
    undenied: 'is no longer denied',
    stillDenied: 'is still denied',
  };
}

function sentence(subject: PolicySubject, grant: Grant, verb: string): string {
  const name = `${subject.label} ${code(subject.name)}`;
  const actions = codes(sortByDanger(grant.actions), shown);
  const onlyWhen = grant.conditions.length === 0 ? '' : ` when ${when(grant.conditions)}`;
  if (subject.as === 'trust') {
    return `${name}: ${principals(grant)} ${verb} ${actions}${onlyWhen}`;
  }
  const isItself = subject.ownResource && grant.resources.every((each) => each === '*' || each === '');
  const on = isItself
    ? ''
    : ` on ${codes(
        grant.resources.map((each) => (each === '' ? '(no resource)' : each)),
        shown,
      )}`;
  if (subject.as === 'resource') return `${name}: ${principals(grant)} ${verb} ${actions}${on}${onlyWhen}`;
  return `${name} ${verb} ${actions}${on}${onlyWhen}`;
}

function principals({ principals: all }: Grant): string {
  if (all.includes('*')) return '**anyone**';
  return codes(
    all.map((each) => (each === '' ? '(no principal)' : each)),
    shown,
  );
}

function when(conditions: readonly Condition[]): string {
  return (
    conditions
      .slice(0, shown)
      .map((each) => code(describeCondition(each)))
      .join(' and ') + (conditions.length > shown ? ` and ${conditions.length - shown} more` : '')
  );
}

function unknownParts(grant: Grant): string {
  const parts = [
    ...(holdsUnknown(grant.principals) ? ['who'] : []),
    ...(holdsUnknown(grant.actions) ? ['which actions'] : []),
    ...(holdsUnknown(grant.resources) ? ['on what'] : []),
    ...(holdsUnknown(grant.conditions) ? ['under which condition'] : []),
  ];
  return parts.length === 0
    ? ''
    : ` (${parts.join(', ')}: ${isHidden(JSON.stringify(grant)) ? 'sensitive' : 'known only after the apply'})`;
}
