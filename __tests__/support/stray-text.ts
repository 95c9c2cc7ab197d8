// What must never be committed: one machine's paths, a registry's host, notes to oneself, tests switched off, vague names.
// Next: __tests__/repository/stray-paths.test.ts, which plants each once.
import { type Finding, lineAt, type RepositoryFile } from './repository-files.ts';

/** One kind of stray text: where it is looked for, what it looks like, and what to do instead. */
interface StrayText {
  name: string;
  advice: string;
  files: RegExp;
  pattern: RegExp;
}

// A bracket in each word of these patterns keeps this file from reporting itself.
const machinePath = /(?<![\w.:)}\]/*-])\/(?:home|Users|root|work|mnt|tmp)\/[\w.-]+|\b[A-Z]:\\\\?(?:Users|Temp)\b/g;
const registryHost = /registry\.npmj[s]|registry\.yarnp[k]g|npm\.pkg\.gi[t]hub|artifact[o]ry|verd[a]ccio|nex[u]s\./gi;
const noteToOneself = /\b(?:TO[D]O|FI[X]ME|X[X]X|HA[C]K)\b/g;

/** Every kind of stray text, in the order it is reported. */
export const strayTexts: readonly StrayText[] = [
  {
    name: 'machine path',
    advice: 'is a path of one machine; derive it from import.meta.url or os.tmpdir()',
    files: /^/,
    pattern: machinePath,
  },
  {
    name: 'registry host',
    advice: 'names a package registry; leave it to the configuration of the machine',
    files: /^/,
    pattern: registryHost,
  },
  {
    name: 'note to oneself',
    advice: 'is a note to oneself; do it now or write it under tasks/',
    files: /^(?!package-lock\.json$)/,
    pattern: noteToOneself,
  },
  {
    name: 'test switched off',
    advice: 'switches tests off or runs a part alone; remove it, or use skipIf with a stated condition',
    files: /\.test\.ts$|^__tests__\/bench\//,
    pattern: /\b(?:it|test|describe|suite|bench)(?:\.\w+)*\.(?:only|skip|todo)\b\s*[(.]|\b[fx](?:it|describe)\s*\(/g,
  },
  {
    name: 'recorded host',
    advice: 'records where a package was fetched; run npm install with omit-lockfile-registry-resolved=true',
    files: /(?:^|\/)(?:package-lock|npm-shrinkwrap)\.json$/,
    pattern: /"resolved"\s*:\s*"(?:https?|git[+a-z]*|ssh):/g,
  },
];

const vagueName = /(?:^|\/)(?:utils?|helpers?|types|common)(?:\/|\.[cm]?[jt]sx?$)|(?:^|\/)index\.[cm]?[jt]sx?$/;

/** Stray text in the given files, and files whose own name says nothing. */
export function findStrays(files: readonly RepositoryFile[]): Finding[] {
  return files.flatMap((file) => [
    ...findVagueName(file),
    ...strayTexts.flatMap((stray) => findStrayText(file, stray)),
  ]);
}

function findVagueName(file: RepositoryFile): Finding[] {
  if (!vagueName.test(file.path)) return [];
  return [{ path: file.path, line: 1, message: 'vague name: name the file or folder for its main export or concern' }];
}

function findStrayText(file: RepositoryFile, stray: StrayText): Finding[] {
  if (!stray.files.test(file.path)) return [];
  return [...file.text.matchAll(stray.pattern)].map((match) => ({
    path: file.path,
    line: lineAt(file.text, match.index),
    message: `${stray.name}: "${match[0]}" ${stray.advice}`,
  }));
}
