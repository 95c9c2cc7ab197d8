// A stack that synthesizes to a reusable Terraform module: typed inputs → variables, typed outputs, no provider, no backend.
// Next: stacks/modules/kms.ts, the shortest module; stacks/environment-stack.ts, which calls them all.
import { AwsProvider } from '@cdktf/provider-aws/lib/provider/index.js';
import {
  type IResolvable,
  LocalBackend,
  TerraformElement,
  TerraformHclModule,
  TerraformOutput,
  type TerraformResource,
  TerraformStack,
  Token,
} from 'cdktf';
import { type Construct, type Node } from 'constructs';
import { type z } from 'zod';
import { addVariables, type InputReferences, type InputSchema } from './inputs.ts';
import { ModuleSynthesizer } from './module-synthesizer.ts';
import { readConfiguration, type TerraformConfiguration } from './terraform-json.ts';

/** The AWS provider that modules accept; an environment pins the one it was planned with. */
export const providerConstraint = '~> 5.100';
/** `use_lockfile` of the S3 backend and write-only arguments need it. */
export const terraformConstraint = '>= 1.11.0';

/** A module's output. `value` is a reference; lists and numbers may be given as such. */
export interface ModuleOutput {
  readonly description: string;
  readonly value: string | number | readonly string[] | IResolvable;
  /** @defaultValue false */
  readonly sensitive?: boolean;
}

/** A module: what it takes, what it creates, what it gives back. */
export interface ModuleDefinition<S extends InputSchema, O extends string> {
  /** The folder in infra/modules. */
  readonly name: string;
  /** One sentence, for its README. */
  readonly summary: string;
  readonly inputs: S;
  /** Creates the resources in `scope`, whose construct ids become their Terraform names, and names the outputs. */
  readonly build: (scope: ModuleStack, inputs: InputReferences<S>) => Readonly<Record<O, ModuleOutput>>;
}

/** What an environment gives a module: a literal, or a reference (`${module.kms.axon_key_arn}`) in its place. */
export type ModuleArguments<S extends InputSchema> = {
  readonly [K in keyof z.input<S>]: Reference<z.input<S>[K]>;
};
type Reference<T> = T | string | IResolvable;

/** A call of a module in an environment; the methods refer to its outputs. */
export interface ModuleCall<O extends string> {
  text(output: O): string;
  number(output: O): number;
  list(output: O): string[];
  any(output: O): IResolvable;
}

/** A module that environments can call and that synthesizes by itself. */
export interface Module<S extends InputSchema = InputSchema, O extends string = string> extends ModuleDefinition<S, O> {
  /** Puts the module's own stack into the app. */
  synthesize(app: Construct): ModuleStack;
  /**
   * Calls the module from an environment.
   *
   * @param id - the name of the call, @defaultValue the module's name in snake case
   * @throws Error naming every argument that is not what the inputs demand
   */
  call(scope: Construct, values: ModuleArguments<S>, id?: string): ModuleCall<O>;
}

/** Makes a module of its definition. */
export function defineModule<const S extends InputSchema, const O extends string>(
  definition: ModuleDefinition<S, O>,
): Module<S, O> {
  const { name, inputs } = definition;
  return { ...definition, synthesize: (app) => new ModuleStack(app, definition), call };

  function call(scope: Construct, values: ModuleArguments<S>, id = name.replaceAll('-', '_')): ModuleCall<O> {
    checkArguments(`module ${id}`, inputs, values);
    const block = new TerraformHclModule(scope, id, {
      source: `../../modules/${name}`,
      skipAssetCreationFromLocalModules: true,
      variables: withoutNullDefaults(inputs, values),
    });
    return {
      text: (output) => block.getString(output),
      number: (output) => block.getNumber(output),
      list: (output) => block.getList(output),
      any: (output) => Token.asAny(block.interpolationForOutput(output)),
    };
  }
}

/** One module's resources. Construct ids, joined by `_`, are the Terraform names: they are contracts. */
export class ModuleStack extends TerraformStack {
  readonly definition: ModuleDefinition<InputSchema, string>;
  readonly #skips: { resource: TerraformResource; check: string; reason: string }[] = [];

