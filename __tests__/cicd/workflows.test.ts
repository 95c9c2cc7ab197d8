// No workflow can be hijacked, hang, or hold more than it needs; and AWS trusts the very environments that jobs name.
// Next: __tests__/support/workflow-faults.ts, the rules; each is broken once below.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { readRepositoryFiles, repositoryRoot } from '../support/repository-files.ts';
import { findActionFaults, findWorkflowFaults, type WorkflowSurroundings } from '../support/workflow-faults.ts';

interface Statement {
  readonly condition: readonly { readonly variable: string; readonly values: readonly string[] }[];
}
const json = (file: string) => JSON.parse(readFileSync(path.join(repositoryRoot, file), 'utf8')) as unknown;
const environments = ['dev', 'staging', 'prod'].map((name) => {
  const { module } = json(`infra/environments/${name}/main.tf.json`) as {
    module: { cicd: { github_environment: string; repository: string } };
  };
  return module.cicd;
});
const trust = (
  json('infra/modules/cicd/main.tf.json') as {
    data: { aws_iam_policy_document: Record<string, { statement: Statement[] }> };
  }
).data.aws_iam_policy_document;

/** The subjects that a role trusts, with the repository and every environment of the stacks filled in. */
const subjectsOf = (role: string) =>
  (trust[`github_actions_${role}_trust_document`]?.statement ?? [])
    .flatMap(({ condition }) => condition)
    .filter(({ variable }) => variable === 'token.actions.githubusercontent.com:sub')
    .flatMap(({ values }) => values)
    .flatMap((value) =>
      environments.map(({ repository, github_environment: name }) =>
        value.replace('${var.repository}', repository).replace('${var.github_environment}', name),
      ),
    );
const repository = environments[0]?.repository ?? '';
const trusted = Object.fromEntries(
  ['plan', 'infra', 'app'].map((role) => [
    `${role.toUpperCase()}_ROLE_ARN`,
    subjectsOf(role).map((subject) => subject.replace(`repo:${repository}:environment:`, '')),
  ]),
);
const files = readRepositoryFiles(['.github/workflows', '.github/actions']);
const surroundings: WorkflowSurroundings = {
  trusted,
  workflows: Object.fromEntries(files.map((file) => [`./${file.path}`, file.text])),
};
const textOf = (name: string) => files.find((file) => file.path === `.github/${name}`)?.text ?? '';

describe('the roles of the stacks', () => {
  it('trust one environment each: the planner its own, the others that of the deployment', () => {
    expect(trusted).toEqual({
      PLAN_ROLE_ARN: ['dev-plan', 'staging-plan', 'prod-plan'],
      INFRA_ROLE_ARN: ['dev', 'staging', 'prod'],
      APP_ROLE_ARN: ['dev', 'staging', 'prod'],
    });
  });
});

describe('workflows and actions', () => {
  it.each(files.map(({ path: file, text }) => ({ file, text })))('have no fault: $file', ({ file, text }) => {
    const faults = file.includes('/workflows/') ? findWorkflowFaults(text, surroundings) : findActionFaults(text);
    expect(faults).toEqual([]);
  });

  it('are all on the map, and the map names no other', () => {
    const map = readFileSync(path.join(repositoryRoot, 'cicd/README.md'), 'utf8');
    const named = (pattern: RegExp) =>
      [...new Set(Array.from(map.matchAll(pattern), ([, name = '']) => name))].toSorted();
    const workflows = files.flatMap(({ path: file }) => /^\.github\/workflows\/(.+)$/.exec(file)?.[1] ?? []);
    const actions = files.flatMap(({ path: file }) => /^\.github\/actions\/(.+)\/action\.yml$/.exec(file)?.[1] ?? []);
    expect(named(/^\| `([\w-]+\.yml)` \|/gm)).toEqual(workflows.toSorted());
    expect(named(/^\| `([\w-]+)` \| [^|]+ \|$/gm)).toEqual(actions.toSorted());
  });
});

const permissions = /    permissions:\n(?:      .*\n)+/;
const ifHere = /    if: github\.event\.pull_request\.head.*\n/;

