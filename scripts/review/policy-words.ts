// A difference between policies as sentences: who may now do what on what, under which condition, and who no longer.
// Next: scripts/review/policy-findings.ts, which finds the policies.
import type { Finding } from './finding.ts';
import { code, codes } from './markdown.ts';
import { holdsUnknown, isHidden } from './planned-resource.ts';
import type { Grant, PolicyDifference } from './policy-difference.ts';

/** Whose policy it is. */
export interface PolicySubject {
  /** `identity`: what its holder may do; `boundary`: the most its holders may; `trust`: who may become it; `resource`: who may do what with it. */
  readonly as: 'identity' | 'boundary' | 'trust' | 'resource';
  /** `role`, `key policy of`. */
  readonly label: string;
  /** Its name or address, from the plan. */
  readonly name: string;
  readonly address: string;
  /** A resource policy that is about this resource alone: `*` in it is no wildcard. */
  readonly ownResource: boolean;
  /** The policy comes with the plan. */
  readonly isNew: boolean;
}

const shown = 6;

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
  const kept = difference.kept.map((grant) =>
    finding('changes', false, sentence(subject, grant, verbs(subject).keeps)),
  );
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
  before: readonly string[],
): Finding {
  const gone = before.filter((condition) => !grant.conditions.includes(condition));
  const fresh = grant.conditions.filter((condition) => !before.includes(condition));
  const allows = grant.effect === 'Allow';
  const bare = sentence(
    subject,
    { ...grant, conditions: [] },
    allows ? verbs(subject).keeps : verbs(subject).stillDenied,
  );
  const parts = [
    ...(gone.length > 0 ? [`no longer only when ${when(gone)}`] : []),
    ...(fresh.length > 0 ? [`now only when ${when(fresh)}`] : []),
  ];
  // Fewer conditions widen what is allowed and narrow what is denied; another condition can do either.
  const looser = fresh.length === 0;
  const tighter = gone.length === 0;
  const changes = looser === tighter;
  const effect = changes ? 'changes' : looser === allows ? 'widens' : 'narrows';
  const warnings = effect === 'widens' ? listDangers(subject, grant).map((each) => ` **${each}**`) : [];
  return finding(effect, effect === 'widens', `${bare}: ${parts.join(', ')}${warnings.join('')}`);
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
  const actions = codes(grant.actions, shown);
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

function when(conditions: readonly string[]): string {
  return (
    conditions
      .slice(0, shown)
      .map((each) => code(each))
      .join(' and ') + (conditions.length > shown ? ` and ${conditions.length - shown} more` : '')
  );
}

/** What no reviewer should overlook in something newly allowed. */
function listDangers(subject: PolicySubject, { principals: who, actions, resources, conditions }: Grant): string[] {
  const wideActions = actions.filter((action) => /^\*$|^[\w-]+:\*$|^all but /.test(action));
  const wideResources = resources.filter((resource) => /^\*$|^all but /.test(resource));
  const writes = actions.filter(
    (action) => !/^[\w-]+:(?:Describe|Get|List|Put(?:Metric|Telemetry|TraceSegments))/i.test(action),
  );
  const isOwn = subject.ownResource || subject.as === 'trust';
  // A key that its own account administers is as AWS makes it: without that statement no one could change its policy again.
  const isAccount =
    subject.as === 'resource' && who.every((each) => /^AWS arn:aws[a-z-]*:iam::\d{12}:root$/.test(each));
  return [
    ...(who.includes('*') && conditions.length === 0 ? ['Anyone, without a condition.'] : []),
    ...(who.some((each) => each.startsWith('all but ')) ? ['Everyone but those named.'] : []),
    ...(wideActions.length > 0 && !isAccount ? ['Every action that the pattern matches.'] : []),
    ...(wideResources.length > 0 && writes.length > 0 && !isOwn && conditions.length === 0
      ? ['On every resource.']
      : []),
    ...(actions.some(isEscalation) && (subject.as === 'identity' || subject.as === 'boundary')
      ? ['Can lead to more permissions.']
      : []),
  ];
}

/** https://docs.aws.amazon.com/prescriptive-guidance/latest/privilege-escalation-prevention: actions that hand out permissions. */
function isEscalation(action: string): boolean {
  return /^(?:iam:(?:PassRole|Create(?:AccessKey|LoginProfile|PolicyVersion|Role|User)|Attach\w+Policy|Put\w+(?:Policy|Boundary)|Delete\w+Boundary|UpdateAssumeRolePolicy|SetDefaultPolicyVersion|AddUserToGroup)|sts:AssumeRole|kms:(?:PutKeyPolicy|CreateGrant)|lambda:(?:UpdateFunctionCode|AddPermission)|organizations:\w+)$/i.test(
    action,
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
