// The evaluator against AWS's own rules, one case per rule.
// Next: __tests__/support/iam-evaluator.ts.
import { describe, expect, test } from 'vitest';
import { type ConditionBlock, conditionsHold, fillVariables, matchesArn, matchesGlob } from './iam-conditions.ts';
import { type AccessPolicies, evaluateAccess, type PolicyDocument, type PolicyStatement } from './iam-evaluator.ts';

const role = 'arn:aws:iam::111122223333:role/reader';
const object = 'arn:aws:sqs:eu-central-1:111122223333:queue';
const document = (...Statement: PolicyStatement[]): PolicyDocument => ({ Version: '2012-10-17', Statement });
const allow = (rest: Partial<PolicyStatement> = {}): PolicyStatement => ({
  Effect: 'Allow',
  Action: 'sqs:Send',
  Resource: object,
  ...rest,
});
const deny = (rest: Partial<PolicyStatement> = {}): PolicyStatement => ({ ...allow(rest), Sid: 'No', Effect: 'Deny' });
const root = { AWS: 'arn:aws:iam::111122223333:root' };
const ask = (policies: AccessPolicies, caller: { role: string } | { service: string } = { role }) =>
  evaluateAccess({ caller, action: 'sqs:Send', resource: object }, policies);
const yes = { allowed: true };
const no = (by: string) => ({ allowed: false, denial: 'implicit', by });
const never = (by: string) => ({ allowed: false, denial: 'explicit', by, sid: 'No' });

