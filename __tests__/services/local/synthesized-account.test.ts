// What is exercised locally is what is synthesized: a change in infra/ changes what the gateway and the endpoint let through.
// Next: services/local/synthesized-account.ts.
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { type AuthPolicy, evaluateAuthPolicy } from '../../../services/local/auth-policy.ts';
import { readSynthesizedAccount, type SynthesizedAccount } from '../../../services/local/synthesized-account.ts';
import { resolveReferences } from '../../../services/local/terraform-references.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const committed = path.resolve(import.meta.dirname, '../../../infra');
const account = '000000000000';
const orbitRole = `arn:aws:iam::${account}:role/agent-runtime-dev-orbit-role`;
const axonRole = `arn:aws:iam::${account}:role/agent-runtime-dev-axon-role`;
const serviceArn = `arn:aws:vpc-lattice:eu-central-1:${account}:service/svc-axon`;

describe('the synthesized account', () => {
  it('has the names of contracts section 9', () => {
    expect(read(committed)).toMatchObject({
      region: 'eu-central-1',
      prefix: 'agent-runtime-dev',
      functionName: 'agent-runtime-dev-governance',
      aliases: ['live', 'orbit', 'smoke'],
      signingAlias: 'alias/agent-runtime-dev-governance-signing',
      grantsTable: 'agent-runtime-dev-governance-grants',
    });
  });

  it.each(['orbit', 'smoke'])('lets exactly the role of %s invoke exactly its alias', (caller) => {
    const roleArn = orbitRole.replace('-orbit-', `-${caller}-`);
    const functionArn = `arn:aws:lambda:eu-central-1:${account}:function:agent-runtime-dev-governance:${caller}`;
    const { mayInvoke } = read(committed);
    expect(mayInvoke).toHaveLength(2);
    expect(mayInvoke.filter((each) => each.roleArn === roleArn || each.functionArn === functionArn)).toEqual([
      { roleArn, functionArn },
    ]);
  });

  it.each([
    ['Orbit on its path', orbitRole, 'POST', '/reason', true],
    ['Orbit reading', orbitRole, 'GET', '/reason', true],
    ['Orbit with another method', orbitRole, 'DELETE', '/reason', false],
    ['Orbit on another path', orbitRole, 'POST', '/ready', false],
    ['Axon itself', axonRole, 'POST', '/reason', false],
    ['another account', orbitRole.replace(account, '111111111111'), 'POST', '/reason', false],
  ])('admits to Axon as its policies say: %s', (_, role, method, requestPath, admitted) => {
    expect(admits(read(committed), role, method, requestPath)).toBe(admitted);
  });

  it('follows a change of the synthesized policy: another role, and Orbit is out', () => {
    const infra = edited('environments/dev', (text) =>
      text.replace(
        '"caller_role_name": "agent-runtime-dev-orbit-role"',
        '"caller_role_name": "agent-runtime-dev-axon-role"',
      ),
    );
    expect(admits(read(infra), orbitRole, 'POST', '/reason')).toBe(false);
    expect(admits(read(infra), axonRole, 'POST', '/reason')).toBe(true);
  });

  it('follows a change of the callers: another role, and Orbit may not invoke', () => {
    const infra = edited('environments/dev', (text) =>
      text.replace('"orbit": "agent-runtime-dev-orbit-role"', '"orbit": "agent-runtime-dev-axon-role"'),
    );
    const invokers = read(infra).mayInvoke.map(({ roleArn }) => roleArn);
    expect(invokers).toEqual(['axon', 'smoke'].map((name) => orbitRole.replace('-orbit-', `-${name}-`)));
  });

  it('refuses what is known only after an apply, by name', () => {
    const infra = edited('environments/dev', (text) =>
      text.replace(
        '"caller_role_name": "agent-runtime-dev-orbit-role"',
        '"caller_role_name": "${module.iam.orbit_role_name}"',
      ),
    );
    expect(() => read(infra)).toThrow(
      'module.mesh-lattice.caller_role_name: got the reference module.iam.orbit_role_name, expected one that is known before apply',
    );
  });

  it('refuses an environment without a policy, rather than serve without one', () => {
    const infra = edited('modules/mesh-lattice', (text) => text.replaceAll('"network_policy": {', '"other_policy": {'));
    expect(() => read(infra)).toThrow('got no aws_vpclattice_auth_policy.network_policy in modules/mesh-lattice');
    const missing = edited('modules/mesh-lattice', (text) => text);
    rmSync(path.join(missing, 'modules/mesh-lattice'), { recursive: true });
    expect(() => read(missing)).toThrow('expected what npx cdktf synth writes');
  });
});

describe('a reference', () => {
  const scope = (reference: string): unknown => ({ 'var.a': 'x', 'var.list': ['y'], 'var.n': 3 })[reference];

  it.each([
    ['${var.a}', 'x'],
    ['${var.list}', ['y']],
    ['a-${var.a}-${var.n}', 'a-x-3'],
    ['&{aws:username}', '${aws:username}'],
    ['$${not a template}', '${not a template}'],
    [{ list: ['${var.a}', 1, null] }, { list: ['x', 1, null] }],
  ])('%j is resolved', (value, expected) => {
    expect(resolveReferences(value, scope, 'it')).toEqual(expected);
  });

  it.each([
    ['${var.b}', 'it: got the reference var.b, expected one that is known before apply'],
    ['${upper(var.a)}', 'it: got the expression upper(var.a), expected a reference that is known before apply'],
    ['x${var.list}', 'it: got a list or object in text, expected a value'],
  ])('%j is refused', (value, message) => {
    expect(() => resolveReferences(value, scope, 'it')).toThrow(message);
  });
});

function read(infra: string): SynthesizedAccount {
  return readSynthesizedAccount({ infra, environment: 'dev', account, serviceArn: () => serviceArn });
}

function admits({ authPolicies }: SynthesizedAccount, role: string, method: string, requestPath: string): boolean {
  const allows = (policy: AuthPolicy): boolean =>
    evaluateAuthPolicy(policy, {
      principalArn: role,
      action: 'vpc-lattice-svcs:Invoke',
      resource: `${serviceArn}${requestPath}`,
      conditions: { 'vpc-lattice-svcs:RequestMethod': method, 'vpc-lattice-svcs:RequestPath': requestPath },
    }) === 'allow';
  return authPolicies.length > 0 && authPolicies.every(allows);
}

/** A copy of infra/ with one file changed; the change must be one. */
function edited(folder: string, edit: (text: string) => string): string {
  const infra = path.join(temporaryFolder('infra'), 'infra');
  cpSync(committed, infra, { recursive: true });
  const file = path.join(infra, folder, 'main.tf.json');
  writeFileSync(file, edit(readFileSync(file, 'utf8')));
  return infra;
}
