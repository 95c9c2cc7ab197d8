// Takes resource types out of a module's JSON, and finds what would still refer to them.
// Next: scripts/infra/environment-copy.ts, which writes the result into a copy.
import { z } from 'zod';

/** A resource type that an account cannot hold, and why; `__tests__/support/emulator` has the list of the emulated one. */
export interface LeftOutType {
  readonly type: string;
  readonly reason: string;
}

const Block = z.record(z.string(), z.unknown());
const Module = z.looseObject({ resource: z.record(z.string(), Block).optional() });

/** The module without the types, and the addresses of what was taken out, `aws_xray_group.all`. The given value stays as it was. */
export function leaveOutResources(
  module: unknown,
  types: readonly LeftOutType[],
): { kept: Record<string, unknown>; removed: string[] } {
  const { resource = {}, ...rest } = Module.parse(module);
  const names = new Set(types.map(({ type }) => type));
  const removed = Object.entries(resource)
    .filter(([type]) => names.has(type))
    .flatMap(([type, blocks]) => Object.keys(blocks).map((name) => `${type}.${name}`));
  const remaining = Object.entries(resource).filter(([type]) => !names.has(type));
  // Terraform takes an empty `resource` for a mistake.
  return { kept: remaining.length === 0 ? rest : { ...rest, resource: Object.fromEntries(remaining) }, removed };
}

/** Where strings of the module name one of the addresses: `output.group: aws_xray_group.all`. */
export function findReferences(module: unknown, addresses: readonly string[]): string[] {
  if (addresses.length === 0) return [];
  const escaped = addresses.map((address) => address.replaceAll('.', String.raw`\.`));
  const pattern = new RegExp(String.raw`(?<![\w.-])(?:${escaped.join('|')})(?![\w-])`);
  return listStrings(module, []).flatMap(({ path, text }) => {
    const [address] = pattern.exec(text) ?? [];
    return address === undefined ? [] : [`${path.join('.')}: ${address}`];
  });
}

function listStrings(value: unknown, path: readonly string[]): { path: readonly string[]; text: string }[] {
  if (typeof value === 'string') return [{ path, text: value }];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => listStrings(inner, [...path, key]));
}
