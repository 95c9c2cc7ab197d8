// The environment is read in entry files alone; everything else takes checked configuration as an argument.
// Next: __tests__/support/environment-reads.ts, which knows how a read can be spelled.
import { describe, expect, it } from 'vitest';

import { findStrayEnvironmentReads } from '../support/environment-reads.ts';
import { formatFindings, readRepositoryFiles } from '../support/repository-files.ts';

const folders = ['stacks', 'services', 'governance', 'observability', 'scripts', '__tests__'];

describe('reads of the process environment', () => {
  it('happen in entry files, scripts and tests alone', () => {
    const files = readRepositoryFiles(folders).filter((file) => file.path.endsWith('.ts'));
    expect(files.length).toBeGreaterThan(30);
    expect(formatFindings(findStrayEnvironmentReads(files))).toBe('');
  });

  it.each([
    'const level = process.env.LOG_LEVEL;',
    "const level = process.env['LOG_LEVEL'];",
    "const level = process['env'].LOG_LEVEL;",
    'const level = process[key].LOG_LEVEL;',
    'const level = globalThis.process.env.LOG_LEVEL;',
    'const level = (process as NodeJS.Process).env.LOG_LEVEL;',
    'const { env } = process;',
    'const { env: surroundings } = process;',
    'const { argv, ...rest } = process;',
    'const alias = process;',
    'function read(env = process.env) { return env; }',
    'let env; ({ env } = process);',
    "import { env } from 'node:process';",
    "import { env as surroundings } from 'process';",
    "import * as surroundings from 'node:process';",
    "import surroundings from 'node:process';",
    'const line = `level ${process.env.LOG_LEVEL}`;',
  ])('are reported when planted in a module: %s', (text) => {
    expect(findStrayEnvironmentReads([{ path: 'services/orbit/dispatch.ts', text }])).toHaveLength(1);
  });

  it.each([
    '// process.env.LOG_LEVEL is read in main.ts',
    '/** Takes `process.env`. */ export const one = 1;',
    "const message = 'set process.env.LOG_LEVEL';",
    'const pid = process.pid;',
    "const pid = process['pid'];",
    'const { pid } = process;',
    "import process from 'node:process';",
    'const level = options.env.LOG_LEVEL;',
  ])('are not seen where there is none: %s', (text) => {
    expect(findStrayEnvironmentReads([{ path: 'services/orbit/dispatch.ts', text }])).toEqual([]);
  });

  it.each(['services/orbit/main.ts', 'governance/lambda/main.ts', 'scripts/verify.ts', '__tests__/a.test.ts'])(
    'are allowed in %s',
    (path) => {
      expect(findStrayEnvironmentReads([{ path, text: 'const { env } = process;' }])).toEqual([]);
    },
  );

  it.each(['governance/lambda/domain.ts', 'services/orbit/not-main.ts', 'governance/lambda/handler.ts'])(
    'are not allowed in %s',
    (path) => {
      expect(findStrayEnvironmentReads([{ path, text: 'const { env } = process;' }])).toHaveLength(1);
    },
  );
});
