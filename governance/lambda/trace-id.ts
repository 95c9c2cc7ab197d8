// The trace an invocation belongs to, as its invoker says: for the record alone, no decision depends on it.
// Next: governance/lambda/audit-fields.ts, which records it.

const traceparentPattern = /^[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}$/;

/**
 * Reads `custom.traceparent` of Lambda's client context (https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html).
 *
 * @returns 32 lowercase hex digits (W3C Trace Context, section 3.2.2.3), null for anything else
 */
export function traceIdOf(clientContext: unknown): string | null {
  const traceparent = fieldOf(fieldOf(clientContext, 'custom'), 'traceparent');
  return typeof traceparent === 'string' ? (traceparentPattern.exec(traceparent)?.[1] ?? null) : null;
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}
