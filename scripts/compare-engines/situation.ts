// A situation in which policy engines may differ, said in each one's own language, and the answers they can give.
// Next: scripts/compare-engines/situations.ts, the situations.

/** `refused`: the policy is not taken. `error`: the request gets no answer. `n/a`: the language has nothing of the kind. */
export type Answer = 'allow' | 'deny' | 'refused' | 'error' | 'n/a';

/** A value of the request's context. */
export type ContextValue = string | number | boolean;

/** The forbid's condition, once for each language. */
export interface ForbidCondition {
  readonly ours: object;
  readonly cedar: string;
  readonly microsoft: string;
  readonly casbin: string;
  /** The conditions of as many rules. */
  readonly casl: readonly object[];
  readonly rules: object;
}

/** One situation: a permit for the whole intent, a forbid, and a request. */
export interface Situation {
  readonly name: string;
  /** What the author of the policy meant. */
  readonly meant: 'allow' | 'deny';
  readonly context: Readonly<Record<string, ContextValue>>;
  readonly forbid: ForbidCondition;
  /** How the policy is laid out: usually the permit comes first. */
  readonly layout?: 'permit last' | 'effect twice' | 'empty';
}

/** An engine as its users would set it up. */
export interface Engine {
  /** The column's heading. */
  readonly name: string;
  answer(situation: Situation): Promise<Answer>;
}

/** The request's names, in every language. */
export const asked = { service: 'orbit', intent: 'call_reasoning', resource: 'axon:/reason' } as const;
