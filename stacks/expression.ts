// Terraform expressions as values that constructs take: what only Terraform knows, at plan time.
// Next: stacks/module-stack.ts, whose modules are written with them.
import { type IResolvable, type ITerraformIterator, Token } from 'cdktf';

/**
 * `${expression}` as a string attribute.
 *
 * @param expression - Terraform syntax without the braces, e.g. `var.name_prefix`. A token inside stands for itself and not
 *   for a template: write `format("%s-x", ${token})`, never `"${token}-x"`
 */
export function text(expression: string): string {
  return `\${${expression}}`;
}

/** An expression as a number attribute, `count` among them. */
export function number(expression: string): number {
  return Token.asNumber(text(expression));
}

/** An expression as a boolean attribute. */
export function boolean(expression: string): IResolvable {
  return Token.asAny(text(expression));
}

/** An expression as an attribute that takes a list of strings. */
export function list(expression: string): string[] {
  return Token.asList(text(expression));
}

/** An expression as an attribute of any other type: a map, an object, a list of objects. */
export function any(expression: string): IResolvable {
  return Token.asAny(text(expression));
}

/** `count` of a resource that is there once when the condition holds, and not at all otherwise. */
export function countWhen(condition: string): number {
  return number(`${condition} ? 1 : 0`);
}

/**
 * `for_each` of a resource: one instance per element of a map or a set of strings. Attributes then read
 * `text('each.key')` and `text('each.value')`.
 *
 * @param expression - a map, or a set made by `toset()`
 */
export function forEach(expression: string): ITerraformIterator {
  return { _getForEachExpression: () => text(expression) };
}
