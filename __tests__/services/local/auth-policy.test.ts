// The mesh's auth policy: deny wins, nothing is allowed by silence, and what cannot be understood is not loaded.
// Next: mesh-gateway.test.ts, which asks it about real requests.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AuthPolicy, type AuthQuestion, evaluateAuthPolicy } from '../../../services/local/auth-policy.ts';

const orbit = 'arn:aws:iam::000000000000:role/agent-runtime-local-orbit-role';
const serviceArn = 'arn:aws:vpc-lattice:eu-central-1:000000000000:service/svc-axon';
const allow = {
  Effect: 'Allow',
  Principal: { AWS: orbit },
  Action: 'vpc-lattice-svcs:Invoke',
  Resource: `${serviceArn}/reason`,
  Condition: { StringEquals: { 'vpc-lattice-svcs:RequestMethod': ['GET', 'POST'] } },
};
const question: AuthQuestion = {
  principalArn: orbit,
  action: 'vpc-lattice-svcs:Invoke',
  resource: `${serviceArn}/reason`,
  conditions: {
    'vpc-lattice-svcs:RequestMethod': 'POST',
    'vpc-lattice-svcs:RequestPath': '/reason',
    'aws:PrincipalArn': orbit,
  },
};

function parse(...statements: object[]): AuthPolicy {
  return AuthPolicy.parse({ Version: '2012-10-17', Statement: statements });
}

/** The answer to the question, for a policy of the given statements. */
function answer(statements: readonly object[], changed: Partial<AuthQuestion> = {}): string {
  return evaluateAuthPolicy(parse(...statements), { ...question, ...changed });
}

/** Whether one allow with these parts replaced covers the question. */
const covers = (parts: object, changed: Partial<AuthQuestion> = {}) =>
  answer([{ ...allow, ...parts }], changed) === 'allow';
const when = (operator: string, key: string, ...wanted: string[]) =>
  covers({ Condition: { [operator]: { [key]: wanted } } });

describe('an auth policy', () => {
  it('allows what a statement covers, and nothing by silence', () => {
    expect(answer([allow])).toBe('allow');
    expect(answer([allow], { principalArn: `${orbit}s` })).toBe('implicit_deny');
    expect(answer([allow], { action: 'vpc-lattice-svcs:Connect' })).toBe('implicit_deny');
    expect(answer([allow], { resource: `${serviceArn}/reason/` })).toBe('implicit_deny');
    expect(answer([allow], { resource: `${serviceArn}/REASON` })).toBe('implicit_deny');
    expect(answer([allow], { conditions: { 'vpc-lattice-svcs:RequestMethod': 'DELETE' } })).toBe('implicit_deny');
    expect(answer([allow], { conditions: {} })).toBe('implicit_deny');
  });

  it('denies what any statement denies, wherever it stands', () => {
    const deny = { ...allow, Effect: 'Deny', Principal: '*' };
    expect(answer([allow, deny])).toBe('explicit_deny');
    expect(answer([deny, allow])).toBe('explicit_deny');
    expect(answer([deny])).toBe('explicit_deny');
    expect(answer([allow, { ...deny, Resource: `${serviceArn}/other` }])).toBe('allow');
  });

  it('names principals exactly, or all of them', () => {
    expect(covers({ Principal: '*' })).toBe(true);
    expect(covers({ Principal: { AWS: '*' } })).toBe(true);
    expect(covers({ Principal: { AWS: [`${orbit}-2`, orbit] } })).toBe(true);
    expect(covers({ Principal: { AWS: orbit.replace('0000:', '0001:') } })).toBe(false);
  });

  it('matches actions in any case, resources in their own, and patterns in both', () => {
    expect(covers({ Action: 'vpc-lattice-svcs:invoke' })).toBe(true);
    expect(covers({ Action: 'vpc-lattice-svcs:*' })).toBe(true);
    expect(covers({ Action: '*' })).toBe(true);
    expect(covers({ Action: 'vpc-lattice:Invoke' })).toBe(false);
    expect(covers({ Resource: `${serviceArn}/*` })).toBe(true);
    expect(covers({ Resource: `${serviceArn}/reaso?` })).toBe(true);
    expect(covers({ Resource: `${serviceArn}/reason?` })).toBe(false);
    expect(covers({ Resource: serviceArn })).toBe(false);
    // A dot is a dot, and a bracket no pattern.
    expect(covers({ Resource: `${serviceArn}/r.ason` })).toBe(false);
    expect(covers({ Resource: `${serviceArn}/[r]eason` })).toBe(false);
  });

  it('holds every operator and key of a condition', () => {
    expect(when('StringEquals', 'vpc-lattice-svcs:RequestMethod', 'GET', 'POST')).toBe(true);
    expect(when('StringEquals', 'vpc-lattice-svcs:RequestMethod', 'post')).toBe(false);
    expect(when('StringEquals', 'vpc-lattice-svcs:RequestPath', '/*')).toBe(false);
    expect(when('StringLike', 'vpc-lattice-svcs:RequestPath', '/re*')).toBe(true);
    expect(when('StringLike', 'vpc-lattice-svcs:RequestPath', '/x*')).toBe(false);
    expect(when('StringNotEquals', 'vpc-lattice-svcs:RequestMethod', 'GET')).toBe(true);
    expect(when('StringNotEquals', 'vpc-lattice-svcs:RequestMethod', 'GET', 'POST')).toBe(false);
    expect(when('ArnLike', 'aws:PrincipalArn', 'arn:aws:iam::*:role/agent-runtime-*')).toBe(true);
    // A star stays in its part of the ARN.
    expect(when('ArnLike', 'aws:PrincipalArn', 'arn:*:role/agent-runtime-local-orbit-role')).toBe(false);
    const method = { 'vpc-lattice-svcs:RequestMethod': 'POST' };
    expect(covers({ Condition: { StringEquals: { ...method, 'vpc-lattice-svcs:RequestPath': '/other' } } })).toBe(
      false,
    );
    expect(covers({ Condition: { StringEquals: method, StringLike: { 'vpc-lattice-svcs:RequestPath': '/o*' } } })).toBe(
      false,
    );
  });

  it('matches no condition with a key the request does not have, but a negated one', () => {
    expect(when('StringEquals', 'aws:PrincipalAccount', '000000000000')).toBe(false);
    expect(when('StringLike', 'aws:PrincipalAccount', '*')).toBe(false);
    expect(when('ArnLike', 'vpc-lattice-svcs:ServiceArn', '*')).toBe(false);
    expect(when('StringNotEquals', 'aws:PrincipalAccount', '1')).toBe(true);
  });
});