describe.each<[string, [fault: string, from: string | RegExp, to: string][]]>([
  [
    'ci.yml',
    [
      ['action is not pinned', /@[0-9a-f]{40} # v\d/, '@v5 # v5'],
      ['action is not pinned', /(@[0-9a-f]{40}) # v[\d.]+/, '$1'],
      ['action is not pinned', /@[0-9a-f]/, '@'],
      ['action is not pinned', './.github/actions/setup', '../actions/setup'],
      ['permissions of the whole', 'permissions: {}', 'permissions: read-all'],
      ['contents: write, which no step', 'contents: read', 'contents: write'],
      ['id-token: write, which no step', '      contents: read', '      id-token: write\n      contents: read'],
      ['packages: read, which no step', '      contents: read', '      packages: read\n      contents: read'],
      ['does not say its permissions', permissions, ''],
      ['does not say its permissions', permissions, '    permissions: write-all\n'],
      ['has no timeout', /timeout-minutes: \d+/, 'timeout-minutes: 360'],
      ['has no timeout', /.*timeout-minutes.*\n/, ''],
      ['no concurrency', /concurrency:\n(?: .*\n)+/, ''],
      ['pull_request_target', 'on:\n', 'on:\n  pull_request_target:\n'],
      ['leaves the token', 'persist-credentials: false', 'persist-credentials: true'],
      ['without shell: bash', 'shell: bash', 'shell: sh'],
      ['an expression into a script', 'run: bash .ci/run', 'run: bash .ci/run ${{ github.ref }}'],
      ['step without a name', '- name: install and check everything\n        run:', '- run:'],
      ['a long-lived key', 'run: bash .ci/run', 'env: { AWS_ACCESS_KEY_ID: "x" }\n        run: bash .ci/run'],
      [
        'another secret: secrets.',
        'run: bash .ci/run',
        'env: { KEY: "${{ secrets.KEY }}" }\n        run: bash .ci/run',
      ],
    ],
  ],
  [
    'pull-request.yml',
    [
      ['signs tokens for pull requests of forks', ifHere, ''],
      ['no role trusts', 'environment: dev-plan', 'environment: devel'],
      ['which that role does not trust', 'environment: dev-plan', 'environment: dev'],
      ['without an environment', /    environment: dev-plan\n/, ''],
      ['is not given id-token: write', /      id-token: write.*\n/, ''],
      ['no variable of a role', 'vars.PLAN_ROLE_ARN', 'vars.AWS_ROLE'],
      ['which is not there', './.github/workflows/ci.yml', './.github/workflows/other.yml'],
      ['which cannot be called', './.github/workflows/ci.yml', './.github/workflows/policy.yml'],
      ['does not give', 'contents: read # the checkout\n    uses', 'contents: write\n    uses'],
      ['another secret: secrets: inherit', /(uses: .*ci\.yml)/, '$1\n    secrets: inherit'],
    ],
  ],
  [
    'release.yml',
    [
      ['no role trusts', '[dev, staging, prod]', '[dev, staging, production]'],
      ['attestations: write, which no step', /      - uses: actions\/attest-build-provenance.*\n(?:        .*\n)+/, ''],
      ['is not given attestations: write', /      attestations: write.*\n/, ''],
    ],
  ],
  ['policy.yml', [['pull-requests: write, which no step', /\n      - name: say so\n(?:        .*\n)+/, '\n']]],
])('a fault planted in %s', (file, plants) => {
  it.each(plants)('is reported: %s (%s)', (fault, from, to) => {
    const text = textOf(`workflows/${file}`);
    const planted = text.replace(from, to);
    expect(planted).not.toBe(text);
    expect(findWorkflowFaults(planted, surroundings).join('\n')).toContain(fault);
  });
});

it.each([
  ['action is not pinned', /(@[0-9a-f]{40}) # v[\d.]+/, '$1'],
  ['without shell: bash', 'shell: bash', 'shell: pwsh'],
  ['an expression into a script', 'run: npm ci', 'run: npm ci ${{ inputs.install }}'],
  ['another secret', 'run: npm ci', 'env: { TOKEN: "${{ secrets.TOKEN }}" }\n      run: npm ci'],
])('a fault planted in an action is reported: %s', (fault, from, to) => {
  const text = textOf('actions/setup/action.yml');
  expect(findActionFaults(text.replace(from, to)).join('\n')).toContain(fault);
});
