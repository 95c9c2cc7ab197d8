// Values as text that is equal for what means the same.
// Next: governance/policy/diff/side-rules.ts, which tells by it whether a rule changed.

/** JSON with keys and lists sorted, as the order of neither means anything in a declaration or a quota. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).sort().join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, inner]) => `${JSON.stringify(key)}:${canonical(inner)}`).join(',')}}`;
}
