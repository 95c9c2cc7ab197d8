// The situations: what a security engineer gets wrong, or a caller leaves out, while a forbid is meant to hold.
// Next: scripts/compare-engines/engines.ts, which answers them.
import { type ForbidCondition, type Situation } from './situation.ts';

const context = { maxTokens: 9000, stream: true, model: 'current', priority: 0 } as const;
const { maxTokens: _, ...withoutMaxTokens } = context;

const overLimit: ForbidCondition = {
  ours: { gt: ['context.maxTokens', 8192] },
  cedar: 'context.maxTokens > 8192',
  microsoft: 'maxTokens > 8192',
  casbin: 'r.ctx.maxTokens > 8192',
  casl: [{ maxTokens: { $gt: 8192 } }],
  rules: { all: [{ fact: 'maxTokens', operator: 'greaterThan', value: 8192 }] },
};

/** All situations, in the order of the table. The first two are controls: every engine answers as meant. */
export const situations: readonly Situation[] = [
  { name: 'the request is over the limit', meant: 'deny', context, forbid: overLimit },
  {
    name: 'the request is under the limit',
    meant: 'allow',
    context: { ...context, maxTokens: 100 },
    forbid: overLimit,
  },
  {
    name: "the forbid's attribute is missing from the request",
    meant: 'deny',
    context: withoutMaxTokens,
    forbid: overLimit,
  },
  {
    name: "the forbid's attribute is text, not a number",
    meant: 'deny',
    context: { ...context, maxTokens: '9000 tokens' },
    forbid: overLimit,
  },
  {
    name: 'the condition has parentheses',
    meant: 'deny',
    context,
    forbid: {
      ours: {
        all: [{ eq: ['context.stream', true] }, { any: [overLimit.ours, { eq: ['context.model', 'retired'] }] }],
      },
      cedar: 'context.stream && (context.maxTokens > 8192 || context.model == "retired")',
      microsoft: "stream and (maxTokens > 8192 or model == 'retired')",
      casbin: "r.ctx.stream && (r.ctx.maxTokens > 8192 || r.ctx.model == 'retired')",
      // CASL has no `$or` of its own: rules are what it joins by or.
      casl: [
        { stream: true, maxTokens: { $gt: 8192 } },
        { stream: true, model: 'retired' },
      ],
      rules: {
        all: [
          { fact: 'stream', operator: 'equal', value: true },
          {
            any: [
              { fact: 'maxTokens', operator: 'greaterThan', value: 8192 },
              { fact: 'model', operator: 'equal', value: 'retired' },
            ],
          },
        ],
      },
    },
  },
  {
    name: 'the condition has a negative number',
    meant: 'deny',
    context: { ...context, priority: -5 },
    forbid: {
      ours: { lt: ['context.priority', -1] },
      cedar: 'context.priority < -1',
      microsoft: 'priority < -1',
      casbin: 'r.ctx.priority < -1',
      casl: [{ priority: { $lt: -1 } }],
      rules: { all: [{ fact: 'priority', operator: 'lessThan', value: -1 }] },
    },
  },
  {
    name: 'the condition misspells its attribute',
    meant: 'deny',
    context,
    forbid: {
      ours: { gt: ['context.maxToken', 8192] },
      cedar: 'context.maxToken > 8192',
      microsoft: 'maxToken > 8192',
      casbin: 'r.ctx.maxToken > 8192',
      casl: [{ maxToken: { $gt: 8192 } }],
      rules: { all: [{ fact: 'maxToken', operator: 'greaterThan', value: 8192 }] },
    },
  },
  {
    name: 'the condition lacks its number',
    meant: 'deny',
    context,
    forbid: {
      ours: { gt: ['context.maxTokens'] },
      cedar: 'context.maxTokens >',
      microsoft: 'maxTokens >',
      casbin: 'r.ctx.maxTokens >',
      casl: [{ maxTokens: { $gt: null } }],
      rules: { all: [{ fact: 'maxTokens', operator: 'greaterThan' }] },
    },
  },
  {
    name: 'the condition names an operator that does not exist',
    meant: 'deny',
    context,
    forbid: {
      ours: { above: ['context.maxTokens', 8192] },
      cedar: 'context.maxTokens above 8192',
      microsoft: 'maxTokens above 8192',
      casbin: 'r.ctx.maxTokens above 8192',
      casl: [{ maxTokens: { $above: 8192 } }],
      rules: { all: [{ fact: 'maxTokens', operator: 'above', value: 8192 }] },
    },
  },
  { name: 'the permit stands after the forbid', meant: 'deny', context, forbid: overLimit, layout: 'permit last' },
  {
    name: "the forbid's effect is given twice, the second time permit",
    meant: 'deny',
    context,
    forbid: overLimit,
    layout: 'effect twice',
  },
  { name: 'the policy is empty', meant: 'deny', context, forbid: overLimit, layout: 'empty' },
];
