// Every command of the documentation is run, or says why not; and each names only what exists.
// Next: __tests__/support/executed-commands.ts, which are run.
import { spawn } from 'node:child_process';
import { existsSync, globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { commandHelps } from '../../governance/cli/commands.ts';
import { queries } from '../../observability/queries.ts';
import { awsCommandProblem } from '../support/aws-commands.ts';
import { type DocumentedCommand, documentedCommands, wordsOf } from '../support/documentation-pages.ts';
import { executedCommands, reasonsOfOlderPages } from '../support/executed-commands.ts';
import { installPythonTool } from '../support/python-tool.ts';
import { readRepositoryFiles, repositoryRoot } from '../support/repository-files.ts';

const pages = readRepositoryFiles(['docs', 'tasks']).filter(({ path: page }) => page.endsWith('.md'));
const readme = { path: 'README.md', text: readFileSync(path.join(repositoryRoot, 'README.md'), 'utf8') };
const commands = [readme, ...pages].flatMap(documentedCommands);
const scripts = Object.keys(
  (JSON.parse(readFileSync(path.join(repositoryRoot, 'package.json'), 'utf8')) as { scripts: object }).scripts,
);

it('every command is run, or its block says why not', () => {
  const silent = commands.filter((each) => !isRun(each) && reasonOf(each) === null);
  expect(silent.map(({ page, line, command }) => `${page}:${line} ${command}`)).toEqual([]);
  expect(commands.filter(isRun).length).toBeGreaterThan(5);
});

it('every run that is listed is in a page', () => {
  const told = new Set(commands.filter(isRun).map(({ command }) => command));
  expect(Object.keys(executedCommands).filter((command) => !told.has(command))).toEqual([]);
});

it.each(Object.entries(executedCommands))('`%s` answers as it should', async (command, { exit, prints }) => {
  const { code, output } = await run(command);
  expect({ code, output }).toEqual({ code: exit, output: expect.stringMatching(prints) as string });
});

it('every script, file, policy command and option exists', () => {
  expect(
    commands.flatMap(({ page, line, command }) => problemsOf(command).map((problem) => `${page}:${line} ${problem}`)),
  ).toEqual([]);
});

it('every aws command is an operation with options of its input', async () => {
  const moto = await installPythonTool('emulator').catch(() => '');
  const models = globSync(path.join(repositoryRoot, '.venv/emulator/lib/python3*/site-packages/botocore/data'))[0];
  if (models === undefined) throw new Error(`got no botocore beside ${moto}, expected the emulator's own`);
  // Also what a variable is set to: NAME=$(aws …).
  const asked = commands.flatMap((each) => {
    const command = /^(?:(?:export )?\w+=\$\()?(aws .+?)\)?$/.exec(each.command)?.[1];
    return command === undefined ? [] : [{ ...each, command }];
  });
  expect(asked.length).toBeGreaterThan(60);
  const wrong = asked.flatMap(({ page, line, command }) => {
    const problem = awsCommandProblem(models, command);
    return problem === null ? [] : [`${page}:${line} ${problem}`];
  });
  expect(wrong).toEqual([]);
  expect(awsCommandProblem(models, 'aws logs filter-log-events --log-group x')).toContain('--log-group');
  expect(awsCommandProblem(models, 'aws ecs drain-task --task x')).toContain('drain-task');
  expect(awsCommandProblem(models, 'aws ecs wait services-stabel --cluster x')).toContain('aws ecs wait');
  expect(awsCommandProblem(models, 'aws ecs wait services-stable --service x')).toContain('--service');
});

it('every saved query and every log line that a command asks for is there', () => {
  const known = new Set(queries.map(({ name }) => name));
  const named = commands.flatMap(({ command }) => /^npm run logs -- \w+ ([\w-]+)/.exec(command)?.[1] ?? []);
  expect(named.filter((name) => !known.has(name))).toEqual([]);
  expect(new Set(named).size).toBeGreaterThan(8);

  const programs = readRepositoryFiles(['services', 'governance']).filter(({ path: file }) => file.endsWith('.ts'));
  const messages = commands.flatMap(({ command }) =>
    Array.from(command.matchAll(/\$\.message = "([^"]+)"/g), ([, message = '']) => message.replaceAll('*', '')),
  );
  expect(messages.filter((message) => !programs.some(({ text }) => text.includes(message)))).toEqual([]);
  expect(messages.length).toBeGreaterThan(3);
});

it('a look at a log begins at a time, or it would begin with the oldest line', () => {
  const looks = commands.filter(({ command }) => command.includes('aws logs filter-log-events'));
  expect(looks.filter(({ command }) => !command.includes(' --start-time ')).map(({ command }) => command)).toEqual([]);
  expect(looks.length).toBeGreaterThan(15);
});

it('names that do not exist are found', () => {
  expect(problemsOf('npm run nothing')).not.toEqual([]);
  expect(problemsOf('npm run policy -- validate --strict')).not.toEqual([]);
  expect(problemsOf('npm run policy -- check')).not.toEqual([]);
  expect(problemsOf('scripts/none.sh')).not.toEqual([]);
});

function isRun({ command, reason }: DocumentedCommand): boolean {
  return reason === null && Object.hasOwn(executedCommands, command);
}

function reasonOf({ page, command, reason }: DocumentedCommand): string | null {
  const older = reasonsOfOlderPages.find((each) => each.pages.includes(page) && each.command.test(command));
  return reason ?? older?.reason ?? null;
}

function problemsOf(command: string): string[] {
  const problems: string[] = [];
  const script = /\bnpm run ([\w:-]+)/.exec(command)?.[1];
  if (script !== undefined && !scripts.includes(script))
    problems.push(`got npm run ${script}, expected a script of package.json`);
  for (const word of wordsOf(command)) {
    const file = /^(?:-chdir=)?((?:scripts|services|infra|docs|stacks|governance|tasks)\/[\w./-]+)$/.exec(word)?.[1];
    if (file !== undefined && !existsSync(path.join(repositoryRoot, file)))
      problems.push(`got ${file}, expected a file`);
  }
  return [...problems, ...policyProblems(command)];
}

function policyProblems(command: string): string[] {
  const [, name = '', rest = ''] = /^npm run policy -- (\S+)(.*)$/.exec(command) ?? [];
  if (name === '') return [];
  const help = commandHelps[name];
  if (help === undefined) return [`got policy ${name}, expected one of ${Object.keys(commandHelps).join(', ')}`];
  const flags = wordsOf(rest).filter((word) => word.startsWith('--'));
  return flags
    .filter((flag) => !help.includes(`${flag} `))
    .map((flag) => `got ${flag}, expected an option of policy ${name}`);
}

function run(command: string): Promise<{ code: number | null; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn('bash', ['-c', command], { cwd: repositoryRoot, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, output }));
  });
}
