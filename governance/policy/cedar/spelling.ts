// How Cedar writes what policies are made of: texts, patterns, numbers, addresses, entities, attributes.
// Next: governance/policy/cedar/condition.ts, which joins them to conditions.
import { type Network } from '../cidr.ts';

/** The namespace of everything exported. */
export const cedarNamespace = 'AgentRuntime';

/** The types of Cedar that context attributes are exported as. */
export type CedarType = 'String' | 'Long' | 'decimal' | 'Boolean' | 'Set' | 'ipaddr' | 'datetime';

const reserved = new Set(['true', 'false', 'if', 'then', 'else', 'in', 'is', 'like', 'has', '__cedar']);
// Whatever a reader could not see, or would take for something else, is written by its number.
const invisible = /[\p{C}\p{Zl}\p{Zp}]/gu;

/** A text literal. The text must be well-formed Unicode: Cedar has no lone surrogates. */
export function quoteText(text: string): string {
  return `"${escapeText(text)}"`;
}

/** A pattern for `like` of texts joined by wildcards; a `*` within a text stands for itself. */
export function quotePattern(parts: readonly string[]): string {
  return `"${parts.map((part) => escapeText(part).replaceAll('*', String.raw`\*`)).join('*')}"`;
}

/** The text of a number in a type of Cedar, or undefined where the type does not hold it. */
export function numberText(value: number, type: 'Long' | 'decimal'): string | undefined {
  // INVARIANT: beyond 2^53 neighbouring whole numbers are one number to us and two to Cedar, so none crosses over.
  if (type === 'Long') return Number.isSafeInteger(value) ? String(value) : undefined;
  const text = String(value);
  if (Math.abs(value) > 9e14 || !/^-?\d+(\.\d{1,4})?$/.test(text)) return undefined;
  return text.includes('.') ? text : `${text}.0`;
}

/** A number as a literal of its type; undefined where the type does not hold it. */
export function quoteNumber(value: number, type: 'Long' | 'decimal'): string | undefined {
  const text = numberText(value, type);
  return text === undefined || type === 'Long' ? text : `decimal("${text}")`;
}

/** An address or network as `ip` takes it; without the prefix where it covers one address. */
export function addressText({ bytes, prefix }: Network): string {
  const isWhole = prefix === bytes.length * 8;
  const groups = Array.from({ length: bytes.length / 2 }, (_, index) =>
    (((bytes[index * 2] ?? 0) << 8) | (bytes[index * 2 + 1] ?? 0)).toString(16),
  );
  const address = bytes.length === 4 ? bytes.join('.') : groups.join(':');
  return isWhole ? address : `${address}/${prefix}`;
}

/** An entity literal: `AgentRuntime::Service::"orbit"`. */
export function entityText(type: 'Service' | 'Action' | 'Resource', id: string): string {
  return `${cedarNamespace}::${type}::${quoteText(id)}`;
}

/** Reads a context attribute: `context.model`. */
export function readText(name: string): string {
  return reserved.has(name) ? `context[${quoteText(name)}]` : `context.${name}`;
}

/** Asks for a context attribute: `context has model`. */
export function hasText(name: string): string {
  return `context has ${reserved.has(name) ? quoteText(name) : name}`;
}

/** True when the attribute is absent or has its type; an error otherwise, for which Cedar skips the policy. */
export function typeProbe(name: string, type: CedarType): string {
  const value = readText(name);
  const probes: Record<CedarType, string> = {
    String: `${value} like "*"`,
    Long: `${value} <= ${value}`,
    datetime: `${value} <= ${value}`,
    decimal: `${value}.lessThanOrEqual(${value})`,
    Boolean: `(${value} || true)`,
    Set: `${value}.containsAll(${value})`,
    ipaddr: `${value}.isInRange(${value})`,
  };
  return `if ${hasText(name)} then ${probes[type]} else true`;
}

function escapeText(text: string): string {
  return text
    .replaceAll('\\', '\\\\')
    .replaceAll('"', String.raw`\"`)
    .replaceAll(invisible, (character) => String.raw`\u{${character.codePointAt(0)?.toString(16) ?? ''}}`);
}