describe('a policy that is not wholly understood', () => {
  it.each([
    ['an unknown operator', { Condition: { StringEqualsIgnoreCase: { 'vpc-lattice-svcs:RequestMethod': 'GET' } } }],
    ['an operator with IfExists', { Condition: { StringEqualsIfExists: { 'vpc-lattice-svcs:RequestMethod': 'GET' } } }],
    ['an unknown condition key', { Condition: { StringEquals: { 'aws:SourceIp': '10.0.0.1' } } }],
    ['a condition key with a slip', { Condition: { StringEquals: { 'vpc-lattice-svcs:RequestMethd': 'GET' } } }],
    ['a condition key from the prototype', { Condition: { StringEquals: { constructor: 'GET' } } }],
    ['a condition without a value', { Condition: { StringEquals: { 'vpc-lattice-svcs:RequestMethod': [] } } }],
    ['a condition value that is not text', { Condition: { StringEquals: { 'vpc-lattice-svcs:RequestMethod': 1 } } }],
    ['NotAction', { NotAction: 'vpc-lattice-svcs:Connect' }],
    ['NotResource', { NotResource: '*' }],
    ['NotPrincipal', { NotPrincipal: { AWS: orbit } }],
    ['an effect in another case', { Effect: 'allow' }],
    ['a principal of another kind', { Principal: { Service: 'lambda.amazonaws.com' } }],
    ['a principal with a pattern', { Principal: { AWS: 'arn:aws:iam::000000000000:role/*' } }],
    ['a principal that is an account', { Principal: { AWS: '000000000000' } }],
    ['no principal', { Principal: undefined }],
    ['no action', { Action: [] }],
    ['an action without a service', { Action: 'Invoke' }],
    ['no resource', { Resource: [] }],
    ['a resource that is no ARN', { Resource: '/reason' }],
    ['a policy variable', { Resource: `${serviceArn}/\${aws:PrincipalTag/team}` }],
  ])('is not loaded: %s', (_, parts) => {
    expect(AuthPolicy.safeParse({ Version: '2012-10-17', Statement: [allow] }).success).toBe(true);
    expect(AuthPolicy.safeParse({ Version: '2012-10-17', Statement: [{ ...allow, ...parts }] }).success).toBe(false);
    expect(AuthPolicy.safeParse({ Version: '2012-10-17', Statement: [allow, { ...allow, ...parts }] }).success).toBe(
      false,
    );
  });

  it.each([
    ['an older version', { Version: '2008-10-17', Statement: [allow] }],
    ['no version', { Statement: [allow] }],
    ['no statements', { Version: '2012-10-17', Statement: [] }],
    ['an unknown element', { Version: '2012-10-17', Statement: [allow], Extra: 1 }],
  ])('is not loaded: %s', (_, document) => {
    expect(AuthPolicy.safeParse(document).success).toBe(false);
  });
});

describe('a pattern', () => {
  const likePath = (pattern: string, path: string) =>
    covers(
      { Condition: { StringLike: { 'vpc-lattice-svcs:RequestPath': pattern } } },
      { conditions: { 'vpc-lattice-svcs:RequestPath': path } },
    );

  it('matches what the regular expression of the same meaning matches', () => {
    const few = (letters: string[]) =>
      fc.array(fc.constantFrom(...letters), { maxLength: 10 }).map((all) => all.join(''));
    let matched = 0;
    fc.assert(
      fc.property(few(['a', 'b', '*', '?']), few(['a', 'b', '*']), (pattern, text) => {
        const expression = new RegExp(`^${pattern.replaceAll('*', '.*').replaceAll('?', '.')}$`);
        const expected = expression.test(text);
        matched += expected ? 1 : 0;
        expect(likePath(pattern, text)).toBe(expected);
      }),
      { numRuns: 3000 },
    );
    expect(matched).toBeGreaterThan(100);
  });

  it('costs no long search on a path made for one', () => {
    const before = performance.now();
    expect(likePath(`${'*a'.repeat(20)}*b`, 'a'.repeat(8000))).toBe(false);
    expect(performance.now() - before).toBeLessThan(500);
  });
});
