// Evaluates the rule of a composite alarm, as far as our rules go.
// Next: __tests__/support/alarm-simulation.ts.

const token = /ALARM\("\$\{([\w.]+)\}"\)|AND|OR|NOT|\(|\)/g;

/**
 * Whether a rule holds (https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html):
 * `ALARM("${reference}")`, `AND` before `OR`, `NOT`, parentheses.
 *
 * @param isRinging - of an alarm by the reference inside
 * @throws Error for a rule that is not understood whole
 */
export function holdsRule(rule: string, isRinging: (reference: string) => boolean): boolean {
  const words = Array.from(rule.matchAll(token));
  if (words.length === 0 || rule.replaceAll(token, '').trim() !== '')
    throw new Error(`got rule ${rule}, expected ALARM, AND, OR, NOT and parentheses`);
  const result = either();
  if (words.length > 0) throw new Error(`got ${words[0]?.[0]} after the end of ${rule}, expected nothing`);
  return result;

  function either(): boolean {
    let holds = both();
    while (words[0]?.[0] === 'OR' && words.shift()) holds = both() || holds;
    return holds;
  }
  function both(): boolean {
    let holds = one();
    while (words[0]?.[0] === 'AND' && words.shift()) holds = one() && holds;
    return holds;
  }
  function one(): boolean {
    const word = words.shift();
    if (word?.[0] === 'NOT') return !one();
    if (word?.[0] === '(') {
      const inside = either();
      if (words.shift()?.[0] !== ')') throw new Error(`got an open parenthesis in ${rule}, expected its end`);
      return inside;
    }
    if (word?.[1] === undefined) throw new Error(`got ${word?.[0] ?? 'the end'} in ${rule}, expected an alarm`);
    return isRinging(word[1]);
  }
}
