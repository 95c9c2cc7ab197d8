// A function that permits everything, where the governed flow has Governance.
// Next: __tests__/bench/plain-process.ts, which hosts it.
import { z } from 'zod';

export const HeartbeatOnly = z.object({ allowed: z.boolean(), reason: z.string() });

export function handler(): Promise<z.infer<typeof HeartbeatOnly>> {
  return Promise.resolve({ allowed: true, reason: 'permitted' });
}
