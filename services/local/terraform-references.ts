// Resolves the references in synthesized Terraform that are known before anything is applied; every other one is refused.
// Next: services/local/synthesized-account.ts, which reads policies with it.

/** What a reference stands for, e.g. `var.name_prefix`; undefined when it is not known. */
export type ReferenceScope = (reference: string) => unknown;

const template = /(?<!\$)\$\{([^{}]*)\}/g;
const reference = /^[a-z_]\w*(\.\w+|\[(\d+|"[^"]*")\])*$/;

/**
 * Replaces references in strings, lists and objects. A string that is nothing but one reference becomes its value.
 * Terraform's `$${` and `&{`, which IAM reads, become `${` as Terraform makes them.
 *
 * @param address - where the value stands, for the message
 * @throws Error naming an expression that is no reference, or a reference that is not known
 */
export function resolveReferences(value: unknown, scope: ReferenceScope, address: string): unknown {
  if (typeof value === 'string') return resolveText(value, scope, address);
  if (Array.isArray(value)) return value.map((item, index) => resolveReferences(item, scope, `${address}[${index}]`));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, resolveReferences(inner, scope, `${address}.${key}`)]),
  );
}

function resolveText(text: string, scope: ReferenceScope, address: string): unknown {
  const [whole] = text.matchAll(template);
  if (whole && whole[0] === text) return lookUp(whole[1] ?? '', scope, address);
  const resolved = text.replaceAll(template, (_, expression: string) => {
    const found = lookUp(expression, scope, address);
    if (typeof found === 'string' || typeof found === 'number' || typeof found === 'boolean') return `${found}`;
    throw new Error(`${address}: got a list or object in text, expected a value`);
  });
  return resolved.replaceAll('$${', '${').replaceAll('&{', '${');
}

function lookUp(expression: string, scope: ReferenceScope, address: string): unknown {
  if (!reference.test(expression))
    throw new Error(`${address}: got the expression ${expression}, expected a reference that is known before apply`);
  const found = scope(expression);
  if (found === undefined)
    throw new Error(`${address}: got the reference ${expression}, expected one that is known before apply`);
  return found;
}
