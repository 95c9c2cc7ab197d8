// What lint says of a document.
// Next: governance/policy/lint.ts, which finds it.

/** `error`: it cannot be meant. `warning`: it hardly is. `note`: look whether it is. */
export type LintSeverity = 'error' | 'warning' | 'note';

/** One finding. */
export interface LintFinding {
  readonly check: string;
  readonly severity: LintSeverity;
  readonly tenant: string;
  /** As decisions name it; null for the document itself. */
  readonly rule: string | null;
  /** Rules that the finding is about as well. */
  readonly related: readonly string[];
  /** Into the tenant's document. */
  readonly path: string;
  readonly message: string;
}
