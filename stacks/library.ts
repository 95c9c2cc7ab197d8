// All modules: what infra/modules holds.
// Next: stacks/modules/kms.ts, the first of them.
import { type Module } from './module-stack.ts';
import { kms } from './modules/kms.ts';

/** Every module, in the order an environment calls them. */
export const modules: readonly Module[] = [kms];
