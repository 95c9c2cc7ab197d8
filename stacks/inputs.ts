// The inputs of a module: a zod schema becomes typed Terraform variables with the same checks.
// Next: stacks/module-stack.ts, which declares them and hands out references.
import { type IResolvable, TerraformVariable, Token } from 'cdktf';
import { type Construct } from 'constructs';
import { z } from 'zod';

/** What a module's inputs are described by: one zod type per variable, each with `.meta({ description })`. */
export type InputSchema = z.ZodObject;

/** How a module reads an input: strings, numbers and lists as tokens of those types, the rest as an expression. */
export type InputReference<T> = [T] extends [string]
  ? string
  : [T] extends [number]
    ? number
    : [T] extends [readonly string[]]
      ? string[]
      : IResolvable;

/** References to every input of a schema. */
export type InputReferences<S extends InputSchema> = {
  readonly [K in keyof z.output<S>]: InputReference<Exclude<z.output<S>[K], null | undefined>>;
};

/** The part of JSON Schema (draft 2020-12) that zod writes and a Terraform variable can say. */
interface JsonSchema {
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly default?: unknown;
  readonly sensitive?: boolean;
  readonly enum?: readonly (string | number)[];
  readonly const?: string | number | boolean;
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly items?: JsonSchema;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: JsonSchema | boolean;
  readonly anyOf?: readonly JsonSchema[];
}

/** A variable as Terraform declares it. */
export interface VariableDeclaration {
  readonly type: string;
  readonly description: string;
  readonly default?: unknown;
  readonly sensitive?: true;
  readonly nullable: boolean;
  readonly validation: readonly { readonly condition: string; readonly errorMessage: string }[];
}

/**
 * Translates a schema into variable declarations. A `.nullable()` input may be null, an input with a default need not be
 * given; everything else that zod checks and Terraform can check becomes a `validation`.
 *
 * @throws Error naming the input whose type Terraform has no word for, or that has no description
 * @see https://developer.hashicorp.com/terraform/language/values/variables
 */
export function declareVariables(schema: InputSchema): Record<string, VariableDeclaration> {
  const { properties = {} } = z.toJSONSchema(schema, { io: 'input' }) as JsonSchema;
  return Object.fromEntries(Object.entries(properties).map(([name, property]) => [name, declare(name, property)]));
}

/** Declares the variables of a schema in a stack and refers to them. @throws Error as {@link declareVariables} */
export function addVariables<S extends InputSchema>(scope: Construct, schema: S): InputReferences<S> {
  const references = Object.entries(declareVariables(schema)).map(([name, declaration]) => {
    const { default: byDefault, ...rest } = declaration;
    const variable = new TerraformVariable(scope, `input_${name}`, {
      ...rest,
      validation: [...declaration.validation],
      // Terraform's own default for nullable is true; said only where it differs.
      ...(declaration.nullable ? {} : { nullable: false }),
    });
    // Not as an attribute: cdktf cannot write null there, and renames the keys of objects.
    if (byDefault !== undefined) variable.addOverride('default', byDefault);
    // A resource may have the name of an input: Terraform keeps them apart, constructs do not.
    variable.overrideLogicalId(name);
    return [name, referenceTo(variable, declaration.type)] as const;
  });
  return Object.fromEntries(references) as InputReferences<S>;
}

function referenceTo(variable: TerraformVariable, type: string): unknown {
  if (type === 'string') return variable.stringValue;
  if (type === 'number') return variable.numberValue;
  if (type === 'list(string)') return variable.listValue;
  return Token.asAny(variable.value);
}

function declare(name: string, property: JsonSchema): VariableDeclaration {
  const { description } = property;
  if (description === undefined) throw new Error(`input ${name}: got no description, expected .meta({ description })`);
  const { schema, nullable } = withoutNull(name, property);
  const conditions = conditionsOf(`var.${name}`, name, schema);
  return {
    type: typeOf(name, schema),
    description,
    nullable,
    validation: nullable
      ? conditions.map(({ condition, errorMessage }) => ({
          condition: `\${var.${name} == null ? true : ${unwrap(condition)}}`,
          errorMessage,
        }))
      : conditions,
    ...(property.default === undefined ? {} : { default: property.default }),
    ...(property.sensitive ? { sensitive: true as const } : {}),
  };
}

/** zod writes a nullable type as a union with null, or as a list of type names. */
function withoutNull(name: string, property: JsonSchema): { schema: JsonSchema; nullable: boolean } {
  const types = typeof property.type === 'string' ? [property.type] : (property.type ?? []);
  const alternatives = property.anyOf ?? types.map((type) => ({ ...property, type }));
  const [schema, ...others] = alternatives.filter(({ type }) => type !== 'null');
  if (!schema) return { schema: property, nullable: false };
  if (others.length > 0) throw new Error(`input ${name}: got a union, expected one type`);
  return { schema, nullable: alternatives.length > 1 };
}

