// A module as Terraform sees it: typed variables from zod, outputs, and nothing that a module must not have.
// Next: stacks/module-stack.ts.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { KmsKey } from '@cdktf/provider-aws/lib/kms-key/index.js';
import { App, TerraformOutput, TerraformStack } from 'cdktf';
import { beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { countWhen, forEach, text } from '../../stacks/expression.ts';
import { declareVariables } from '../../stacks/inputs.ts';
import { defineModule } from '../../stacks/module-stack.ts';
import { type TerraformConfiguration } from '../../stacks/terraform-json.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const described = <T extends z.ZodType>(type: T) => type.meta({ description: 'What it is.' });
const sample = defineModule({
  name: 'sample-keys',
  summary: 'A key.',
  inputs: z.strictObject({
    name: described(z.string().regex(/^[a-z]+$/)),
    days: described(z.int().min(7).max(30).default(30)),
    wanted: described(z.boolean().default(true)),
  }),
  build(scope, { name, days }) {
    const key = new KmsKey(scope, 'main-key', {
      description: name,
      deletionWindowInDays: days,
      count: countWhen('var.wanted'),
    });
    scope.skipCheck(key, 'CKV_AWS_7', 'it is only a sample');
    new KmsKey(scope, 'each', { description: text('each.value'), forEach: forEach('toset(["a"])') });
    return { key_arn: { description: 'Its ARN.', value: text('aws_kms_key.main_key[0].arn'), sensitive: true } };
  },
});

let app: App;
beforeEach(() => {
  app = new App({ stackTraces: false, outdir: temporaryFolder('module-stack') });
});

describe('a module', () => {
  test('has variables, resources and outputs, and says which provider it needs', () => {
    const configuration = sample.synthesize(app).toConfiguration();
    expect(configuration.terraform).toEqual({
      required_providers: { aws: { source: 'hashicorp/aws', version: '~> 5.100' } },
      required_version: '>= 1.11.0',
    });
    expect(configuration.variable?.['days']).toMatchObject({ type: 'number', default: 30, nullable: false });
    expect(configuration.resource?.['aws_kms_key']?.['main_key']).toEqual({
      description: '${var.name}',
      deletion_window_in_days: '${var.days}',
      count: '${var.wanted ? 1 : 0}',
      '//': ['checkov:skip=CKV_AWS_7:it is only a sample'],
    });
    expect(configuration.resource?.['aws_kms_key']?.['each']).toMatchObject({ for_each: '${toset(["a"])}' });
    expect(configuration.output).toEqual({
      key_arn: { description: 'Its ARN.', value: '${aws_kms_key.main_key[0].arn}', sensitive: true },
    });
  });

  test('configures no provider and no backend', () => {
    const configuration = sample.synthesize(app).toConfiguration();
    expect(configuration).not.toHaveProperty('provider');
    expect(configuration.terraform).not.toHaveProperty('backend');
  });

  test('is written beside the stacks, without construct metadata, and is no stack to deploy', () => {
    sample.synthesize(app);
    app.synth();
    const written = readFileSync(path.join(app.outdir, 'modules/sample-keys/main.tf.json'), 'utf8');
    expect(written).not.toContain('"metadata"');
    expect(written).not.toContain(app.outdir);
    expect(JSON.parse(readFileSync(path.join(app.outdir, 'manifest.json'), 'utf8'))).toMatchObject({ stacks: {} });
  });

  test('is the same bytes each time', () => {
    const bytes = [0, 1].map(() => {
      const other = new App({ stackTraces: false, outdir: temporaryFolder('module-stack') });
      sample.synthesize(other);
      other.synth();
      return readFileSync(path.join(other.outdir, 'modules/sample-keys/main.tf.json'), 'utf8');
    });
    expect(bytes[0]).toBe(bytes[1]);
  });
});

describe('a call', () => {
  const callIn = (values: object): TerraformConfiguration => {
    const stack = new TerraformStack(app, 'caller');
    const call = sample.call(stack, values as never);
    new TerraformOutput(stack, 'out', { value: call.text('key_arn') });
    return stack.toTerraform() as TerraformConfiguration;
  };

  test('names the module by a path that holds in infra and in cdktf.out', () => {
    const { module, output } = callIn({ name: 'abc' });
    expect(module?.['sample_keys']).toMatchObject({ source: '../../modules/sample-keys', name: 'abc' });
    expect(output?.['out']).toEqual({ value: '${module.sample_keys.key_arn}' });
  });

  test('passes references on unchecked, since only Terraform knows them', () => {
    expect(callIn({ name: '${module.other.NAME}' }).module?.['sample_keys']).toMatchObject({
      name: '${module.other.NAME}',
    });
  });

  test('names every argument that is wrong, missing or not taken', () => {
    expect(() => callIn({ days: 3, wanted: 'yes', color: 'red' })).toThrow(
      [
        'module sample_keys: name: got nothing: Invalid input: expected string, received undefined',
        'module sample_keys: days: got 3: Too small: expected number to be >=7',
        'module sample_keys: wanted: got "yes": Invalid input: expected boolean, received string',
        'module sample_keys: color: got an argument the module does not take',
      ].join('\n'),
    );
  });
});

describe('an input', () => {
  test.each([
    ['string', z.string(), []],
    ['number', z.number().max(5), ['${var.it <= 5}']],
    ['number', z.int().min(1), ['${floor(var.it) == var.it}', '${var.it >= 1}']],
    ['bool', z.boolean(), []],
    ['string', z.enum(['a', 'b']), ['${contains(["a","b"], var.it)}']],
    ['number', z.literal([1, 3]), ['${contains([1,3], var.it)}']],
    ['string', z.string().regex(/^\d+$/), ['${can(regex("^[0-9]+$", var.it))}']],
    ['string', z.string().regex(/^\$\{x\}$/), ['${can(regex("^[$][{]x[}]$", var.it))}']],
    ['string', z.string().min(2).max(4), ['${length(var.it) >= 2}', '${length(var.it) <= 4}']],
    ['list(string)', z.array(z.string()).min(1), ['${length(var.it) >= 1}']],
    ['list(string)', z.array(z.string().max(3)), ['${alltrue([for item in var.it : length(item) <= 3])}']],
    [
      'map(number)',
      z.record(z.string(), z.int().min(1)),
      ['${alltrue([for item in var.it : floor(item) == item])}', '${alltrue([for item in var.it : item >= 1])}'],
    ],
    ['number', z.number().nullable(), []],
    ['string', z.string().max(3).nullable(), ['${var.it == null ? true : length(var.it) <= 3}']],
    ['object({ a = string, b = optional(number) })', z.strictObject({ a: z.string(), b: z.number().optional() }), []],
    ['list(object({ a = optional(bool, false) }))', z.array(z.strictObject({ a: z.boolean().default(false) })), []],
  ] as const)('of type %s says in Terraform what zod says (%#)', (type, schema, conditions) => {
    const { it } = declareVariables(z.strictObject({ it: described(schema) }));
    expect(it?.type).toBe(type);
    expect(it?.validation.map(({ condition }) => condition)).toEqual(conditions);
  });

  test('that is sensitive stays so', () => {
    const { it } = declareVariables(z.strictObject({ it: z.string().meta({ description: 'd', sensitive: true }) }));
    expect(it).toMatchObject({ sensitive: true });
  });

  test('without description or with a type Terraform has no word for is refused by name', () => {
    expect(() => declareVariables(z.strictObject({ it: z.string() }))).toThrow('input it: got no description');
    expect(() => declareVariables(z.strictObject({ it: described(z.union([z.string(), z.number()])) }))).toThrow(
      'input it: got a union, expected one type',
    );
  });
});
