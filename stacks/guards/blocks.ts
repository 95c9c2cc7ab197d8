// Reads synthesized blocks the way every guard needs: one block or a list of them, an attribute or a reference.
// Next: stacks/guards/guard.ts.
import { type TerraformBlock, type TerraformConfiguration } from '../terraform-json.ts';

/** A resource or data source with its address. */
export interface Addressed {
  readonly address: string;
  readonly name: string;
  readonly block: TerraformBlock;
}

/** The resources of some types. */
export function resources({ resource = {} }: TerraformConfiguration, ...types: readonly string[]): Addressed[] {
  return types.flatMap((type) =>
    Object.entries(resource[type] ?? {}).map(([name, block]) => ({ address: `${type}.${name}`, name, block })),
  );
}

/** The data sources of a type. */
export function dataSources({ data = {} }: TerraformConfiguration, type: string): Addressed[] {
  return Object.entries(data[type] ?? {}).map(([name, block]) => ({ address: `data.${type}.${name}`, name, block }));
}

/** Nested blocks: cdktf writes one as an object or as a list of one. Dynamic blocks are read by their content. */
export function nested(block: TerraformBlock, name: string): TerraformBlock[] {
  const own = asList(block[name]).filter(isBlock);
  const dynamic = asList((block['dynamic'] as TerraformBlock | undefined)?.[name])
    .filter(isBlock)
    .flatMap(({ content }) => asList(content).filter(isBlock));
  return [...own, ...dynamic];
}

/** An attribute that may be one value or a list. A reference is a list of itself. */
export function asList(value: unknown): unknown[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value : [value];
}

/** A list attribute as strings. */
export function strings(value: unknown): string[] {
  return asList(value).map(String);
}

/** Whether an attribute is set: to a value, or to an expression that may be null only by a caller's word. */
export function isSet(value: unknown): boolean {
  return value !== undefined && value !== null && value !== '' && value !== false;
}

function isBlock(value: unknown): value is TerraformBlock {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