function typeOf(name: string, schema: JsonSchema): string {
  if (schema.enum) return typeof schema.enum[0] === 'number' ? 'number' : 'string';
  if (schema.const !== undefined) return typeof schema.const === 'boolean' ? 'bool' : typeof schema.const;
  if (schema.type === 'string') return 'string';
  if (schema.type === 'number' || schema.type === 'integer') return 'number';
  if (schema.type === 'boolean') return 'bool';
  if (schema.type === 'array' && schema.items) return `list(${typeOf(name, schema.items)})`;
  if (schema.type === 'object' && schema.properties) return objectType(name, schema);
  if (schema.type === 'object' && typeof schema.additionalProperties === 'object')
    return `map(${typeOf(name, schema.additionalProperties)})`;
  throw new Error(`input ${name}: got type ${String(schema.type ?? 'unknown')}, expected one that terraform has`);
}

function objectType(name: string, { properties = {}, required = [] }: JsonSchema): string {
  const attributes = Object.entries(properties).map(([key, property]) => {
    const { schema, nullable } = withoutNull(`${name}.${key}`, property);
    const type = typeOf(`${name}.${key}`, schema);
    if (property.default !== undefined) return `${key} = optional(${type}, ${JSON.stringify(property.default)})`;
    return `${key} = ${required.includes(key) && !nullable ? type : `optional(${type})`}`;
  });
  return `object({ ${attributes.join(', ')} })`;
}

/** What a value must be, in Terraform's words; `subject` is the expression that holds it. */
function conditionsOf(
  subject: string,
  name: string,
  schema: JsonSchema,
): { condition: string; errorMessage: string }[] {
  const found: { condition: string; errorMessage: string }[] = [];
  const expect = (condition: string, expected: string): void => {
    found.push({ condition: `\${${condition}}`, errorMessage: `${name}: expected ${expected}.` });
  };
  const { pattern, minimum, maximum, minLength, maxLength, minItems, maxItems } = schema;
  if (schema.enum) expect(`contains(${JSON.stringify(schema.enum)}, ${subject})`, `one of ${schema.enum.join(', ')}`);
  if (pattern !== undefined) {
    const plain = plainPattern(pattern);
    expect(`can(regex(${quote(plain)}, ${subject}))`, `text that matches ${plain}`);
  }
  if (minLength !== undefined && pattern === undefined)
    expect(`length(${subject}) >= ${minLength}`, `at least ${minLength} characters`);
  if (maxLength !== undefined) expect(`length(${subject}) <= ${maxLength}`, `at most ${maxLength} characters`);
  if (schema.type === 'integer') expect(`floor(${subject}) == ${subject}`, 'a whole number');
  // zod bounds every integer by what JavaScript holds exactly, which is no rule of ours.
  if (minimum !== undefined && minimum > Number.MIN_SAFE_INTEGER)
    expect(`${subject} >= ${minimum}`, `at least ${minimum}`);
  if (maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER)
    expect(`${subject} <= ${maximum}`, `at most ${maximum}`);
  if (minItems !== undefined) expect(`length(${subject}) >= ${minItems}`, `at least ${minItems} elements`);
  if (maxItems !== undefined) expect(`length(${subject}) <= ${maxItems}`, `at most ${maxItems} elements`);
  const element =
    schema.items ?? (typeof schema.additionalProperties === 'object' ? schema.additionalProperties : null);
  if (element) {
    for (const { condition, errorMessage } of conditionsOf('item', name, element))
      found.push({
        condition: `\${alltrue([for item in ${subject} : ${unwrap(condition)}])}`,
        errorMessage: errorMessage.replace('expected ', 'expected every element to be '),
      });
  }
  return found;
}

function unwrap(condition: string): string {
  return condition.slice(2, -1);
}

/** A pattern without backslashes, which read the same in JSON, in HCL and in a message. */
function plainPattern(pattern: string): string {
  return pattern
    .replaceAll('[\\w', '[0-9A-Za-z_')
    .replaceAll('\\w', '[0-9A-Za-z_]')
    .replaceAll('[\\d', '[0-9')
    .replaceAll('\\d', '[0-9]')
    .replaceAll('\\/', '/')
    .replaceAll(/\\([.$+*?(){}])/g, '[$1]');
}

/** A Terraform string literal; `${` and `%{` would start a template. */
function quote(value: string): string {
  return JSON.stringify(value).replaceAll('${', '$${').replaceAll('%{', '%%{');
}
