// Policies out of synthesized Terraform: every part arrives, and what is not known is refused.
// Next: __tests__/support/policy-documents.ts.
import { expect, test } from 'vitest';
import { type TerraformConfiguration } from '../../stacks/terraform-json.ts';
import { policyOf, resolveDocument } from './policy-documents.ts';
import { evaluateTemplate } from './terraform-template.ts';

const configuration = (...statement: object[]): TerraformConfiguration => ({
  data: { aws_iam_policy_document: { it: { statement } } },
  resource: {
    aws_sqs_queue: { q: { policy: '${data.aws_iam_policy_document.it.json}', other: '{"Statement":[]}' } },
  },
});
const known = { 'var.p': 'pre', 'data.aws_partition.current.partition': 'aws', 'var.list': ['a', 'b'], 'var.no': null };

test('a document becomes the policy that the provider would render', () => {
  const statement = {
    sid: 'One',
    effect: 'Deny',
    actions: ['sqs:Send'],
    resources: ['arn:${data.aws_partition.current.partition}:sqs:::${var.p}-q', 'home/&{aws:PrincipalTag/team}'],
    principals: [
      { type: 'AWS', identifiers: ['*'] },
      { type: 'Service', identifiers: ['x.amazonaws.com'] },
    ],
    condition: [
      { test: 'StringEquals', variable: 'a', values: ['${var.p}'] },
      { test: 'StringEquals', variable: 'b', values: '${concat(["${var.p}-x"], var.list)}' },
    ],
  };
  expect(policyOf(configuration(statement), 'aws_sqs_queue.q', 'policy', known)).toEqual({
    Version: '2012-10-17',
    Statement: [
      {
        Sid: 'One',
        Effect: 'Deny',
        Action: ['sqs:Send'],
        Resource: ['arn:aws:sqs:::pre-q', 'home/${aws:PrincipalTag/team}'],
        Principal: { AWS: ['*'], Service: ['x.amazonaws.com'] },
        Condition: { StringEquals: { a: ['pre'], b: ['pre-x', 'a', 'b'] } },
      },
    ],
  });
  expect(resolveDocument(configuration({ not_actions: ['a:*'], not_resources: ['r'] }), 'it', {})).toEqual({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', NotAction: ['a:*'], NotResource: ['r'] }],
  });
});

test.each([
  ['a reference that is not known', { resources: ['${var.q}'] }, 'got var.q, expected its value among those known'],
  ['a part that is not known', { not_principals: [{}] }, 'got not_principals, expected what is known here'],
  ['another effect', { effect: 'Audit' }, 'got effect Audit, expected Allow or Deny'],
  [
    'a condition twice',
    {
      condition: [
        { test: 'Bool', variable: 'a', values: ['true'] },
        { test: 'Bool', variable: 'a', values: ['false'] },
      ],
    },
    'got Bool of a twice',
  ],
  [
    'a kind of principal twice',
    {
      principals: [
        { type: 'AWS', identifiers: ['1'] },
        { type: 'AWS', identifiers: ['2'] },
      ],
    },
    'got principals of one type twice',
  ],
  ['a number', { actions: [1] }, 'got 1, expected text'],
])('%s is refused', (_, statement, message) => {
  expect(() => resolveDocument(configuration(statement), 'it', known)).toThrow(message);
});

test('a document with more than statements, none at all, and a policy as text are refused', () => {
  const merged = { data: { aws_iam_policy_document: { it: { source_policy_documents: ['x'] } } } };
  expect(() => resolveDocument(merged, 'it', known)).toThrow('got source_policy_documents');
  expect(() => resolveDocument({}, 'it', known)).toThrow('got no document it');
  expect(() => policyOf(configuration(), 'aws_sqs_queue.q', 'other', known)).toThrow('expected the json of an');
});

test.each([
  ['plain', ['plain']],
  ['', ['']],
  ['$${var.p}', ['${var.p}']],
  ['${var.p}-${var.p}', ['pre-pre']],
  ['${var.list}', ['a', 'b']],
  ['${["x", "${var.p}y"]}', ['x', 'prey']],
  ['${coalesce(var.no, "none")}', ['none']],
  ['${coalesce(var.p, "none")}/*', ['pre/*']],
  ['${concat(["${coalesce(var.no, "a,]b")}"], [])}', ['a,]b']],
])('the template %s stands for %j', (template, expected) => {
  expect(evaluateTemplate(template, known)).toEqual(expected);
});

test.each([
  ['${var.list}-x', 'got a list or null for var.list'],
  ['${[var.list]}', 'got a list or null in'],
  ['${var.no}', 'got null for'],
  ['${upper(var.p)}', 'got upper(var.p), expected its value'],
  ['${var.p', 'expected the end of an expression'],
])('the template %s is refused', (template, message) => {
  expect(() => evaluateTemplate(template, known)).toThrow(message);
});
