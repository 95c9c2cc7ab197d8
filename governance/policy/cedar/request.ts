// A decision request as the exported policies expect it: typed context, and what Cedar cannot compute computed.
// Next: governance/policy/cedar/export-cedar.ts, whose policies it asks.
import { parseCidr } from '../cidr.ts';
import { type PolicyRequest } from '../decide.ts';
import { attributeReader, type AttributeValue, type Facts } from '../operators.ts';
import { withinTest } from '../within.ts';
import { addressText, cedarNamespace, type CedarType, numberText } from './spelling.ts';
import { type CedarVocabulary, requestTexts, timeName, wrongTypeName } from './vocabulary.ts';

/** A value in Cedar's JSON. */
export type CedarValue = AttributeValue | { __extn: { fn: string; arg: string } };

/** A request in Cedar's JSON, as `isAuthorized` takes it. */
export interface CedarRequest {
  readonly principal: { type: string; id: string };
  readonly action: { type: string; id: string };
  readonly resource: { type: string; id: string };
  readonly context: Record<string, CedarValue>;
}

/**
 * Makes the maker of requests for one exported tenant. Null for a request that has to be denied unasked: it is none of
 * this tenant's, has a key that its intent does not declare, or names that Cedar cannot hold.
 */
export function cedarRequests(
  vocabulary: CedarVocabulary,
): (request: PolicyRequest, nowMs: number) => CedarRequest | null {
  const windows = Array.from(vocabulary.windows, ([name, within]) => ({ name, test: withinTest(within) }));
  const addresses = Array.from(vocabulary.addresses, ([name, attribute]) => ({
    name,
    read: attributeReader(attribute),
  }));
  return (request, nowMs) => {
    const { service, intent, tenant, subject, context } = request;
    const known = vocabulary.intents.get(intent);
    const resource = request.resource ?? known?.resource ?? '';
    const texts = { subject, resource, service };
    if (tenant !== vocabulary.tenant || !Object.values(texts).every((text) => text?.isWellFormed() !== false))
      return null;

    // INVARIANT: what is computed here is never taken from the request, whatever names its context has.
    const attributes = known?.attributes ?? new Map<string, CedarType>();
    if (!Object.keys(context).every((key) => attributes.has(key))) return null;

    const passed = passContext(context, attributes);
    const facts: Facts = { service, intent, tenant, subject, resource, context, nowMs };
    for (const [attribute, text] of Object.entries(texts)) {
      const name = requestTexts[attribute];
      if (name !== undefined && text !== undefined) passed[name] = text;
    }
    if (vocabulary.ends) passed[timeName] = { __extn: { fn: 'datetime', arg: new Date(nowMs).toISOString() } };
    for (const { name, test } of windows) passed[name] = test(nowMs);
    for (const { name, read } of addresses) {
      const address = addressOf(read(facts));
      if (address !== undefined) passed[name] = { __extn: { fn: 'ip', arg: address } };
    }
    return {
      principal: { type: `${cedarNamespace}::Service`, id: service },
      action: { type: `${cedarNamespace}::Action`, id: intent },
      resource: { type: `${cedarNamespace}::Resource`, id: resource },
      context: passed,
    };
  };
}

function passContext(
  context: PolicyRequest['context'],
  attributes: ReadonlyMap<string, CedarType>,
): Record<string, CedarValue> {
  const passed: Record<string, CedarValue> = {};
  const wrong: string[] = [];
  for (const [key, value] of Object.entries(context)) {
    const type = attributes.get(key);
    const converted = type && convert(value, type);
    if (converted === undefined) wrong.push(key);
    else passed[key] = converted;
  }
  return wrong.length === 0 ? passed : { ...passed, [wrongTypeName]: wrong };
}

/** The value in its declared type; undefined when it has another, or is one that the type does not hold. */
function convert(value: AttributeValue, type: CedarType): CedarValue | undefined {
  if (typeof value === 'number') {
    const text = type === 'Long' || type === 'decimal' ? numberText(value, type) : undefined;
    if (text === undefined) return undefined;
    return type === 'Long' ? Number(text) : { __extn: { fn: 'decimal', arg: text } };
  }
  if (typeof value === 'string') return type === 'String' && value.isWellFormed() ? value : undefined;
  if (typeof value === 'boolean') return type === 'Boolean' ? value : undefined;
  return type === 'Set' && value.every((item) => typeof item === 'string' && item.isWellFormed())
    ? [...value]
    : undefined;
}

function addressOf(value: AttributeValue | undefined): string | undefined {
  if (typeof value !== 'string') return undefined;
  // The longer prefix first: it tells IPv6 from IPv4 without looking.
  const network = parseCidr(`${value}/128`) ?? parseCidr(`${value}/32`);
  return network ? addressText(network) : undefined;
}
