// Rules by which a store deletes what it holds by itself: those that are new, and those that wait shorter than before.
// Next: scripts/review/data-loss.ts, which tells of them.
import type { Finding } from './finding.ts';
import { code } from './markdown.ts';
import { knownAfterApply, type PlannedResource, type Values } from './planned-resource.ts';
import { isSet, records, text } from './values.ts';

interface Expiry {
  /** Of the same rule about the same objects, to find it again. */
  readonly key: string;
  readonly says: string;
  /** Infinite for what is given by a date. */
  readonly days: number;
}

/** What a store would delete that it kept until now; nothing for one that the plan makes, which holds nothing yet. */
export function findExpiries(resource: PlannedResource, resources: readonly PlannedResource[]): Finding[] {
  const { type, address, before, after } = resource;
  if (after === null || isOfNew(resource, resources)) return [];
  if (type === 'aws_ecr_lifecycle_policy' && before?.['policy'] !== after['policy'])
    return [finding(address, 'changes which images are deleted')];
  if (type !== 'aws_s3_bucket_lifecycle_configuration') return [];
  const known = new Map(listExpiries(before).map((each) => [each.key, each]));
  return listExpiries(after).flatMap(({ key, says, days }) => {
    const earlier = known.get(key);
    if (earlier !== undefined && (days > earlier.days || says === earlier.says)) return [];
    return [
      finding(
        address,
        `${says}${earlier === undefined ? ', which it kept before' : `, before after ${earlier.days} days`}`,
      ),
    ];
  });
}

function finding(address: string, says: string): Finding {
  return { effect: 'widens', loud: false, kind: 'data', address, text: `${code(address)} ${says}` };
}

function isOfNew({ before, after }: PlannedResource, resources: readonly PlannedResource[]): boolean {
  const named = after?.['bucket'] ?? after?.['repository'];
  if (before !== null) return false;
  return (
    named === knownAfterApply ||
    resources.some(
      ({ type, action, after: made }) =>
        action === 'create' &&
        (type === 'aws_s3_bucket' || type === 'aws_ecr_repository') &&
        (made?.['bucket'] === named || made?.['name'] === named),
    )
  );
}

function listExpiries(values: Values | null): Expiry[] {
  return records(values?.['rule'])
    .filter(({ status }) => status !== 'Disabled')
    .flatMap((rule) => [
      ...records(rule['expiration']).flatMap((each) => describe(rule, 'objects', each['days'], each['date'])),
      ...records(rule['noncurrent_version_expiration']).flatMap((each) =>
        describe(rule, 'earlier versions', each['noncurrent_days'], null),
      ),
    ]);
}

function describe(rule: Values, what: string, days: unknown, date: unknown): Expiry[] {
  if (!(typeof days === 'number' && days > 0) && !isSet(date)) return [];
  const when = typeof days === 'number' && days > 0 ? `after ${days} days` : `on ${code(text(date))}`;
  return [
    {
      key: JSON.stringify([rule['id'], rule['filter'], rule['prefix'], what]),
      says: `deletes ${what} ${when} by rule ${code(text(rule['id']))}`,
      days: typeof days === 'number' ? days : Number.POSITIVE_INFINITY,
    },
  ];
}
