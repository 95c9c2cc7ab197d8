// A Terraform template with known values filled in: references, lists, concat and coalesce; anything else is refused.
// Next: __tests__/support/policy-documents.ts, which reads policies with it.

/** Values by reference, as it is written: `var.name_prefix`, `aws_kms_key.orbit.arn`. Null is Terraform's null. */
export type KnownValues = Readonly<Record<string, string | readonly string[] | null>>;

type Value = string | readonly string[] | null;

/**
 * Evaluates `text ${expression} text`.
 *
 * @returns the strings it stands for: one, or those of the list that a lone expression gives
 * @throws Error naming a reference whose value is not known, or an expression of another kind
 */
export function evaluateTemplate(template: string, known: KnownValues): readonly string[] {
  const value = readTemplate(template, known);
  if (value === null) throw new Error(`got null for ${template}, expected text or a list`);
  return typeof value === 'string' ? [value] : value;
}

function readTemplate(template: string, known: KnownValues): Value {
  const parts = splitTemplate(template);
  const [only, ...others] = parts;
  if (only === undefined) return '';
  if (others.length === 0 && only.isExpression) return evaluate(only.text, known);
  return parts
    .map(({ text, isExpression }) => {
      if (!isExpression) return text;
      const value = evaluate(text, known);
      if (typeof value !== 'string') throw new Error(`got a list or null for ${text} amid ${template}, expected text`);
      return value;
    })
    .join('');
}

function evaluate(expression: string, known: KnownValues): Value {
  const text = expression.trim();
  const value = known[text];
  if (value !== undefined) return value;
  if (text.startsWith('"') && text.endsWith('"')) return readTemplate(JSON.parse(requote(text)) as string, known);
  if (text.startsWith('[') && text.endsWith(']'))
    return splitList(text.slice(1, -1)).map((item) => {
      const inner = evaluate(item, known);
      if (typeof inner !== 'string') throw new Error(`got a list or null in ${text}, expected text`);
      return inner;
    });
  const [, name, list] = /^(\w+)\(([^]*)\)$/.exec(text) ?? [];
  const values = () => splitList(list ?? '').map((item) => evaluate(item, known));
  if (name === 'concat') return values().flatMap((items) => items ?? []);
  if (name === 'coalesce') return values().find((item) => item !== null && item !== '') ?? null;
  throw new Error(`got ${text}, expected its value among those known: ${Object.keys(known).join(', ')}`);
}

/** Text and expressions by turns; `$${` is no expression. */
function splitTemplate(template: string): { text: string; isExpression: boolean }[] {
  const parts: { text: string; isExpression: boolean }[] = [];
  let plain = '';
  for (let at = 0; at < template.length;) {
    if (template.startsWith('$${', at)) {
      plain += '${';
      at += 3;
    } else if (template.startsWith('${', at)) {
      const end = endOf(template, at + 2, '}');
      if (plain !== '') parts.push({ text: plain, isExpression: false });
      parts.push({ text: template.slice(at + 2, end), isExpression: true });
      plain = '';
      at = end + 1;
    } else {
      plain += template[at];
      at += 1;
    }
  }
  return plain === '' ? parts : [...parts, { text: plain, isExpression: false }];
}

function splitList(text: string): string[] {
  const items: string[] = [];
  let rest = text;
  while (rest.trim() !== '') {
    const end = endOf(rest, 0, ',');
    items.push(rest.slice(0, end));
    rest = rest.slice(end + 1);
  }
  return items;
}

/** Where `closing` stands outside of quotes and brackets, or the end of the text. */
function endOf(text: string, start: number, closing: string): number {
  const open: string[] = [];
  for (let at = start; at < text.length; at += 1) {
    const character = text[at] ?? '';
    const inner = open.at(-1);
    if (inner === undefined && character === closing) return at;
    if (character === inner) open.pop();
    else if (inner === '"') {
      if (character === '\\') at += 1;
      else if (text.startsWith('${', at)) {
        open.push('}');
        at += 1;
      }
    } else if (character === '"') open.push('"');
    else if (character in brackets) open.push(brackets[character] ?? '');
  }
  if (closing === '}') throw new Error(`got ${text}, expected the end of an expression`);
  return text.length;
}

const brackets: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' };

/** A quoted template is JSON but for quotes inside its expressions. */
function requote(text: string): string {
  const inner = splitTemplate(text.slice(1, -1)).map((part) =>
    part.isExpression ? `\${${part.text.replaceAll('"', String.raw`\"`)}}` : part.text,
  );
  return `"${inner.join('')}"`;
}
