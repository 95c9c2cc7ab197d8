// The local DynamoDB: of many puts of one item exactly one succeeds, and nothing else is possible.
// Next: services/axon/single-use.ts, which relies on it.
import { describe, expect, it } from 'vitest';
import { createLocalDynamo } from '../../../services/local/dynamodb-endpoint.ts';
import { region, serve, signedFetch, testPrincipals } from './signed-fetch.ts';

/** A whole second, so that an item's end is one too. */
const startMs = Math.floor(Date.now() / 1000) * 1000;

async function startDynamo(itemsMost = 100) {
  let nowMs = startMs;
  const principals = testPrincipals();
  const url = await serve(
    createLocalDynamo({
      table: 'grants',
      writerRoleArn: principals.roleArn('axon'),
      region,
      principals,
      nowMs: () => nowMs,
      itemsMost,
    }),
  );
  const call = async (operation: string, input: object, as = 'axon') => {
    const { status, headers, json } = await signedFetch({
      url,
      service: 'dynamodb',
      credentials: principals.credentialsOf(as),
      body: JSON.stringify(input),
      headers: { 'x-amz-target': `DynamoDB_20120810.${operation}` },
      nowMs,
    });
    return { status, headers, type: (json as Record<string, unknown>)['__type'], json };
  };
  const put = (jti: string, change: object = {}, as?: string) =>
    call(
      'PutItem',
      {
        TableName: 'grants',
        Item: { jti: { S: jti }, expiresAt: { N: String(nowMs / 1000 + 30) } },
        ConditionExpression: 'attribute_not_exists(jti)',
        ...change,
      },
      as,
    );
  return { url, call, put, pass: (ms: number) => (nowMs += ms) };
}

describe('a conditional put', () => {
  it('is won by exactly one of many at once', async () => {
    const { put } = await startDynamo();
    const answers = await Promise.all(Array.from({ length: 50 }, () => put('one')));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    const lost = answers.filter(({ status }) => status !== 200).map(({ status, type }) => ({ status, type }));
    expect(lost).toEqual(Array.from({ length: 49 }, () => ({ status: 400, type: 'ConditionalCheckFailedException' })));
  });

  it('of another item succeeds, in the protocol of DynamoDB', async () => {
    const { put } = await startDynamo();
    expect((await put('one')).status).toBe(200);
    const { status, headers, json } = await put('two');
    expect({ status, json }).toEqual({ status: 200, json: {} });
    expect(headers.get('content-type')).toBe('application/x-amz-json-1.0');
  });

  it('finds the item until its end has passed, and no longer', async () => {
    const { put, pass } = await startDynamo();
    await put('one');
    pass(30_000);
    expect((await put('one')).type).toBe('ConditionalCheckFailedException');
    pass(1);
    expect((await put('one')).status).toBe(200);
    expect((await put('one')).type).toBe('ConditionalCheckFailedException');
  });

  it('keeps a long-lived item while short-lived ones around it go', async () => {
    const { put, pass } = await startDynamo();
    await put('short');
    await put('long', { Item: { jti: { S: 'long' }, expiresAt: { N: String(startMs / 1000 + 120) } } });
    pass(60_000);
    expect((await put('short')).status).toBe(200);
    expect((await put('long')).type).toBe('ConditionalCheckFailedException');
  });
});

describe('a full table', () => {
  it('refuses another item rather than forget one, until one has ended', async () => {
    const { put, pass } = await startDynamo(2);
    await put('one');
    pass(10_000);
    await put('two');
    expect(await put('three')).toMatchObject({ status: 400, type: 'ProvisionedThroughputExceededException' });
    expect((await put('one')).type).toBe('ConditionalCheckFailedException');
    pass(20_001);
    expect((await put('three')).status).toBe(200);
    expect((await put('two')).type).toBe('ConditionalCheckFailedException');
    expect((await put('four')).type).toBe('ProvisionedThroughputExceededException');
  });
});

describe('nothing else is possible', () => {
  it.each(['orbit', 'governance'])('%s may not write', async (as) => {
    const { put } = await startDynamo();
    expect(await put('one', {}, as)).toMatchObject({ status: 400, type: 'AccessDeniedException' });
    expect((await put('one')).status).toBe(200);
  });

  it.each([
    ['without a condition', { ConditionExpression: undefined }, 'ValidationException'],
    ['with another condition', { ConditionExpression: 'attribute_exists(jti)' }, 'ValidationException'],
    ['into another table', { TableName: 'policies' }, 'ResourceNotFoundException'],
    ['of nothing', { Item: undefined }, 'ValidationException'],
    ['without an end', { Item: { jti: { S: 'one' } } }, 'ValidationException'],
    ['with an end of another type', { Item: { jti: { S: 'one' }, expiresAt: { N: 7 } } }, 'ValidationException'],
    ['with an empty end', { Item: { jti: { S: 'one' }, expiresAt: { N: '' } } }, 'ValidationException'],
    ['with an end that is no number', { Item: { jti: { S: 'one' }, expiresAt: { N: 'x' } } }, 'ValidationException'],
    ['with a key of another type', { Item: { jti: { N: '1' }, expiresAt: { N: '1' } } }, 'ValidationException'],
    ['with an empty key', { Item: { jti: { S: '' }, expiresAt: { N: '1' } } }, 'ValidationException'],
  ])('a put %s is refused and changes nothing', async (_, change, type) => {
    const { put } = await startDynamo();
    expect(await put('one', change)).toMatchObject({ status: 400, type });
    expect((await put('one')).status).toBe(200);
  });

  it.each(['GetItem', 'DeleteItem', 'TransactWriteItems', 'hasOwnProperty'])('%s is not known', async (operation) => {
    const { call } = await startDynamo();
    expect(await call(operation, { TableName: 'grants' })).toMatchObject({
      status: 400,
      type: 'UnknownOperationException',
    });
  });

  it('an unsigned put is refused', async () => {
    const { url } = await startDynamo();
    const headers = { 'x-amz-target': 'DynamoDB_20120810.PutItem' };
    const response = await fetch(url, { method: 'POST', headers, body: '{}' });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ __type: 'MissingAuthenticationTokenException' });
  });
});
