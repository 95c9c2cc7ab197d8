// Conditions of IAM statements, evaluated as AWS documents them; what is not known here is refused, never skipped.
// Next: __tests__/support/iam-evaluator.ts, which evaluates statements.

/** Values of condition keys in a request; a list is a multivalued key. Names are compared without case. */
export type RequestContext = Readonly<Record<string, string | readonly string[]>>;

/** `Condition` of a statement: operator → key → value or values. */
export type ConditionBlock = Readonly<
  Record<string, Readonly<Record<string, string | boolean | number | readonly (string | boolean | number)[]>>>
>;

type Test = (actual: string, expected: string) => boolean;

const tests: Readonly<Record<string, Test>> = {
  StringEquals: (actual, expected) => actual === literal(expected),
  StringEqualsIgnoreCase: (actual, expected) => actual.toLowerCase() === literal(expected).toLowerCase(),
  StringLike: (actual, expected) => matchesGlob(expected, actual),
  // AWS treats both alike: each of the six parts may hold wildcards.
  ArnEquals: (actual, expected) => matchesArn(expected, actual),
  ArnLike: (actual, expected) => matchesArn(expected, actual),
  Bool: (actual, expected) => actual.toLowerCase() === expected.toLowerCase(),
  NumericEquals: (actual, expected) => Number(actual) === Number(expected),
  NumericLessThan: (actual, expected) => Number(actual) < Number(expected),
  NumericLessThanEquals: (actual, expected) => Number(actual) <= Number(expected),
  NumericGreaterThan: (actual, expected) => Number(actual) > Number(expected),
  NumericGreaterThanEquals: (actual, expected) => Number(actual) >= Number(expected),
};
/** An operator that holds when none of its values match. */
const negated: Readonly<Record<string, string>> = {
  StringNotEquals: 'StringEquals',
  StringNotEqualsIgnoreCase: 'StringEqualsIgnoreCase',
  StringNotLike: 'StringLike',
  ArnNotEquals: 'ArnEquals',
  ArnNotLike: 'ArnLike',
  NumericNotEquals: 'NumericEquals',
};

/**
 * Whether every condition holds. Values of one key are alternatives; keys and operators all have to hold.
 *
 * @throws Error for an operator that is not known here, and for a multivalued key without a set operator
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-logic-multiple-context-keys-or-values.html
 */
export function conditionsHold(conditions: ConditionBlock, context: RequestContext): boolean {
  return Object.entries(conditions).every(([operator, keys]) =>
    Object.entries(keys).every(([key, values]) =>
      holds(operator, key, values === undefined ? [] : [values].flat().map(String), context),
    ),
  );
}

function holds(operator: string, key: string, values: readonly string[], context: RequestContext): boolean {
  const actual = valuesOf(context, key);
  const { quantifier, name, ifExists } = parseOperator(operator);
  if (name === 'Null') return values.some((value) => (value === 'true') === (actual === undefined));
  const positive = negated[name] ?? name;
  const test = tests[positive];
  if (!test)
    throw new Error(`got condition operator ${operator}, expected one of those known: teach it to the evaluator`);
  const isNegated = positive !== name;
  const matches = (value: string): boolean => {
    const found = values.some((expected) => {
      const filled = fillVariables(expected, context);
      return filled !== undefined && test(value, filled);
    });
    return isNegated ? !found : found;
  };
  if (actual === undefined) {
    if (quantifier === 'ForAllValues' || ifExists) return true;
    return quantifier === 'ForAnyValue' ? false : isNegated;
  }
  if (quantifier === 'ForAllValues') return actual.every(matches);
  if (quantifier === 'ForAnyValue') return actual.some(matches);
  const [only, ...others] = actual;
  if (only === undefined || others.length > 0)
    throw new Error(`got ${actual.length} values of ${key} under ${operator}, expected ForAnyValue or ForAllValues`);
  return matches(only);
}

function parseOperator(operator: string): { quantifier?: string; name: string; ifExists: boolean } {
  const [first = '', second] = operator.split(':');
  const [quantifier, rest] = second === undefined ? [undefined, first] : [first, second];
  if (quantifier !== undefined && quantifier !== 'ForAllValues' && quantifier !== 'ForAnyValue')
    throw new Error(`got set operator ${quantifier}, expected ForAllValues or ForAnyValue`);
  const ifExists = rest.endsWith('IfExists');
  const name = ifExists ? rest.slice(0, -'IfExists'.length) : rest;
  return quantifier === undefined ? { name, ifExists } : { quantifier, name, ifExists };
}

function valuesOf(context: RequestContext, key: string): readonly string[] | undefined {
  const found = Object.entries(context).find(([name]) => name.toLowerCase() === key.toLowerCase());
  return found === undefined ? undefined : [found[1]].flat();
}

/**
 * Replaces policy variables, `${aws:PrincipalTag/team}` and `${key, 'default'}`; `${*}`, `${?}` and `${$}` stay, for the
 * comparison to read.
 *
 * @returns undefined when a variable has no single value in the request: such a value matches nothing
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
 */
export function fillVariables(text: string, context: RequestContext): string | undefined {
  let isKnown = true;
  const filled = text.replaceAll(/\$\{([^}]+)\}/g, (variable, inner: string) => {
    if (inner === '*' || inner === '?' || inner === '$') return variable;
    const [, key = '', byDefault] = /^\s*([^,\s]+)\s*(?:,\s*'(.*)')?\s*$/.exec(inner) ?? [];
    const [value, ...others] = valuesOf(context, key) ?? [];
    if (value !== undefined && others.length === 0) return protect(value);
    if (byDefault !== undefined) return protect(byDefault);
    isKnown = false;
    return '';
  });
  return isKnown ? filled : undefined;
}

/** A wildcard in a caller's tag is a character, not a wildcard. */
function protect(value: string): string {
  return value.replaceAll(/[*?$]/g, (character) => `\${${character}}`);
}

function literal(expected: string): string {
  return expected.replaceAll(/\$\{([*?$])\}/g, '$1');
}

/** Matches `*` (any characters) and `?` (one); case counts. */
export function matchesGlob(pattern: string, value: string): boolean {
  const parts = pattern.split(/(\$\{[*?$]\}|[*?])/).map((part) => {
    if (part === '*') return '[^]*';
    if (part === '?') return '[^]';
    return literal(part).replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
  });
  return new RegExp(`^${parts.join('')}$`).test(value);
}

/**
 * Matches an ARN part by part: a wildcard ends at a colon, but in the sixth and last part, which may hold colons.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
 */
export function matchesArn(pattern: string, arn: string): boolean {
  const [expected, actual] = [arnParts(pattern), arnParts(arn)];
  if (expected.length < 6 || actual.length < 6) return matchesGlob(pattern, arn);
  return expected.every((part, index) => matchesGlob(part, actual[index] ?? ''));
}

function arnParts(arn: string): string[] {
  // A policy variable holds colons of its own.
  const parts = arn.replaceAll(/\$\{[^}]*\}/g, (variable) => variable.replaceAll(':', '\0')).split(':');
  return [...parts.slice(0, 5), ...(parts.length > 5 ? [parts.slice(5).join(':')] : [])].map((part) =>
    part.replaceAll('\0', ':'),
  );
}