describe('a request is judged as AWS judges it', () => {
  test.each<[string, AccessPolicies, object]>([
    ['nothing allows it', {}, no('identity')],
    ['the identity policy allows it', { identity: [document(allow())] }, yes],
    ['one of several identity policies allows it', { identity: [document(), document(allow())] }, yes],
    ['an allow of another action', { identity: [document(allow({ Action: 'sqs:Receive' }))] }, no('identity')],
    ['an allow of another resource', { identity: [document(allow({ Resource: `${object}2` }))] }, no('identity')],
    ['a statement that is no list', { identity: [{ Statement: allow() }] }, yes],
    ['a deny beside an allow', { identity: [document(allow(), deny())] }, never('identity')],
    ['a boundary that does not allow it', { identity: [document(allow())], boundary: document() }, no('boundary')],
    ['a boundary that allows it', { identity: [document(allow())], boundary: document(allow()) }, yes],
    ['a boundary alone gives nothing', { boundary: document(allow()) }, no('identity')],
    ['a boundary that denies it', { identity: [document(allow())], boundary: document(deny()) }, never('boundary')],
    ['a resource policy that names the role', { resource: document(allow({ Principal: { AWS: role } })) }, yes],
    [
      'a resource policy that names the role, within a boundary that does not allow it',
      { boundary: document(), resource: document(allow({ Principal: { AWS: role } })) },
      no('boundary'),
    ],
    ['a resource policy that names everybody', { resource: document(allow({ Principal: '*' })) }, yes],
    [
      'a resource policy that leaves it to the account, whose IAM says nothing',
      { resource: document(allow({ Principal: root })) },
      no('identity'),
    ],
    [
      'a resource policy that leaves it to the account, whose IAM allows it',
      { identity: [document(allow())], resource: document(allow({ Principal: { AWS: '111122223333' } })) },
      yes,
    ],
    [
      'a resource policy that names another role',
      { resource: document(allow({ Principal: { AWS: `${role}2` } })) },
      no('identity'),
    ],
    [
      'a resource policy that denies everybody',
      { identity: [document(allow())], resource: document(deny({ Principal: { AWS: '*' } })) },
      never('resource'),
    ],
    [
      'a resource policy that denies the account',
      { identity: [document(allow())], resource: document(deny({ Principal: root })) },
      never('resource'),
    ],
    [
      'a resource policy that denies another account',
      { identity: [document(allow())], resource: document(deny({ Principal: { AWS: '444455556666' } })) },
      yes,
    ],
    [
      'a policy without Resource speaks of what it belongs to',
      { resource: document({ Effect: 'Allow', Principal: '*', Action: 'sqs:Send' }) },
      yes,
    ],
    [
      'NotAction allows the rest',
      { identity: [document({ Effect: 'Allow', NotAction: 'sqs:Receive', Resource: '*' })] },
      yes,
    ],
    [
      'NotAction keeps what it names',
      { identity: [document({ Effect: 'Allow', NotAction: 'sqs:*', Resource: '*' })] },
      no('identity'),
    ],
    [
      'NotResource keeps what it names',
      { identity: [document({ Effect: 'Allow', Action: '*', NotResource: object })] },
      no('identity'),
    ],
    ['actions are compared without case', { identity: [document(allow({ Action: 'SQS:send' }))] }, yes],
    [
      'resources are compared with case',
      { identity: [document(allow({ Resource: object.toUpperCase() }))] },
      no('identity'),
    ],
  ])('%s', (_, policies, verdict) => {
    expect(ask(policies)).toEqual(verdict);
  });

  test('a key is used by no role that its policy does not know, whatever IAM allows', () => {
    const identity = [document(allow())];
    expect(ask({ identity, key: document() })).toEqual(no('key'));
    expect(ask({ identity, key: document(allow({ Principal: root })) })).toEqual(yes);
    expect(ask({ identity: [], key: document(allow({ Principal: root })) })).toEqual(no('identity'));
    expect(ask({ key: document(allow({ Principal: { AWS: role } })) })).toEqual(yes);
    expect(ask({ key: document(allow({ Principal: { AWS: role } }), deny({ Principal: '*' })) })).toEqual(never('key'));
  });

  test('a role of another account needs both sides', () => {
    const stranger = { role: 'arn:aws:iam::444455556666:role/reader' };
    const identity = [document(allow())];
    const resource = document(allow({ Principal: { AWS: stranger.role } }));
    expect(ask({ identity }, stranger)).toEqual(no('resource'));
    expect(ask({ resource }, stranger)).toEqual(no('identity'));
    expect(ask({ identity, resource }, stranger)).toEqual(yes);
    expect(ask({ identity, resource: document(allow({ Principal: root })) }, stranger)).toEqual(no('resource'));
  });

  test('a service of AWS has the policy of the resource alone, and must be named by it', () => {
    const service = { service: 'events.amazonaws.com' };
    expect(ask({ resource: document(allow({ Principal: { Service: service.service } })) }, service)).toEqual(yes);
    expect(ask({ resource: document(allow({ Principal: root })) }, service)).toEqual(no('resource'));
    expect(ask({ identity: [document(allow())] }, service)).toEqual(no('resource'));
    const only = (Condition: ConditionBlock) =>
      ask({ resource: document(allow({ Principal: { Service: [service.service] }, Condition })) }, service);
    expect(only({ Bool: { 'aws:PrincipalIsAWSService': 'true' } })).toEqual(yes);
    expect(only({ StringEquals: { 'aws:SourceAccount': '111122223333' } })).toEqual(no('resource'));
  });

  test('who asks is known to conditions', () => {
    const with_ = (Condition: ConditionBlock) => ask({ identity: [document(allow({ Condition }))] });
    expect(with_({ ArnEquals: { 'aws:PrincipalArn': role } })).toEqual(yes);
    expect(with_({ StringEquals: { 'aws:PrincipalAccount': '111122223333' } })).toEqual(yes);
    expect(with_({ ArnNotEquals: { 'aws:PrincipalArn': [role] } })).toEqual(no('identity'));
  });

  test('what is not known here is refused, not skipped', () => {
    expect(() => ask({ resource: document(deny({ NotPrincipal: root })) })).toThrow('got NotPrincipal');
    expect(() =>
      ask({ identity: [document(allow({ Condition: { DateLessThan: { 'aws:CurrentTime': 'x' } } }))] }),
    ).toThrow('got condition operator DateLessThan');
    expect(() => ask({ identity: [document(allow({ Condition: { 'ForNone:StringLike': { a: 'x' } } }))] })).toThrow(
      'got set operator ForNone',
    );
  });
});

