// DynamoDB's reads and transactions in memory: the conditions and updates this repository writes, and an error for any other.
// Next: __tests__/support/dynamo-account.ts, which serves them.
import { isDeepStrictEqual } from 'node:util';

/** An attribute as DynamoDB's JSON has it. */
export type Attribute = { readonly S: string } | { readonly N: string } | { readonly B: string };
/** An item by attribute name. */
export type Item = Record<string, Attribute>;

/** An error as DynamoDB answers it. */
export class DynamoFault extends Error {
  readonly type: string;
  readonly more: object;

  constructor(type: string, message: string, more: object = {}) {
    super(message);
    this.type = type;
    this.more = more;
  }
}

interface Action {
  readonly TableName: string;
  readonly Key?: Item;
  readonly Item?: Item;
  readonly ConditionExpression?: string;
  readonly UpdateExpression?: string;
  readonly ExpressionAttributeNames?: Record<string, string>;
  readonly ExpressionAttributeValues?: Record<string, Attribute>;
  readonly ReturnValuesOnConditionCheckFailure?: string;
}

interface Query extends Action {
  readonly Limit?: number;
  readonly ScanIndexForward?: boolean;
}

/** Tables by name, each with the names of its key attributes. */
export class DynamoTables {
  readonly #tables = new Map<string, { readonly keys: readonly string[]; readonly items: Map<string, Item> }>();
  readonly #tokens = new Map<string, unknown>();

  createTable(name: string, keys: readonly string[]): void {
    this.#tables.set(name, { keys, items: new Map() });
  }

  deleteTable(name: string): void {
    this.#tables.delete(name);
  }

  /** All items, as they are: a test may change what it likes. */
  items(name: string): Map<string, Item> {
    return this.#table(name).items;
  }

  /** Runs one operation, all at once. @throws DynamoFault as DynamoDB would refuse */
  run(operation: string, input: Record<string, unknown>): object {
    if (operation === 'GetItem') return this.#get(input as unknown as Action);
    if (operation === 'Query') return this.#query(input as unknown as Query);
    if (operation === 'TransactWriteItems') return this.#transact(input);
    throw new DynamoFault('UnknownOperationException', `got ${operation}`);
  }

  #get({ TableName, Key = {} }: Action): object {
    const item = this.items(TableName).get(this.#keyOf(TableName, Key));
    return item ? { Item: item } : {};
  }

  /** The items of one partition, in the order of their sort key or from the end. */
  #query({ TableName, ExpressionAttributeValues = {}, Limit, ScanIndexForward = true }: Query): object {
    const [partition = '', sort = ''] = this.#table(TableName).keys;
    const order = (item: Item): string => Object.values(item[sort] ?? {})[0] ?? '';
    const found = [...this.items(TableName).values()]
      .filter((item) => isDeepStrictEqual(item[partition], ExpressionAttributeValues[':tenant']))
      .sort((a, b) => (order(a) < order(b) === ScanIndexForward ? -1 : 1));
    return { Items: found.slice(0, Limit) };
  }

  #transact({ TransactItems, ClientRequestToken }: Record<string, unknown>): object {
    const actions = (TransactItems as Record<string, Action>[]).map((entry) => Object.values(entry)[0] as Action);
    const token = String(ClientRequestToken);
    if (this.#tokens.has(token)) {
      if (isDeepStrictEqual(this.#tokens.get(token), TransactItems)) return {};
      throw new DynamoFault('IdempotentParameterMismatchException', 'got other actions under the same token');
    }
    const keys = actions.map((action) => `${action.TableName} ${this.#keyOf(action.TableName, keyItem(action))}`);
    if (new Set(keys).size < keys.length)
      throw new DynamoFault(
        'ValidationException',
        'Transaction request cannot include multiple operations on one item',
      );
    const reasons = actions.map((action) => this.#refusalOf(action));
    if (reasons.some(({ Code }) => Code !== 'None'))
      throw new DynamoFault('TransactionCanceledException', 'Transaction cancelled', { CancellationReasons: reasons });
    for (const action of actions) this.#apply(action);
    this.#tokens.set(token, TransactItems);
    return {};
  }

  #refusalOf(action: Action): { Code: string; Item?: Item } {
    const item = this.items(action.TableName).get(this.#keyOf(action.TableName, keyItem(action)));
    const tests = action.ConditionExpression?.split(' AND ') ?? [];
    const holds = tests.every((test) => testHolds(test, item, action));
    if (holds) return { Code: 'None' };
    const wantsItem = item && action.ReturnValuesOnConditionCheckFailure === 'ALL_OLD';
    return { Code: 'ConditionalCheckFailed', ...(wantsItem ? { Item: structuredClone(item) } : {}) };
  }

  #apply(action: Action): void {
    const items = this.items(action.TableName);
    const key = this.#keyOf(action.TableName, keyItem(action));
    const item = action.Item ?? { ...items.get(key), ...action.Key };
    const [, verb = '', rest = ''] = /^(SET|ADD) (.*)$/.exec(action.UpdateExpression ?? '') ?? [];
    for (const part of rest === '' ? [] : rest.split(', ')) {
      const [name = '', value = ''] = part.split(verb === 'SET' ? ' = ' : ' ');
      const attribute = nameOf(name, action);
      const added = valueOf(value, action);
      item[attribute] =
        verb === 'SET' ? added : { N: String(numberOf(item[attribute] ?? { N: '0' }) + numberOf(added)) };
    }
    items.set(key, structuredClone(item));
  }

  #keyOf(table: string, item: Item): string {
    return this.#table(table)
      .keys.map((name) => Object.values(item[name] ?? {})[0])
      .join(' ');
  }

  #table(name: string) {
    const table = this.#tables.get(name);
    if (!table) throw new DynamoFault('ResourceNotFoundException', 'Requested resource not found');
    return table;
  }
}

function keyItem({ Key, Item }: Action): Item {
  return Key ?? Item ?? {};
}

function testHolds(test: string, item: Item | undefined, action: Action): boolean {
  const absent = /^attribute_not_exists\((#\w+)\)$/.exec(test)?.[1];
  if (absent !== undefined) return item?.[nameOf(absent, action)] === undefined;
  const [, name = '', operator, value = ''] = /^(#\w+) (=|<) (:\w+)$/.exec(test) ?? [];
  if (operator === undefined) throw new DynamoFault('ValidationException', `got the condition "${test}"`);
  const stored = item?.[nameOf(name, action)];
  if (stored === undefined) return false;
  const wanted = valueOf(value, action);
  return operator === '=' ? isDeepStrictEqual(stored, wanted) : numberOf(stored) < numberOf(wanted);
}

function nameOf(placeholder: string, { ExpressionAttributeNames: names = {} }: Action): string {
  const name = names[placeholder];
  if (name === undefined) throw new DynamoFault('ValidationException', `got ${placeholder} without a name`);
  return name;
}

function valueOf(placeholder: string, { ExpressionAttributeValues: values = {} }: Action): Attribute {
  const value = values[placeholder];
  if (value === undefined) throw new DynamoFault('ValidationException', `got ${placeholder} without a value`);
  return value;
}

function numberOf(attribute: Attribute): number {
  return 'N' in attribute ? Number(attribute.N) : Number.NaN;
}
