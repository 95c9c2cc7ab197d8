// Every policy in a plan, before and after, whose it is, and what its change means.
// Next: scripts/review/policy-difference.ts, which compares; scripts/review/policy-words.ts, which says it.
import type { PlanContext } from './plan-context.ts';
import type { Finding } from './finding.ts';
import { code } from './markdown.ts';
import { readDeferred } from './deferred-policy.ts';
import { findMove, goesWithHolder } from './holder.ts';
import { knownAfterApply, type PlannedResource } from './planned-resource.ts';
import { comparePolicies } from './policy-difference.ts';
import { joinPolicies, parsePolicy, type Permission } from './policy-permissions.ts';
import { listPlaces, type PolicyPlace } from './policy-places.ts';
import type { PolicySubject } from './policy-subject.ts';
import { describeDifference } from './policy-words.ts';

/** What each change of a policy means, and which policies cannot be judged before the apply. */
export function findPolicyChanges(resource: PlannedResource, context: PlanContext): Finding[] {
  if (resource.mode !== 'managed') return [];
  const found = [
    ...listPlaces(resource).flatMap((place) => judge(resource, place, context)),
    ...findInline(resource, context),
  ];
  // Who no longer is there is denied nothing.
  const isGone = resource.action === 'delete' && (!isApart(resource) || goesWithHolder(resource, context));
  return isGone ? found.filter(({ effect }) => effect === 'narrows') : found;
}

/** A policy that is a resource of its own, and can go while what it is about stays. */
function isApart({ type }: PlannedResource): boolean {
  return type.endsWith('_policy');
}

function judge(resource: PlannedResource, place: PolicyPlace, context: PlanContext): Finding[] {
  const { before, after, action } = resource;
  const [old, now] = [before?.[place.attribute], after?.[place.attribute]];
  const move = isApart(resource) ? findMove(resource, context) : null;
  const isDefault = now === knownAfterApply && context.configuration.isSet(resource, place.attribute) === false;
  // What no one sets stays as it is, but for what is made anew: that gets what AWS gives.
  if ((old === now && move === null && before !== null) || (isDefault && action === 'update')) return [];
  const subject = describeSubject(resource, place, context);
  const unjudged = (why: string): Finding[] => [
    {
      effect: 'unknown',
      loud: true,
      kind: place.as === 'resource' ? 'resource policy' : 'iam',
      address: resource.address,
      text: `${subject.label} ${code(subject.name)} changes and cannot be judged: ${why}`,
    },
  ];
  if ([old, now].some((text) => typeof text === 'string' && /^\(sensitive[^)]*\)$/.test(text)))
    return unjudged('it is marked sensitive');
  const earlier = before === null ? [] : read(old, place);
  if (earlier === null) return unjudged('what is there now is no policy document, or too large a one');
  const without = hasNone(resource, place, context) ? [] : read(null, place);
  if (now === undefined || now === null || now === '' || isDefault)
    return action === 'delete' && place.as === 'trust' ? [] : say(subject, earlier, without ?? []);
  const later = now === knownAfterApply ? readDeferred(resource, place.attribute, context) : read(now, place);
  if (later === null && typeof now === 'string' && now.includes(knownAfterApply))
    return unjudged('it is known only after the apply');
  if (later === null) return unjudged('what it becomes is no policy document, or too large a one');
  if (move === null) return say(subject, earlier, later);
  return [
    ...say({ ...subject, name: move.from }, earlier, without ?? []),
    ...say({ ...subject, name: move.to }, [], later),
  ];
}

function say(subject: PolicySubject, before: readonly Permission[], after: readonly Permission[]): Finding[] {
  return describeDifference(subject, comparePolicies(before, after));
}

/** No policy is an empty one, but where it leaves everything open. */
function read(text: unknown, { openWithout }: PolicyPlace): Permission[] | null {
  if (text === undefined || text === null || text === '') return openWithout === true ? parsePolicy(everything) : [];
  return typeof text === 'string' ? parsePolicy(text) : null;
}

const everything = JSON.stringify({ Statement: { Effect: 'Allow', Principal: '*', Action: '*', Resource: '*' } });

/** Where no policy means nothing: what it is about goes as well, takes no policy, or gets it from a resource of its own. */
function hasNone(resource: PlannedResource, { attribute }: PolicyPlace, context: PlanContext): boolean {
  const { type, name, moduleAddress, after } = resource;
  if (isApart(resource)) return goesWithHolder(resource, context);
  return (
    after === null ||
    after['vpc_endpoint_type'] === 'GatewayLoadBalancer' ||
    context
      .findTyped(`${type}_policy`)
      .some(
        (other) =>
          other.moduleAddress === moduleAddress &&
          other.after?.[attribute] !== undefined &&
          context.configuration.references(other, 'vpc_endpoint_id').includes(`${type}.${name}`),
      )
  );
}

/** The policies that a role holds in blocks of its own, as one. */
function findInline(resource: PlannedResource, context: PlanContext): Finding[] {
  const { type, before, after } = resource;
  if (type !== 'aws_iam_role' || after === null) return [];
  // What the role repeats of policies that are resources of their own is judged there.
  if (context.configuration.isSet(resource, 'inline_policy') === false) return [];
  const place: PolicyPlace = { attribute: 'inline_policy', as: 'identity', label: 'role', holder: 'name' };
  const join = (side: PlannedResource['before']): unknown => {
    const blocks = side?.[place.attribute];
    if (!Array.isArray(blocks)) return blocks;
    const statements = blocks.flatMap((block: unknown) => {
      const policy: unknown = typeof block === 'object' && block !== null ? Reflect.get(block, 'policy') : block;
      return policy === undefined || policy === null || policy === '' ? [] : [policy];
    });
    return statements.length <= 1 ? (statements[0] ?? null) : joinPolicies(statements);
  };
  const joined = (side: PlannedResource['before']): PlannedResource['before'] =>
    side === null ? null : { ...side, [place.attribute]: join(side) };
  return judge({ ...resource, before: joined(before), after: joined(after) }, place, context);
}

function describeSubject(resource: PlannedResource, place: PolicyPlace, context: PlanContext): PolicySubject {
  const { after, before, address } = resource;
  const held = place.holder === undefined ? undefined : (after?.[place.holder] ?? before?.[place.holder]);
  const isKnown = typeof held === 'string' && held !== knownAfterApply;
  const name = isKnown ? held : (context.configuration.references(resource, place.holder ?? '')[0] ?? address);
  const base = {
    name,
    address,
    ownResource: place.own ?? false,
    isNew: before === null,
    accounts: context.accounts,
  };
  if (resource.type !== 'aws_iam_policy' || !isBoundary(resource, context))
    return { ...base, as: place.as, label: place.label };
  return { ...base, as: 'boundary', label: 'the boundary' };
}

/** Whether a role or a user has the policy for its boundary, by its ARN or by what the configuration says. */
function isBoundary(policy: PlannedResource, { findTyped, configuration }: PlanContext): boolean {
  const arn = policy.after?.['arn'] ?? policy.before?.['arn'];
  return [...findTyped('aws_iam_role'), ...findTyped('aws_iam_user')].some((role) => {
    const boundary = role.after?.['permissions_boundary'] ?? role.before?.['permissions_boundary'];
    if (typeof boundary === 'string' && boundary !== knownAfterApply && boundary === arn) return true;
    return (
      role.moduleAddress === policy.moduleAddress &&
      configuration.references(role, 'permissions_boundary').includes(`${policy.type}.${policy.name}`)
    );
  });
}
