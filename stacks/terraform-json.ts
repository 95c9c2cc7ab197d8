// Synthesized Terraform JSON as data: its shape, and the one way it is written, so that equal input gives equal bytes.
// Next: stacks/emit.ts, which writes infra/; stacks/guards/guard.ts, which judges it.

/** A block's attributes, as Terraform's JSON syntax has them (https://developer.hashicorp.com/terraform/language/syntax/json). */
export type TerraformBlock = Readonly<Record<string, unknown>>;
/** Blocks by type and name. */
export type TerraformBlocks = Readonly<Record<string, Readonly<Record<string, TerraformBlock>>>>;

/** One configuration: a module or an environment. */
export interface TerraformConfiguration {
  readonly terraform?: TerraformBlock;
  readonly provider?: Readonly<Record<string, readonly TerraformBlock[]>>;
  readonly variable?: Readonly<Record<string, TerraformBlock>>;
  readonly locals?: TerraformBlock;
  readonly module?: Readonly<Record<string, TerraformBlock>>;
  readonly data?: TerraformBlocks;
  readonly resource?: TerraformBlocks;
  readonly output?: Readonly<Record<string, TerraformBlock>>;
  readonly moved?: readonly TerraformBlock[];
}

/** The order in which a reader meets the parts; within a part, names are sorted. */
const sections = ['terraform', 'provider', 'variable', 'locals', 'module', 'data', 'resource', 'moved', 'output'];

/** Serializes a configuration: sections in reading order, keys sorted, two spaces, one newline at the end. */
export function canonicalTerraform(configuration: TerraformConfiguration): string {
  const known = configuration as Readonly<Record<string, unknown>>;
  const unknown = Object.keys(known).find((section) => !sections.includes(section));
  if (unknown)
    throw new Error(`got section ${unknown} in synthesized terraform, expected one of ${sections.join(', ')}`);
  const ordered = Object.fromEntries(
    sections.filter((section) => known[section] !== undefined).map((section) => [section, sorted(known[section])]),
  );
  return `${JSON.stringify(ordered, null, 2)}\n`;
}

/** What cdktf synthesized, as data and without its construct metadata. */
export function readConfiguration(synthesized: object): TerraformConfiguration {
  return withoutMetadata(synthesized) as TerraformConfiguration;
}

function withoutMetadata(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutMetadata);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([key]) => key !== '//');
  return Object.fromEntries(entries.map(([key, inner]) => [key, withoutMetadata(inner)]));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, sorted(inner)]));
}
