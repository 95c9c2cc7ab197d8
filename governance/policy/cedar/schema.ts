// The Cedar schema in JSON, as Amazon Verified Permissions takes it: services, resources, and the context of every intent.
// Next: governance/policy/cedar/request.ts, which makes requests that fit it.
import { cedarNamespace, type CedarType } from './spelling.ts';
import { type CedarVocabulary, requestTexts, timeName, wrongTypeName } from './vocabulary.ts';

/** The type of a context attribute. */
export type SchemaType =
  | { type: 'String' | 'Long' | 'Boolean' }
  | { type: 'Set'; element: { type: 'String' } }
  | { type: 'Extension'; name: string };

/** A schema with one namespace. */
export type CedarSchema = Record<
  string,
  {
    entityTypes: Record<
      string,
      { memberOfTypes: string[]; shape: { type: 'Record'; attributes: Record<string, never> } }
    >;
    actions: Record<
      string,
      {
        appliesTo: {
          principalTypes: string[];
          resourceTypes: string[];
          context: { type: 'Record'; attributes: Record<string, SchemaType & { required: false }> };
        };
      }
    >;
  }
>;

/** Writes the schema. Everything in a context is optional: what is missing is the policies' business. */
export function cedarSchema(vocabulary: CedarVocabulary): CedarSchema {
  const entity = (): { memberOfTypes: string[]; shape: { type: 'Record'; attributes: Record<string, never> } } => ({
    memberOfTypes: [],
    shape: { type: 'Record', attributes: {} },
  });
  const passed = passedAttributes(vocabulary);
  return {
    [cedarNamespace]: {
      entityTypes: { Service: entity(), Resource: entity() },
      actions: Object.fromEntries(
        Array.from(vocabulary.intents, ([intent, { attributes }]) => [
          intent,
          {
            appliesTo: {
              principalTypes: ['Service'],
              resourceTypes: ['Resource'],
              context: {
                type: 'Record',
                attributes: Object.fromEntries(
                  [...attributes, ...passed].map(([name, type]) => [name, { ...schemaType(type), required: false }]),
                ),
              },
            },
          },
        ]),
      ),
    },
  };
}

/** What is passed beside the context keys, for every intent alike. */
function passedAttributes({ windows, addresses, ends }: CedarVocabulary): [string, CedarType][] {
  return [
    ...Object.values(requestTexts).map((name): [string, CedarType] => [name, 'String']),
    [wrongTypeName, 'Set'],
    ...(ends ? [[timeName, 'datetime'] satisfies [string, CedarType]] : []),
    ...Array.from(addresses.keys(), (name): [string, CedarType] => [name, 'ipaddr']),
    ...Array.from(windows.keys(), (name): [string, CedarType] => [name, 'Boolean']),
  ];
}

function schemaType(type: CedarType): SchemaType {
  if (type === 'Set') return { type, element: { type: 'String' } };
  if (type === 'decimal' || type === 'ipaddr' || type === 'datetime') return { type: 'Extension', name: type };
  return { type };
}
