// What an OpenAPI document says of its schemas, as Markdown tables.
// Next: scripts/write-api-docs.ts, which puts them below the routes.

/** The part of a JSON Schema that is described. */
export interface ApiSchema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly default?: unknown;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly items?: ApiSchema;
  readonly anyOf?: readonly ApiSchema[];
  readonly properties?: Readonly<Record<string, ApiSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: ApiSchema | boolean;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly maxItems?: number;
  readonly maxProperties?: number;
  readonly pattern?: string;
}

interface ApiOperation {
  readonly summary?: string;
  readonly security?: readonly unknown[];
  readonly parameters?: readonly {
    readonly name: string;
    readonly in: string;
    readonly required?: boolean;
    readonly schema?: ApiSchema;
  }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { schema?: ApiSchema }>> };
  readonly responses?: Readonly<Record<string, { description: string; content?: Readonly<Record<string, unknown>> }>>;
}

/** The part of an OpenAPI 3.1 document that is described (https://spec.openapis.org/oas/v3.1.1.html). */
export interface ApiDocument {
  readonly paths: Readonly<Record<string, Readonly<Record<string, ApiOperation>>>>;
  readonly components?: { readonly schemas?: Readonly<Record<string, ApiSchema>> };
}

/** A table for each object of a document; `owner` tells those of two services apart. */
export function describeSchemas(owner: string, { components }: ApiDocument): string[] {
  return Object.entries(components?.schemas ?? {}).map(([name, { properties = {}, required = [] }]) => {
    const rows = Object.entries(properties).map(([field, schema]) => {
      const need = required.includes(field) ? 'yes' : schema.default === undefined ? '' : code(schema.default);
      return `| \`${field}\` | ${typeText(schema)} | ${need} | ${limits(schema)} |`;
    });
    return `### ${owner}: ${name}\n\n| field | type | required, or its default | limits |\n|---|---|---|---|\n${rows.join('\n')}`;
  });
}

function typeText({ $ref, type, items, anyOf, const: only, enum: values, additionalProperties }: ApiSchema): string {
  if ($ref !== undefined) return `\`${$ref.split('/').at(-1)}\``;
  if (only !== undefined) return code(only);
  if (values) return values.map(code).join(', ');
  if (anyOf) return [...new Set(anyOf.map(typeText))].join(' or ');
  if (items) return `list of ${typeText(items)}`;
  if (typeof additionalProperties === 'object' && Object.keys(additionalProperties).length > 0)
    return `${typeText(additionalProperties)} by name`;
  return Array.isArray(type) ? type.join(' or ') : String(type ?? 'any');
}

function limits(schema: ApiSchema): string {
  const { minLength, maxLength, minimum, maximum, maxItems, maxProperties, pattern } = schema;
  const named = { minLength, maxLength, minimum, maximum, maxItems, maxProperties };
  const told = Object.entries(named).flatMap(([name, value]) => (value === undefined ? [] : [`${name} ${value}`]));
  const spelled = pattern === undefined ? [] : [`\`${pattern.replaceAll('|', '\\|')}\``];
  return [...told, ...spelled].join(', ');
}

function code(value: unknown): string {
  return `\`${JSON.stringify(value)}\``;
}
