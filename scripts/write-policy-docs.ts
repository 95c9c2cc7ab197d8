// Writes what docs/policy.md generates: the language's reference from its schemas, its limits, and every command's help.
// Next: governance/policy/reference.ts, the words; governance/cli/commands.ts, the commands.
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { format, type FormatConfig } from 'oxfmt';
import * as z from 'zod/mini';
import { commandHelps } from '../governance/cli/commands.ts';
import { policyLimits } from '../governance/policy/document.ts';
import { type DescribedObject, describedObjects } from '../governance/policy/reference.ts';

const root = path.resolve(import.meta.dirname, '..');

/** The page. */
export const policyPage = path.join(root, 'docs/policy.md');

interface FieldSchema {
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly default?: unknown;
  readonly items?: FieldSchema;
  readonly prefixItems?: readonly FieldSchema[];
  readonly anyOf?: readonly FieldSchema[];
  readonly oneOf?: readonly FieldSchema[];
  readonly additionalProperties?: FieldSchema | boolean;
  readonly properties?: Readonly<Record<string, FieldSchema>>;
  readonly required?: readonly string[];
  readonly $ref?: string;
}

/** The page's text with its generated parts made anew. @throws Error when a marker is missing or the formatter refuses */
export async function renderPolicyPage(text: string): Promise<string> {
  const parts = { reference: describedObjects.map(describeObject).join('\n'), limits: limits(), commands: commands() };
  const filled = Object.entries(parts).reduce((page, [name, part]) => fill(page, name, part), text);
  const options = JSON.parse(readFileSync(path.join(root, '.oxfmtrc.json'), 'utf8')) as FormatConfig;
  const { code: formatted, errors } = await format(policyPage, filled, options);
  if (errors.length > 0) throw new Error(`got ${errors.length} errors from the formatter, expected a formatted page`);
  return formatted;
}

function fill(page: string, name: string, part: string): string {
  const [begin, end] = [`<!-- ${name}: generated -->`, `<!-- ${name}: end -->`];
  const [from, to] = [page.indexOf(begin), page.indexOf(end)];
  if (from === -1 || to < from) throw new Error(`got a page without "${begin}" and "${end}", expected both`);
  return `${page.slice(0, from + begin.length)}\n\n${part.trim()}\n\n${page.slice(to)}`;
}

function describeObject({ name, meaning, schema, fields }: DescribedObject): string {
  const { properties = {}, required = [] } = z.toJSONSchema(schema, { io: 'input' }) as FieldSchema;
  const rows = Object.entries(properties).map(([field, about]) => {
    const need = required.includes(field) ? 'yes' : about.default === undefined ? '' : code(about.default);
    return `| \`${field}\` | ${typeText(about)} | ${need} | ${fields[field] ?? ''} |`;
  });
  return `### ${name}\n\n${meaning}\n\n| field | type | required, or its default | meaning |\n|---|---|---|---|\n${rows.join('\n')}\n`;
}

function typeText(schema: FieldSchema): string {
  const { type, items, prefixItems, additionalProperties, properties } = schema;
  const alternatives = schema.anyOf ?? schema.oneOf;
  if (schema.const !== undefined) return code(schema.const);
  if (schema.enum) return schema.enum.map(code).join(', ');
  if (schema.$ref !== undefined) return 'condition';
  if (alternatives) return [...new Set(alternatives.map(typeText))].join(' or ');
  if (prefixItems) return `[${prefixItems.map(typeText).join(', ')}]`;
  if (type === 'array') return items ? `list of ${typeText(items)}` : 'list';
  if (type === 'object' && typeof additionalProperties === 'object') return `${typeText(additionalProperties)} by name`;
  if (properties && 'within' in properties) return 'condition';
  return type === 'string' ? 'text' : (type ?? 'any');
}

function code(value: unknown): string {
  return `\`${JSON.stringify(value)}\``;
}

const limitMeanings: Readonly<Record<keyof typeof policyLimits, string>> = {
  documentBytes: 'bytes of a document, as text',
  nestingDepth: 'levels of nesting in the JSON',
  rules: 'rules',
  intents: 'intents',
  quotas: 'quotas',
  listItems: 'items of any list',
  conditionDepth: 'levels of conditions in one rule',
  conditionNodes: 'conditions in one rule',
  textLength: 'characters of any text',
};

function limits(): string {
  const rows = Object.entries(limitMeanings).map(
    ([name, meaning]) => `| ${meaning} | ${policyLimits[name as keyof typeof policyLimits].toLocaleString('en')} |`,
  );
  return `| a document has at most | |\n|---|--:|\n${rows.join('\n')}`;
}

function commands(): string {
  return Object.entries(commandHelps)
    .map(([name, help]) => `### ${name}\n\n\`\`\`text\n${help.trim()}\n\`\`\``)
    .join('\n\n');
}

if (import.meta.main) writeFileSync(policyPage, await renderPolicyPage(readFileSync(policyPage, 'utf8')));
