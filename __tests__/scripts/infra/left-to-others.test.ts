// Which changes of an environment are nobody's but a deployment's, by what its synthesized configuration says.
// Next: scripts/infra/left-to-others.ts.
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { separateMoved } from '../../../scripts/infra/left-to-others.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

/** An environment whose one module is deployed this way, and ignores an attribute of a queue. */
function infraOf(deployment: string): string {
  const infra = temporaryFolder('infra');
  const write = (folder: string, configuration: object): void => {
    mkdirSync(path.join(infra, folder), { recursive: true });
    writeFileSync(path.join(infra, folder, 'main.tf.json'), JSON.stringify(configuration));
  };
  write('environments/tiny', { module: { governance: { source: '../../modules/governance', deployment } } });
  write('modules/governance', {
    resource: {
      aws_lambda_function: { governance: {} },
      aws_sqs_queue: { jobs: { lifecycle: { ignore_changes: ['tags'] } } },
    },
  });
  return infra;
}

const code = 'module.governance.aws_lambda_function.governance';
const queue = 'module.governance.aws_sqs_queue.jobs["one"]';
const change = (address: string, ...attributes: string[]) => ({ address, type: 'any', action: 'update', attributes });

test.each([
  { deployment: 'code-deploy', drifted: [] },
  { deployment: 'terraform', drifted: [code] },
])('code that changed is drift unless a release deploys it: $deployment', ({ deployment, drifted }) => {
  const separated = separateMoved(infraOf(deployment), 'tiny', [change(code, 'version: "1" -> "2"')]);
  expect(separated.drifted.map(({ address }) => address)).toEqual(drifted);
  expect(separated.moved).toHaveLength(1 - drifted.length);
});

test('a resource is divided: what is ignored has been moved, the rest has drifted', () => {
  const tags = 'tags.owner: "a" -> "b"';
  const delay = 'delay_seconds: 0 -> 9';
  expect(separateMoved(infraOf('terraform'), 'tiny', [change(queue, tags, delay)])).toEqual({
    moved: [change(queue, tags)],
    drifted: [change(queue, delay)],
  });
});
