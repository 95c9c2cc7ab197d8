// Policies of a synthesized module, with their references filled in, and what IAM would answer by them.
// Next: stacks/terraform-json.ts, the shape they are read from.
import { type TerraformBlock, type TerraformConfiguration } from '../../stacks/terraform-json.ts';

/** What references stand for: expression → text, or a list where the whole attribute is one reference. */
export type ReferenceValues = Readonly<Record<string, string | readonly string[]>>;

/** The account every module is read in. */
export const account = { id: '111122223333', region: 'eu-central-1', prefix: 'agent-runtime-dev' } as const;

const accountValues: ReferenceValues = {
  'data.aws_partition.current_partition.partition': 'aws',
  'data.aws_caller_identity.current.account_id': account.id,
  'data.aws_region.current_region.name': account.region,
  'var.name_prefix': account.prefix,
};

/** A statement as IAM has it. */
export interface PolicyStatement {
  readonly Sid: string;
  readonly Effect: 'Allow' | 'Deny';
  readonly Action: string[];
  readonly Resource?: string[];
  readonly NotResource?: string[];
  readonly Principal?: Readonly<Record<string, string[]>>;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string[]>>>>;
}

/** A request, as IAM judges it: `context` holds its condition keys. */
export interface PolicyQuestion {
  readonly action: string;
  readonly resource: string;
  readonly context?: Readonly<Record<string, string>>;
}

/**
 * The statements of a module's policy document.
 *
 * @throws Error naming a reference that has no value, so that nothing is judged by half
 */
export function readStatements(
  configuration: TerraformConfiguration,
  document: string,
  values: ReferenceValues = {},
): PolicyStatement[] {
  const block = configuration.data?.['aws_iam_policy_document']?.[document];
  if (!block) throw new Error(`got no document ${document}, expected one of the module's`);
  const known = { ...accountValues, ...values };
  return (block['statement'] as TerraformBlock[]).map((statement) => {
    const texts = (name: string): string[] => fill(statement[name], known);
    const conditions = (statement['condition'] ?? []) as { test: string; variable: string; values: unknown }[];
    const principals = (statement['principals'] ?? []) as { type: string; identifiers: unknown }[];
    return {
      Sid: String(statement['sid']),
      Effect: statement['effect'] === 'Deny' ? 'Deny' : 'Allow',
      Action: texts('actions'),
      ...(statement['resources'] === undefined ? {} : { Resource: texts('resources') }),
      ...(statement['not_resources'] === undefined ? {} : { NotResource: texts('not_resources') }),
      ...(principals.length === 0
        ? {}
        : {
            Principal: Object.fromEntries(principals.map(({ type, identifiers }) => [type, fill(identifiers, known)])),
          }),
      ...(conditions.length === 0 ? {} : { Condition: conditionBlock(conditions, known) }),
    };
  });
}

/** The document as IAM takes it. */
export function policyText(statements: readonly PolicyStatement[]): { Version: string; Statement: unknown } {
  return { Version: '2012-10-17', Statement: statements };
}

/** Whether statements allow a request and none denies it. An operator that is not known here is an error, not a pass. */
export function isAllowed(statements: readonly PolicyStatement[], question: PolicyQuestion): boolean {
  const matching = statements.filter((statement) => matches(statement, question));
  return matching.length > 0 && matching.every(({ Effect }) => Effect === 'Allow');
}

/** What a role may do: what its permissions and its boundary both allow. */
export function mayDo(
  { permissions, boundary }: { permissions: readonly PolicyStatement[]; boundary: readonly PolicyStatement[] },
  question: PolicyQuestion,
): boolean {
  return isAllowed(permissions, question) && isAllowed(boundary, question);
}

function matches(statement: PolicyStatement, { action, resource, context = {} }: PolicyQuestion): boolean {
  const { Action, Resource, NotResource, Condition = {} } = statement;
  return (
    Action.some((pattern) => like(pattern.toLowerCase(), action.toLowerCase())) &&
    (Resource === undefined || Resource.some((pattern) => like(pattern, resource))) &&
    (NotResource === undefined || !NotResource.some((pattern) => like(pattern, resource))) &&
    Object.entries(Condition).every(([operator, block]) =>
      Object.entries(block).every(([key, wanted]) => holds(operator, wanted, context[key])),
    )
  );
}

function holds(operator: string, wanted: readonly string[], got: string | undefined): boolean {
  switch (operator) {
    case 'StringEquals':
      return got !== undefined && wanted.includes(got);
    case 'ArnLike':
      return got !== undefined && wanted.some((pattern) => like(pattern, got));
    case 'ArnNotLike':
      return got === undefined || !wanted.some((pattern) => like(pattern, got));
    case 'Bool':
      return got !== undefined && wanted.includes(got);
    default:
      throw new Error(`got condition operator ${operator}, expected one that is judged here`);
  }
}

function like(pattern: string, text: string): boolean {
  const source = pattern.replaceAll(/[.+^${}()|[\]\\]/g, String.raw`\$&`);
  return new RegExp(`^${source.replaceAll('*', '.*').replaceAll('?', '.')}$`, 's').test(text);
}

function conditionBlock(
  conditions: readonly { test: string; variable: string; values: unknown }[],
  values: ReferenceValues,
): Record<string, Record<string, string[]>> {
  const block: Record<string, Record<string, string[]>> = {};
  for (const { test, variable, values: wanted } of conditions) (block[test] ??= {})[variable] = fill(wanted, values);
  return block;
}

/** Fills in an attribute: text, or a list of texts. */
function fill(attribute: unknown, values: ReferenceValues): string[] {
  if (Array.isArray(attribute)) return attribute.flatMap((item) => fill(item, values));
  const text = String(attribute);
  const whole = values[/^\$\{(.+)\}$/.exec(text)?.[1] ?? ''] ?? '';
  if (whole !== '') return typeof whole === 'string' ? [whole] : [...whole];
  return [
    text.replaceAll(/\$\{([^}]+)\}/g, (_, expression: string) => {
      const value = values[expression];
      if (typeof value !== 'string') throw new Error(`got reference ${expression}, expected one with a value`);
      return value;
    }),
  ];
}