  constructor(app: Construct, definition: ModuleDefinition<never, string> | ModuleDefinition<InputSchema, string>) {
    super(app, definition.name);
    this.definition = definition;
    this.synthesizer = new ModuleSynthesizer(this);
    new RequiredProvider(this, 'aws', {});
    new NoBackend(this, {});
    const outputs = this.definition.build(this, addVariables(this, this.definition.inputs));
    for (const [name, { description, value, sensitive = false }] of Object.entries(outputs))
      new TerraformOutput(this, `output_${name}`, {
        description,
        value,
        ...(sensitive ? { sensitive } : {}),
      }).overrideLogicalId(name);
  }

  /**
   * Has a scanner's check pass over a resource. The reason stands beside the resource in infra/, as a comment.
   *
   * @param check - the scanner's id of the check, e.g. `CKV_AWS_18`
   */
  skipCheck(resource: TerraformResource, check: string, reason: string): void {
    this.#skips.push({ resource, check, reason });
  }

  /** The module as Terraform JSON, with the reason of every skipped check beside its resource. */
  toConfiguration(): TerraformConfiguration {
    const configuration = readConfiguration(this.toTerraform());
    for (const { resource, check, reason } of this.#skips) {
      const block = configuration.resource?.[resource.terraformResourceType]?.[resource.friendlyUniqueId];
      if (!block)
        throw new Error(`got a skip of ${check} for ${resource.node.path}, expected a resource of this module`);
      const comments = (block['//'] as string[] | undefined) ?? [];
      Object.assign(block, { '//': [...comments, `checkov:skip=${check}:${reason}`] });
    }
    return configuration;
  }

  protected override allocateLogicalId(element: TerraformElement | Node): string {
    return terraformName(this, element);
  }
}

/** The Terraform name of an element: the construct ids below its stack, in snake case. */
export function terraformName(stack: TerraformStack, element: TerraformElement | Node): string {
  const { scopes } = element instanceof TerraformElement ? element.node : element;
  return scopes
    .slice(scopes.indexOf(stack) + 1)
    .map(({ node }) => node.id.replaceAll('-', '_'))
    .join('_');
}

/**
 * Checks the literal arguments of a call; a reference is known only to Terraform, which checks it at plan.
 *
 * @throws Error with a line per problem: the argument, what was got and what was expected
 */
function checkArguments(subject: string, schema: InputSchema, values: Readonly<Record<string, unknown>>): void {
  const problems: string[] = [];
  for (const [name, type] of Object.entries(schema.shape)) {
    const value = values[name];
    if (value !== undefined && holdsReference(value)) continue;
    const { error } = (type as z.ZodType).safeParse(value);
    for (const { path, message } of error?.issues ?? [])
      problems.push(`${subject}: ${[name, ...path].join('.')}: got ${JSON.stringify(value) ?? 'nothing'}: ${message}`);
  }
  for (const name of Object.keys(values))
    if (!(name in schema.shape)) problems.push(`${subject}: ${name}: got an argument the module does not take`);
  if (problems.length > 0) throw new Error(problems.join('\n'));
}

/** An argument that is null by default need not be said, and cdktf cannot render null in HCL. */
function withoutNullDefaults(schema: InputSchema, values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const isNullByDefault = (name: string): boolean =>
    (schema.shape[name] as z.ZodType).safeParse(undefined).data === null;
  return Object.fromEntries(Object.entries(values).filter(([name, value]) => value !== null || !isNullByDefault(name)));
}

function holdsReference(value: unknown): boolean {
  if (Token.isUnresolved(value)) return true;
  if (typeof value === 'string') return value.includes('${');
  return typeof value === 'object' && value !== null && Object.values(value).some(holdsReference);
}

/** cdktf demands a provider in every stack; a module must not configure one, it only says which it needs. */
class RequiredProvider extends AwsProvider {
  override toTerraform(): object {
    return { terraform: { ...this.#required(), required_version: terraformConstraint } };
  }

  // cdktf cannot render required_version in HCL.
  override toHclTerraform(): object {
    return { terraform: this.#required() };
  }

  #required(): object {
    return { required_providers: { aws: { source: 'hashicorp/aws', version: providerConstraint } } };
  }
}

/** cdktf gives a stack without a backend one with an absolute path; a module has none. */
class NoBackend extends LocalBackend {
  override toTerraform(): object {
    return {};
  }

  override toHclTerraform(): object {
    return {};
  }
}
