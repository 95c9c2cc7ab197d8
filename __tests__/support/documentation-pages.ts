// The pages of the documentation as its tests read them: commands of shell blocks, diagrams, links and anchors.
// Next: __tests__/docs/commands.test.ts.
import { type RepositoryFile } from './repository-files.ts';

/** One command of a shell block. */
export interface DocumentedCommand {
  readonly page: string;
  readonly line: number;
  /** One line, continued lines joined, a comment behind it taken off. */
  readonly command: string;
  /** What the block's first line, `# not run: …`, says; null where there is none. */
  readonly reason: string | null;
}

/** A fenced block of a page; `line` is that of its fence, from 1. */
export interface FencedBlock {
  readonly page: string;
  readonly line: number;
  readonly language: string;
  readonly text: string;
}

/** Every fenced block of a page. */
export function fencedBlocks({ path, text }: RepositoryFile): FencedBlock[] {
  return Array.from(text.matchAll(/^```([a-z]*)[^\n]*\n([^]*?)^```$/gm), (found) => ({
    page: path,
    line: text.slice(0, found.index).split('\n').length,
    language: found[1] ?? '',
    text: found[2] ?? '',
  }));
}

/** The commands of a page's `sh` blocks. */
export function documentedCommands(file: RepositoryFile): DocumentedCommand[] {
  return fencedBlocks(file)
    .filter(({ language }) => ['sh', 'bash', 'shell', 'console'].includes(language))
    .flatMap(({ page, line, text }) => {
      const reason = /^# not run: (.+)$/m.exec(text.split('\n')[0] ?? '')?.[1] ?? null;
      return text
        .replaceAll('\\\n', ' ')
        .split('\n')
        .map((command) => command.replace(/(^|\s+)#.*$/, '').trim())
        .filter((command) => command !== '')
        .map((command) => ({ page, line, command, reason }));
    });
}

/** The words of a command: quoted ones whole, quotes taken off. */
export function wordsOf(command: string): string[] {
  return Array.from(
    command.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g),
    ([, single, double, bare]) => single ?? double ?? bare ?? '',
  );
}

/** Anchors of a page as GitHub makes them from its headings; the second of a name ends in `-1`. */
export function anchorsOf({ text }: RepositoryFile): Set<string> {
  const anchors = new Set<string>();
  for (const [, heading = ''] of withoutFences(text).matchAll(/^#{1,6} (.+)$/gm)) {
    const anchor = heading
      .trim()
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-');
    let unique = anchor;
    for (let again = 1; anchors.has(unique); again += 1) unique = `${anchor}-${again}`;
    anchors.add(unique);
  }
  return anchors;
}

/** Targets of a page's links and pictures that stay in the repository. */
export function internalLinks({ text }: RepositoryFile): string[] {
  return Array.from(
    withoutFences(text)
      .replaceAll(/`[^`\n]*`/g, '')
      .matchAll(/\]\(([^)\s]+)\)/g),
    ([, target = '']) => target,
  ).filter((target) => !/^[a-z][a-z+.-]*:/i.test(target));
}

function withoutFences(text: string): string {
  return text.replaceAll(/^```[^]*?^```$/gm, '');
}
