// What a Dockerfile makes, without a container engine: its final stage read as data, its build run, its one file laid out.
// Next: __tests__/images/images.test.ts, which runs the result.
import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { type Copy, DockerfileParser, type Instruction, type PropertyInstruction } from 'dockerfile-ast';
import { type NodeStart } from '../../services/local/service-process.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** The final stage, and the commands of the build stage that are not npm's. */
export interface ContainerImage {
  readonly base: string;
  /** Keywords of the final stage, in order. */
  readonly instructions: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  readonly user: string;
  readonly workdir: string;
  readonly command: readonly string[];
  readonly health: readonly string[];
  readonly copied: { readonly flags: readonly string[]; readonly from: string; readonly to: string };
  readonly builds: readonly string[];
}

const root = path.resolve(import.meta.dirname, '../..');

/** Reads a Dockerfile with the given build arguments. @throws Error when the final stage copies anything but one file */
export function readImage(text: string, buildArguments: Readonly<Record<string, string>>): ContainerImage {
  const all = DockerfileParser.parse(text).getInstructions();
  const last = all.findLastIndex((instruction) => instruction.getKeyword() === 'FROM');
  const stage = all.slice(last);
  const of = (keyword: string) => stage.filter((instruction) => instruction.getKeyword() === keyword);
  const one = (keyword: string): Instruction => {
    const [found, ...more] = of(keyword);
    if (found === undefined || more.length > 0)
      throw new Error(`got ${of(keyword).length} ${keyword} in the final stage, expected one`);
    return found;
  };
  // The exec form, which CMD and HEALTHCHECK both end with.
  const json = (keyword: string) => {
    const content = one(keyword).getArgumentsContent() ?? '';
    return JSON.parse(content.slice(content.indexOf('['))) as string[];
  };
  const values = (keyword: string) =>
    Object.fromEntries(
      of(keyword)
        .flatMap((instruction) => (instruction as PropertyInstruction).getProperties())
        .map((property) => [property.getName(), substituted(property.getValue() ?? '', buildArguments)]),
    );
  const copy = one('COPY') as Copy;
  const [from = '', to = '', ...more] = copy.getArguments().map((argument) => argument.getValue());
  if (more.length > 0) throw new Error(`got ${more.length + 1} copied files, expected one`);
  return {
    base: one('FROM').getArgumentsContent() ?? '',
    instructions: stage.map((instruction) => instruction.getKeyword()),
    env: values('ENV'),
    labels: values('LABEL'),
    user: one('USER').getArgumentsContent() ?? '',
    workdir: one('WORKDIR').getArgumentsContent() ?? '',
    command: json('CMD'),
    health: json('HEALTHCHECK'),
    copied: { flags: copy.getFlags().map((flag) => flag.toString()), from, to },
    builds: all
      .slice(0, last)
      .filter((instruction) => instruction.getKeyword() === 'RUN')
      .map((instruction) => instruction.getArgumentsContent() ?? '')
      .filter((command) => command.startsWith('node ')),
  };
}

/** An image's file system in a folder, and how Node starts in it as in a container. */
export interface LaidOutImage {
  readonly folder: string;
  readonly entry: string;
  readonly node: NodeStart;
}

/**
 * Runs the build stage over what .dockerignore lets through, and lays out what the final stage holds: Node where
 * distroless has it, and the copied file. The container's paths become paths below the folder.
 */
export function layOut(image: ContainerImage): LaidOutImage {
  const source = buildContext();
  for (const command of image.builds) {
    const [, ...args] = command.split(' ');
    const { status, stderr } = spawnSync(process.execPath, args, { cwd: source, encoding: 'utf8' });
    if (status !== 0) throw new Error(`got exit code ${status} of ${command}: ${stderr}`);
  }
  const folder = temporaryFolder('image');
  const below = (container: string): string => container.replaceAll(/(?<=^|=)\//g, `${folder}/`);
  const file = path.join(below(image.workdir), path.basename(image.copied.from));
  mkdirSync(path.dirname(file), { recursive: true });
  mkdirSync(path.join(folder, 'nodejs/bin'), { recursive: true });
  cpSync(process.execPath, path.join(folder, 'nodejs/bin/node'));
  cpSync(image.copied.from.replace('/source', source), file);
  chmodSync(file, 0o444);
  chmodSync(folder, 0o555);
  const [uid, gid] = image.user.split(':').map(Number);
  // Only root can become somebody else; whoever else runs this is not root already.
  const nobody = process.getuid?.() === 0 && uid !== undefined && gid !== undefined ? { uid, gid } : {};
  const command = image.command.map(below);
  return {
    folder,
    entry: command.at(-1) ?? '',
    node: {
      file: path.join(folder, 'nodejs/bin/node'),
      flags: command.slice(0, -1),
      cwd: below(image.workdir),
      ...nobody,
    },
  };
}

/** What `docker build` would send: nothing but the lines of .dockerignore that begin with an exclamation mark. */
function buildContext(): string {
  const lines = readFileSync(path.join(root, '.dockerignore'), 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
  const [everything, ...kept] = lines;
  if (everything !== '*' || !kept.every((line) => /^![\w./-]+$/.test(line)))
    throw new Error('got a .dockerignore of another form, expected * and then exceptions without wildcards');
  const source = temporaryFolder('context');
  for (const line of kept) {
    const file = line.slice(1);
    cpSync(path.join(root, file), path.join(source, file), { recursive: true });
  }
  // npm ci put it there.
  symlinkSync(path.join(root, 'node_modules'), path.join(source, 'node_modules'));
  return source;
}

function substituted(text: string, values: Readonly<Record<string, string>>): string {
  return text.replaceAll(/\$\{?([A-Z_]+)\}?/g, (_whole, name: string) => {
    const value = values[name];
    if (value === undefined) throw new Error(`got no build argument ${name}, expected one`);
    return value;
  });
}
