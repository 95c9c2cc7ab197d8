// The one comment of a key on a pull request, against an API on loopback: written, written anew, and nobody else's touched.
// Next: scripts/sticky-comment.ts.
import { writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { repositoryRoot } from '../support/repository-files.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { runStep } from '../support/workflow-steps.ts';

describe('sticky-comment', () => {
  interface Comment {
    id: number;
    body: string;
    user: { type: string };
  }
  const comments: Comment[] = [];
  let server: Server;
  let answer = 200;
  beforeAll(async () => {
    // https://docs.github.com/en/rest/issues/comments
    server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const { pathname, searchParams } = new URL(request.url ?? '', 'http://github');
        const allowed = request.headers.authorization === 'Bearer token-of-the-job' && answer === 200;
        const { body = '' } = (chunks.length > 0 ? JSON.parse(Buffer.concat(chunks).toString()) : {}) as {
          body?: string;
        };
        const [, id] = /^\/repos\/example\/agent-runtime\/issues\/comments\/(\d+)$/.exec(pathname) ?? [];
        const page = Number(searchParams.get('page'));
        let found: unknown = comments.slice((page - 1) * 100, page * 100);
        if (request.method === 'POST')
          found = comments[comments.push({ id: comments.length + 1, body, user: { type: 'Bot' } }) - 1];
        if (request.method === 'PATCH')
          found = Object.assign(comments.find((each) => String(each.id) === id) ?? {}, { body });
        response
          .writeHead(allowed ? 200 : 403)
          .end(JSON.stringify(allowed ? found : { message: 'Resource not accessible' }));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterAll(() => server.close());
  const comment = (text: string, key = 'policy-diff') => {
    const file = path.join(temporaryFolder('comment'), 'comment.md');
    writeFileSync(file, text);
    return runStep('sticky-comment > write the comment', {
      folder: repositoryRoot,
      given: {
        'github.token': 'token-of-the-job',
        'github.event.pull_request.number': '7',
        'inputs.key': key,
        'inputs.file': file,
      },
      env: {
        GITHUB_API_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
        GITHUB_REPOSITORY: 'example/agent-runtime',
      },
    });
  };

  it('writes one comment, then that one anew, behind a hundred others and not over a person’s', async () => {
    const quote = { body: '<!-- agent-runtime:policy-diff -->\nlook', user: { type: 'User' } };
    for (let id = 1; id <= 100; id += 1) comments.push({ id, ...quote });
    expect(await comment('first')).toMatchObject({ status: 0 });
    expect(await comment('second')).toMatchObject({ status: 0 });
    expect(await comment('other', 'plan-review')).toMatchObject({ status: 0 });
    expect(comments.slice(0, 100).every(({ body }) => body === quote.body)).toBe(true);
    expect(comments.slice(100).map(({ body }) => body)).toEqual([
      '<!-- agent-runtime:policy-diff -->\nsecond',
      '<!-- agent-runtime:plan-review -->\nother',
    ]);
  });

  it('fails when GitHub refuses, or the comment is too long', async () => {
    expect(await comment('x'.repeat(70_000))).toMatchObject({
      status: 1,
      output: expect.stringContaining('expected at most 65536'),
    });
    answer = 403;
    expect(await comment('third')).toMatchObject({ status: 1, output: expect.stringContaining('got 403 of GET') });
  });
});
