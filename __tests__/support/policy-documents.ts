// The policies of a synthesized module as IAM would get them: its aws_iam_policy_document blocks, with known values filled in.
// Next: __tests__/support/iam-evaluator.ts, which judges requests by them.
import { type TerraformBlock, type TerraformConfiguration } from '../../stacks/terraform-json.ts';
import { type ConditionBlock } from './iam-conditions.ts';
import { type PolicyDocument, type PolicyStatement } from './iam-evaluator.ts';
import { evaluateTemplate, type KnownValues } from './terraform-template.ts';

const statementKeys = [
  'sid',
  'effect',
  'actions',
  'not_actions',
  'resources',
  'not_resources',
  'principals',
  'condition',
];

/**
 * The policy that an attribute of a resource takes from a document.
 *
 * @param address - e.g. `aws_iam_role.orbit`
 * @param known - values of references, e.g. `{ 'var.name_prefix': 'agent-runtime-dev' }`
 * @throws Error naming a reference that is not known, or a part of a document that is not known here
 */
export function policyOf(
  configuration: TerraformConfiguration,
  address: string,
  attribute: string,
  known: KnownValues,
): PolicyDocument {
  const [type = '', name = ''] = address.split('.');
  const value = configuration.resource?.[type]?.[name]?.[attribute];
  const [, document] = /^\$\{data\.aws_iam_policy_document\.(\w+)\.json\}$/.exec(String(value)) ?? [];
  if (document === undefined)
    throw new Error(`got ${attribute} ${String(value)} of ${address}, expected the json of an aws_iam_policy_document`);
  return resolveDocument(configuration, document, known);
}

/** The policy of a document by its name. @throws Error as {@link policyOf} */
export function resolveDocument(
  configuration: TerraformConfiguration,
  name: string,
  known: KnownValues,
): PolicyDocument {
  const block = configuration.data?.['aws_iam_policy_document']?.[name];
  if (!block) throw new Error(`got no document ${name}, expected one of this configuration`);
  const { statement, ...others } = block;
  refuseUnknown(`document ${name}`, others, []);
  const statements = blocksOf(statement).map((one, index) => statementOf(`${name}[${index}]`, one, known));
  return { Version: '2012-10-17', Statement: statements };
}

function statementOf(about: string, block: TerraformBlock, known: KnownValues): PolicyStatement {
  refuseUnknown(about, block, statementKeys);
  const strings = (key: string) => stringsOf(block[key], known);
  const element = (name: string, values: readonly string[]) => (values.length > 0 ? { [name]: values } : {});
  const [sid] = strings('sid');
  const [effect = 'Allow'] = strings('effect');
  if (effect !== 'Allow' && effect !== 'Deny')
    throw new Error(`${about}: got effect ${effect}, expected Allow or Deny`);
  return {
    ...(sid === undefined ? {} : { Sid: sid }),
    Effect: effect,
    ...element('Action', strings('actions')),
    ...element('NotAction', strings('not_actions')),
    ...element('Resource', strings('resources')),
    ...element('NotResource', strings('not_resources')),
    ...principalsOf(about, blocksOf(block['principals']), known),
    ...conditionOf(about, blocksOf(block['condition']), known),
  };
}

function principalsOf(about: string, blocks: readonly TerraformBlock[], known: KnownValues): Partial<PolicyStatement> {
  const entries = blocks.map(({ type, identifiers }): [string, string[]] => [
    String(type),
    stringsOf(identifiers, known),
  ]);
  if (new Set(entries.map(([type]) => type)).size !== entries.length)
    throw new Error(`${about}: got principals of one type twice, expected one block per type`);
  return entries.length > 0 ? { Principal: Object.fromEntries(entries) } : {};
}

function conditionOf(about: string, blocks: readonly TerraformBlock[], known: KnownValues): Partial<PolicyStatement> {
  const conditions: Record<string, Record<string, string[]>> = {};
  for (const { test, variable, values } of blocks) {
    const keys = (conditions[String(test)] ??= {});
    if (keys[String(variable)])
      throw new Error(
        `${about}: got ${String(test)} of ${String(variable)} twice, expected one condition with all values`,
      );
    keys[String(variable)] = stringsOf(values, known);
  }
  return blocks.length > 0 ? { Condition: conditions satisfies ConditionBlock } : {};
}

function stringsOf(value: unknown, known: KnownValues): string[] {
  const texts = Array.isArray(value) ? value : value === undefined ? [] : [value];
  return (
    texts
      .flatMap((text) => {
        if (typeof text !== 'string') throw new Error(`got ${JSON.stringify(text)}, expected text`);
        return evaluateTemplate(text, known);
      })
      // The provider writes IAM's variables with & so that Terraform leaves them alone.
      .map((text) => text.replaceAll('&{', '${'))
  );
}

function blocksOf(value: unknown): readonly TerraformBlock[] {
  return (Array.isArray(value) ? value : value === undefined ? [] : [value]) as TerraformBlock[];
}

function refuseUnknown(about: string, block: TerraformBlock, expected: readonly string[]): void {
  const unknown = Object.keys(block).filter((key) => key !== '//' && !expected.includes(key));
  if (unknown.length > 0) throw new Error(`${about}: got ${unknown.join(', ')}, expected what is known here`);
}
