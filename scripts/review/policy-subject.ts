// Whose policy it is, and what for: a permission means something else in a trust than in a boundary.
// Next: scripts/review/policy-words.ts, which says what changes in it.

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
  /** Numbers of the accounts that the plan is about; empty when nothing in it says. */
  readonly accounts: ReadonlySet<string>;
}
