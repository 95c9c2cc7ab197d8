// Where metrics go, from the environment; pure, so that the stacks can type a task definition against it.
// Next: metrics.ts, which writes them.
import { z } from '@hono/zod-openapi';

/** The variables of metrics, which both services have. */
export const metricsVariables = {
  /** A namespace of CloudWatch, `AgentRuntime/<prefix>`; without it none are written. */
  METRICS_NAMESPACE: z
    .string()
    .regex(/^[A-Za-z0-9._/#-]{1,255}$/)
    .optional(),
} as const;
