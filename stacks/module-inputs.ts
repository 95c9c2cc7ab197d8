// Inputs that many modules take, described once.
// Next: stacks/modules/kms.ts, the first that takes them.
import { z } from 'zod';

/** `<project>-<environment>`, at most 30 characters so that the longest name made from it fits AWS's limits. */
export const namePrefixInput = z
  .string()
  .regex(/^[a-z][a-z0-9-]{1,28}[a-z0-9]$/)
  .meta({ description: 'Prefix of every name, <project>-<environment>.' });

/** ARN of anything. @param description - whose ARN, for the variable's description */
export const arnInput = (description: string) =>
  z
    .string()
    .regex(/^arn:aws[a-z-]*:/)
    .meta({ description });

/** Days of CloudWatch Logs retention that AWS accepts. */
export const logRetentionDaysInput = z
  .literal([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 3653])
  .meta({ description: 'Days that log events are kept.' });
