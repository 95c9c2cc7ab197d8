// A nested block that is there as often as a list says: once or not at all for an option.
// Next: stacks/modules/ecs-service.ts, whose load balancer, mesh and proxy are options.
import { type TerraformResource } from 'cdktf';
import { text } from '../expression.ts';

/**
 * Adds a `dynamic` block (https://developer.hashicorp.com/terraform/language/expressions/dynamic-blocks).
 *
 * @param block - the nested block's name; its content refers to `<block>.value`
 * @param forEach - an expression: a list with one element per block
 */
export function dynamicBlock(
  resource: TerraformResource,
  block: string,
  { forEach, content }: { forEach: string; content: Readonly<Record<string, unknown>> },
): void {
  resource.addOverride(`dynamic.${block}`, { for_each: text(forEach), content });
}
