// Resource types that the emulated account cannot hold: left out of an emulated apply, always planned, referenced by nothing.
// Next: __tests__/support/emulator/start.ts, which starts that account.

/** A Terraform resource type that is not applied to the emulated account, and why. */
export interface LeftOut {
  readonly type: string;
  readonly reason: string;
}

/** Every type that is left out; empty means that all of a plan is applied. */
export const leftOut: readonly LeftOut[] = [];
