// The tables of docs/policy-engines.md, from answers that the engines give while they are rendered.
// Next: docs/policy-engines.md, where they stand between markers.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { engines } from './engines.ts';
import { type Answer, type Situation } from './situation.ts';
import { situations } from './situations.ts';
import { answerStricter, stricterPlaces } from './stricter.ts';

const root = path.resolve(import.meta.dirname, '../..');

/** The document with tables. */
export const documentFile = path.join(root, 'docs/policy-engines.md');

const packages = [
  '@cedar-policy/cedar-wasm',
  '@microsoft/agent-governance-sdk',
  'casbin',
  '@casl/ability',
  'json-rules-engine',
];

/**
 * The document with its tables rendered anew.
 *
 * @param text - the document as it is
 * @throws Error when a marker is missing
 */
export async function renderDocument(text: string): Promise<string> {
  const tables: Record<string, string> = {
    versions: packages.map((name) => `${name} ${versionOf(name)}`).join(', '),
    engines: await enginesTable(),
    stricter: stricterTable(),
  };
  return Object.entries(tables).reduce((whole, [name, table]) => fill(whole, name, table), text);
}

async function enginesTable(): Promise<string> {
  const rows = await Promise.all(
    situations.map(async (situation) => [
      situation.name,
      situation.meant,
      ...(await Promise.all(engines.map(async (engine) => show(await engine.answer(situation), situation.meant)))),
    ]),
  );
  return markdownTable(['situation', 'meant', ...engines.map(({ name }) => name)], rows);
}

function stricterTable(): string {
  const rows = stricterPlaces.map((place) => {
    const { ours, byHand, required, optional, exported } = answerStricter(place);
    const answers = [ours, byHand, required, optional, exported].map((answer) => show(answer, 'deny'));
    return [place.name, `${place.permits ? 'permit' : 'forbid'} when \`${place.byHand}\``, ...answers];
  });
  const headings = [
    'place',
    'Cedar by hand',
    'this runtime',
    'by hand, no schema',
    'schema, required',
    'schema, optional',
    'exported',
  ];
  return markdownTable(headings, rows);
}

/** An allow where a deny was meant stands out; every other answer keeps the call from happening. */
function show(answer: Answer, meant: Situation['meant']): string {
  return answer === 'allow' && meant === 'deny' ? '**allow**' : answer;
}

function markdownTable(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = [headings, ...rows].map((row) => row.map((cell) => cell.replaceAll('|', String.raw`\|`)));
  const widths = headings.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[], blank = ' '): string =>
    `|${row.map((cell, column) => `${blank}${cell.padEnd(widths[column] ?? 0, blank)}${blank}`).join('|')}|`;
  const [head = [], ...body] = cells;
  return [
    line(head),
    line(
      headings.map(() => ''),
      '-',
    ),
    ...body.map((row) => line(row)),
  ].join('\n');
}

function fill(text: string, name: string, table: string): string {
  const [begin, end] = [`<!-- ${name}: generated -->`, `<!-- ${name}: end -->`];
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from === -1 || to < from) throw new Error(`got no markers "${begin}" and "${end}", expected both`);
  return `${text.slice(0, from + begin.length)}\n\n${table}\n\n${text.slice(to)}`;
}

function versionOf(name: string): string {
  const { version } = JSON.parse(readFileSync(path.join(root, 'node_modules', name, 'package.json'), 'utf8')) as {
    version: string;
  };
  return version;
}
