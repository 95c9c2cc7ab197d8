// Settings from the environment: all issues at once, no secret shown, exit code 1 in a real process.
// Next: server.test.ts, for a port that is taken.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { ConfigurationError, exitOnConfigurationError, readEnvironment } from '../../../services/shared/environment.ts';
import { zodIssues } from '../../../services/shared/zod-issues.ts';

const schema = z.object({
  PORT: z.coerce.number().int().min(1).max(65_535).default(8080),
  MODE: z.enum(['local', 'aws']),
  ISSUER: z.url(),
  SIGNING_KEY: z.string().regex(/^alias\//, 'expected an alias'),
  API_TOKEN: z.string().min(20),
});
const good = { MODE: 'aws', ISSUER: 'https://issuer.example', SIGNING_KEY: 'alias/k', API_TOKEN: 'x'.repeat(20) };

function failure(env: Record<string, string | undefined>): ConfigurationError {
  try {
    readEnvironment(schema, env, { service: 'orbit' });
  } catch (error) {
    if (error instanceof ConfigurationError) return error;
  }
  throw new Error('expected a configuration error');
}

describe('readEnvironment', () => {
  it('gives typed settings, defaults for absent and for empty ones, and ignores the rest', () => {
    const settings = readEnvironment(schema, { ...good, PORT: '', PATH: '/bin' }, { service: 'orbit' });
    expect(settings).toEqual({ ...good, PORT: 8080 });
  });

  it('lists all issues with name, what was got, what was expected', () => {
    const error = failure({
      PORT: '99999',
      MODE: 'moon',
      ISSUER: '',
      SIGNING_KEY: 'alias/k',
      API_TOKEN: 'x'.repeat(20),
    });
    expect(error.issues.map((issue) => issue.path)).toEqual(['PORT', 'MODE', 'ISSUER']);
    expect(error.issues[0]).toMatchObject({ got: '"99999"', expected: expect.stringContaining('65535') });
    expect(error.issues[1]).toEqual({ path: 'MODE', got: '"moon"', expected: '"local" or "aws"' });
    expect(error.issues[2]).toEqual({ path: 'ISSUER', got: 'nothing', expected: 'a string' });
    expect(error.lines[0]).toBe('orbit cannot start: 3 settings are wrong');
    expect(error.lines).toHaveLength(4);
    expect(error.message).not.toContain('\n');
  });

  it('never shows a value whose name says it is secret', () => {
    const error = failure({ ...good, SIGNING_KEY: 'hunter2', API_TOKEN: 'hunter3' });
    expect(error.issues).toEqual([
      { path: 'SIGNING_KEY', got: 'a hidden value', expected: 'expected an alias' },
      { path: 'API_TOKEN', got: 'a hidden value', expected: expect.stringContaining('20') },
    ]);
    expect(error.message + error.lines.join('') + error.stack).not.toMatch(/hunter/);
    expect(failure({ ...good, API_TOKEN: undefined }).issues[0]?.got).toBe('nothing');
  });
});

describe('zodIssues', () => {
  it('says path, got and expected in nested values, a structure by its kind alone', () => {
    const body = z.strictObject({ tags: z.array(z.string()), context: z.object({ n: z.number() }) });
    const input = { tags: ['a', 1], context: { n: { secret: 1 } }, extra: true };
    const parsed = body.safeParse(input);
    expect(parsed.error && zodIssues(parsed.error, input)).toEqual([
      { path: 'tags[1]', got: '1', expected: 'a string' },
      { path: 'context.n', got: 'an object', expected: 'a number' },
      { path: 'extra', got: 'true', expected: 'no such key' },
    ]);
  });

  it('is bounded: 50 issues, 80 characters of a value', () => {
    const input = Array.from({ length: 200 }, () => 'x'.repeat(500));
    const parsed = z.array(z.number()).safeParse(input);
    const issues = parsed.error ? zodIssues(parsed.error, input) : [];
    expect(issues).toHaveLength(50);
    expect(issues[0]?.got).toHaveLength(81);
  });

  it('reads no inherited property as got', () => {
    const parsed = z.object({ constructor: z.string(), toString: z.string() }).safeParse({});
    expect(parsed.error && zodIssues(parsed.error, {}).map((issue) => issue.got)).toEqual(['nothing', 'nothing']);
  });
});

describe('exitOnConfigurationError', () => {
  it('prints the lines without a stack to stderr and exits with 1, in a real process', () => {
    const module = fileURLToPath(new URL('../../../services/shared/environment.ts', import.meta.url));
    const script = `
      import { exitOnConfigurationError, ConfigurationError } from ${JSON.stringify(module)};
      setInterval(() => undefined, 1000);
      await exitOnConfigurationError(() => {
        throw new ConfigurationError('orbit', [{ path: 'PORT', got: '"x"', expected: 'number' }]);
      });
      process.stdout.write('went on');`;
    const ended = spawnSync(process.execPath, ['--input-type=module-typescript', '--eval', script], {
      encoding: 'utf8',
    });
    expect(ended.status).toBe(1);
    expect(ended.stderr).toBe('orbit cannot start: 1 setting is wrong\n  PORT: got "x", expected number\n');
    expect(ended.stdout).toBe('');
  });

  it('gives the result, and lets any other error pass', async () => {
    const exits: number[] = [];
    const hooks = { exit: (code: number) => void exits.push(code) };
    await expect(exitOnConfigurationError(async () => 7, hooks)).resolves.toBe(7);
    await expect(exitOnConfigurationError(() => Promise.reject(new TypeError('x')), hooks)).rejects.toThrow(TypeError);
    expect(exits).toEqual([]);
  });
});
