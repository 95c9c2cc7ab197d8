// The shipped documents are valid, named for their tenant, and described by a schema that says what the code says.
// Next: governance/policies/default.json; scripts/write-policy-schema.ts, which writes the schema.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { policiesFolder } from '../../../governance/cli/policy-files.ts';
import { parsePolicy } from '../../../governance/policy/parse.ts';
import { policySchemas, renderPolicySchema } from '../../../scripts/write-policy-schema.ts';
import { documentFrom, readPolicyFiles } from '../../support/shipped-policies.ts';
import { documents } from '../../support/policy-generators.ts';

const files = readPolicyFiles();
const schemaText = (name: string) => readFileSync(path.join(policiesFolder, name), 'utf8');
const schemaOf = (name: string) =>
  z.fromJSONSchema(JSON.parse(schemaText(name)) as Parameters<typeof z.fromJSONSchema>[0]);
const schema = schemaOf('policy.schema.json');
const caseSchema = schemaOf('cases.schema.json');

describe('the folder', () => {
  it('holds the platform’s document, tenants’ documents, cases for each of them, the schemas, and nothing else', () => {
    expect(files.map(({ name }) => name)).toEqual(['acme.json', 'default.json', 'platform.json', 'smoke.json']);
    const expected = files.flatMap(({ name }) => [name, name.replace('.json', '.cases.json')]);
    expect(readdirSync(policiesFolder).sort()).toEqual([...expected, ...Object.keys(policySchemas)].sort());
  });
});

describe.each(files)('$name', ({ name, text }) => {
  it('is valid, and of the tenant it is named for', () => {
    expect(documentFrom(text).tenant).toBe(name === 'platform.json' ? '*' : name.replace('.json', ''));
  });

  it('names the schema for editors, and fits it', () => {
    const value: unknown = JSON.parse(text);
    expect(value).toHaveProperty('$schema', './policy.schema.json');
    expect(schema.safeParse(value).success).toBe(true);
  });

  it('has cases that name their schema, and fit it', () => {
    const value: unknown = JSON.parse(
      readFileSync(path.join(policiesFolder, name.replace('.json', '.cases.json')), 'utf8'),
    );
    expect(value).toHaveProperty('$schema', './cases.schema.json');
    expect(caseSchema.safeParse(value).success).toBe(true);
  });

  it('declares what Orbit says of every call: maxTokens, model, promptLength and stream', () => {
    const declared = { maxTokens: 'number', model: 'string', promptLength: 'number', stream: 'boolean' };
    expect(documentFrom(text).intents['call_reasoning']?.context).toMatchObject(declared);
  });
});

describe('the schema', () => {
  it.each(Object.keys(policySchemas))(
    '%s is what the code generates: if not, run `node scripts/write-policy-schema.ts`',
    async (name) => {
      expect(schemaText(name)).toBe(await renderPolicySchema(name));
    },
  );

  it('accepts what the parser accepts', () => {
    fc.assert(
      fc.property(documents('t1'), (document) => {
        const text = JSON.stringify(document);
        expect(parsePolicy(text).ok).toBe(true);
        expect(schema.safeParse(JSON.parse(text)).success).toBe(true);
      }),
      { numRuns: 200 },
    );
  });

  const forbidding = (more: object) => ({
    rules: [{ id: 'r', effect: 'forbid', services: ['*'], intents: ['*'], ...more }],
  });
  it.each<[string, object]>([
    ['an unknown key', { rulez: [] }],
    ['another format', { format: 2 }],
    ['a rule without an effect', forbidding({ effect: undefined })],
    ['an unknown operator', forbidding({ when: { matches: ['subject', '.*'] } })],
    ['two operators in one condition', forbidding({ when: { exists: 'subject', not: { exists: 'subject' } } })],
    ['an empty condition', forbidding({ when: { not: {} } })],
    ['an unknown obligation', forbidding({ effect: 'permit', obligations: [{ type: 'beg' }] })],
  ])('refuses %s, as the parser does', (_name, more) => {
    const text = JSON.stringify({ ...(JSON.parse(files[1]?.text ?? '{}') as object), ...more });
    expect(parsePolicy(text).ok).toBe(false);
    expect(schema.safeParse(JSON.parse(text)).success).toBe(false);
  });
});
