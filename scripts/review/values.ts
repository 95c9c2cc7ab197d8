// Attributes as a provider gives them: unset in several ways, single or in lists, texts or blocks.
// Next: scripts/review/presence-rules.ts and scripts/review/network-rules.ts, which read with these.
import type { Values } from './planned-resource.ts';

/** False for null, for nothing, and for an empty text, which the provider writes for it. */
export function isSet(value: unknown): boolean {
  return value !== undefined && value !== null && value !== '';
}

/** A text as it is; anything else as JSON. */
export function text(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value ?? null);
}

/** The texts of a list, or the only one; none for what is not set. */
export function items(value: unknown): string[] {
  return [value].flat().filter(isSet).map(text);
}

/** The blocks of a list. */
export function records(value: unknown): Values[] {
  return Array.isArray(value) ? value.filter((each): each is Values => typeof each === 'object' && each !== null) : [];
}
