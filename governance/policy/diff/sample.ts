// One request of a comparison and when it is made, and whether Governance would read it at all.
// Next: governance/policy/diff.ts, which asks both sides.
import { type PolicyRequest } from '../decide.ts';
import { namePatterns, policyLimits } from '../document.ts';

/** A request and when it is made, epoch milliseconds. */
export interface Sample {
  readonly request: PolicyRequest;
  readonly nowMs: number;
}

/** As many attributes as a request may carry. */
const mostKeys = 32;

/** Whether names, texts and the number of attributes are such as a request may have; others never reach a decision. */
export function isAskable({ service, intent, tenant, subject, resource, context }: PolicyRequest): boolean {
  const values = Object.values(context);
  return (
    namePatterns.service.test(service) &&
    namePatterns.intent.test(intent) &&
    namePatterns.tenant.test(tenant) &&
    (subject === undefined || namePatterns.subject.test(subject)) &&
    (resource === undefined || namePatterns.resource.test(resource)) &&
    values.length <= mostKeys &&
    values.every((value) => typeof value !== 'string' || value.length <= policyLimits.textLength)
  );
}
