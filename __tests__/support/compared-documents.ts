// Two drafts compared as the policy tool compares folders, at a fixed time.
// Next: __tests__/governance/policy/diff-edits.test.ts and diff-properties.test.ts, which say what must be found.
import { compilePolicy } from '../../governance/policy/compile.ts';
import { type ChangeGroup, createDiff, type PolicyVersion } from '../../governance/policy/diff.ts';
import { sampleRequests } from '../../governance/policy/samples.ts';
import { platformTenant } from '../../governance/policy/document.ts';
import { type DocumentDraft, noonMs } from './policy-fixtures.ts';
import { documentFrom } from './shipped-policies.ts';

/** One side of a comparison. @throws Error naming every issue of a draft that is not valid */
export function versionOf(drafts: readonly DocumentDraft[]): PolicyVersion {
  const all = drafts.map((draft) => {
    const document = documentFrom(JSON.stringify(draft));
    return { document, policy: compilePolicy(document, 'digest') };
  });
  return {
    tenants: new Map(
      all.filter(({ document }) => document.tenant !== platformTenant).map((each) => [each.document.tenant, each]),
    ),
    platform: all.find(({ document }) => document.tenant === platformTenant) ?? null,
  };
}

/** The groups of changes that sampling finds, and how many requests were asked. */
export function compareDrafts(
  before: readonly DocumentDraft[],
  after: readonly DocumentDraft[],
  { random = 500, seed = 1 } = {},
): { groups: ChangeGroup[]; asked: number } {
  const [a, b] = [versionOf(before), versionOf(after)];
  const diff = createDiff(a, b, noonMs);
  for (const sample of sampleRequests(a, b, { random, seed, nowMs: noonMs })) diff.ask(sample);
  return { groups: diff.finish(), asked: diff.asked };
}