describe('a condition', () => {
  const context = { 'aws:PrincipalTag/team': 'red', one: 'abc', none: [], many: ['a', 'b'], yes: 'true', five: '5' };
  test.each<[boolean, ConditionBlock]>([
    [true, {}],
    [true, { StringEquals: { one: 'abc' } }],
    [true, { StringEquals: { ONE: ['x', 'abc'] } }],
    [false, { StringEquals: { one: 'ABC' } }],
    [false, { StringEquals: { one: 'a*' } }],
    [true, { StringEqualsIgnoreCase: { one: 'ABC' } }],
    [true, { StringLike: { one: 'a?c' } }],
    [false, { StringLike: { one: 'a?' } }],
    [false, { StringEquals: { one: 'abc', missing: 'x' } }],
    [false, { StringEquals: { one: 'abc' }, StringLike: { one: 'x*' } }],
    [false, { StringEquals: { missing: 'x' } }],
    [true, { StringEqualsIfExists: { missing: 'x' } }],
    [false, { StringEqualsIfExists: { one: 'x' } }],
    [true, { StringNotEquals: { missing: 'x' } }],
    [true, { StringNotEquals: { one: ['x', 'y'] } }],
    [false, { StringNotEquals: { one: ['x', 'abc'] } }],
    [false, { StringNotLike: { one: 'a*' } }],
    [false, { StringNotEqualsIgnoreCase: { one: 'ABC' } }],
    [true, { Null: { missing: 'true' } }],
    [false, { Null: { one: 'true' } }],
    [true, { Null: { one: false } }],
    [true, { Bool: { yes: true } }],
    [false, { Bool: { yes: 'false' } }],
    [false, { Bool: { missing: 'false' } }],
    [true, { BoolIfExists: { missing: 'false' } }],
    [true, { NumericLessThanEquals: { five: 5 } }],
    [false, { NumericLessThan: { five: 5 } }],
    [true, { NumericGreaterThan: { five: '4' } }],
    [true, { NumericGreaterThanEquals: { five: '5' } }],
    [true, { NumericNotEquals: { five: '4' } }],
    [true, { 'ForAnyValue:StringEquals': { many: ['b', 'c'] } }],
    [false, { 'ForAnyValue:StringEquals': { many: 'c' } }],
    [false, { 'ForAnyValue:StringEquals': { missing: 'c' } }],
    [false, { 'ForAnyValue:StringNotEquals': { missing: 'c' } }],
    [true, { 'ForAllValues:StringEquals': { many: ['a', 'b'] } }],
    [false, { 'ForAllValues:StringEquals': { many: ['a'] } }],
    [true, { 'ForAllValues:StringEquals': { missing: 'a' } }],
    [true, { StringEquals: { one: '${one}' } }],
    [false, { StringEquals: { one: '${missing}' } }],
    [true, { StringNotEquals: { one: '${missing}' } }],
    [true, { StringEquals: { one: "${missing, 'abc'}" } }],
    [false, { ArnLike: { missing: 'arn:aws:iam::*:role/x' } }],
  ])('is %s: %j', (expected, conditions) => {
    expect(conditionsHold(conditions, context)).toBe(expected);
  });

  test('of a multivalued key says whether it means any or all', () => {
    expect(() => conditionsHold({ StringEquals: { many: 'a' } }, context)).toThrow('got 2 values of many');
  });

  test('takes a wildcard in a value of the caller for a character', () => {
    const forged = { 'aws:PrincipalTag/team': '*' };
    expect(conditionsHold({ StringLike: { 'aws:PrincipalTag/team': '${aws:PrincipalTag/team}' } }, forged)).toBe(true);
    expect(matchesGlob(fillVariables('home/${aws:PrincipalTag/team}/x', forged) ?? '', 'home/red/x')).toBe(false);
    expect(matchesGlob('a${*}b', 'a*b')).toBe(true);
    expect(matchesGlob('a${*}b', 'axb')).toBe(false);
  });
});

describe('an ARN', () => {
  test.each([
    ['arn:aws:sqs:*:1:queue', 'arn:aws:sqs:eu:1:queue', true],
    ['arn:aws:sqs:*:queue', 'arn:aws:sqs:eu:1:queue', true],
    ['arn:aws:sqs:*:*:queue', 'arn:aws:sqs:eu:1:other', false],
    ['arn:aws:iam::*:role/x', 'arn:aws:iam::1:2:role/x', false],
    ['arn:aws:logs:eu:1:log-group:*', 'arn:aws:logs:eu:1:log-group:/ecs/x:log-stream:y', true],
    ['arn:aws:secretsmanager:eu:1:secret:p/a-??????', 'arn:aws:secretsmanager:eu:1:secret:p/a-AbC123', true],
    ['arn:aws:secretsmanager:eu:1:secret:p/a-??????', 'arn:aws:secretsmanager:eu:1:secret:p/a-b-AbC123', false],
    ['*', 'arn:aws:sqs:eu:1:queue', true],
    ['arn:aws:s3:::bucket/a.b', 'arn:aws:s3:::bucket/aXb', false],
  ])('%s against %s: %s', (pattern, arn, expected) => {
    expect(matchesArn(pattern, arn)).toBe(expected);
  });

  test('may hold a policy variable, colons and all', () => {
    const filled = fillVariables('arn:aws:s3:::bucket/${aws:PrincipalTag/team}', { 'aws:PrincipalTag/team': 'red' });
    expect(matchesArn(filled ?? '', 'arn:aws:s3:::bucket/red')).toBe(true);
    expect(fillVariables('arn:aws:s3:::bucket/${aws:PrincipalTag/none}', {})).toBeUndefined();
  });
});
