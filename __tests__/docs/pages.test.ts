// The pages fit together and fit the code: links, anchors, alarms, numbers, diagrams, generated parts.
// Next: docs/README.md, the index.
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { GovernanceEnvironment } from '../../governance/lambda/config.ts';
import { alarms, pages } from '../../observability/alarms/all.ts';
import { dashboards } from '../../observability/dashboards/all.ts';
import { apiPage, renderApiPage } from '../../scripts/write-api-docs.ts';
import { costPage, renderCostPage } from '../../scripts/write-cost-docs.ts';
import { AxonEnvironment } from '../../services/axon/config.ts';
import { OrbitEnvironment } from '../../services/orbit/config.ts';
import { anchorsOf, fencedBlocks, internalLinks } from '../support/documentation-pages.ts';
import { diagramProblem } from '../support/mermaid-structure.ts';
import { readRepositoryFiles, repositoryRoot } from '../support/repository-files.ts';

const files = readRepositoryFiles().filter(({ path: page }) => page.endsWith('.md'));
const page = (name: string) => {
  const found = files.find((file) => file.path === name);
  if (!found) throw new Error(`got no ${name}, expected it`);
  return found;
};

it('every link of every page leads somewhere', () => {
  const broken = files.flatMap((file) =>
    internalLinks(file).flatMap((target) => {
      const [place = '', anchor] = target.split('#');
      const to = place === '' ? file.path : path.posix.join(path.posix.dirname(file.path), place);
      if (!existsSync(path.join(repositoryRoot, to))) return [`${file.path}: ${target}`];
      return anchor === undefined || anchorsOf(page(to)).has(anchor)
        ? []
        : [`${file.path}: ${target}, no such heading`];
    }),
  );
  expect(broken).toEqual([]);
  expect(files.flatMap(internalLinks).length).toBeGreaterThan(60);
});

it('every file that a page names in backquotes as a test is there', () => {
  const named = files.flatMap(({ text }) =>
    Array.from(text.matchAll(/`(__tests__\/[\w./-]+\.ts)`/g), ([, file = '']) => file),
  );
  expect(named.filter((file) => !existsSync(path.join(repositoryRoot, file)))).toEqual([]);
  expect(named.length).toBeGreaterThan(40);
});

it('the index names every page', () => {
  const linked = internalLinks(page('docs/README.md'));
  const there = files
    .map((file) => file.path)
    .filter((name) => /^docs\/[^/]+\.md$/.test(name) && name !== 'docs/README.md');
  expect(there.filter((name) => !linked.includes(path.posix.basename(name)))).toEqual([]);
});

describe('the runbook', () => {
  const { text } = page('docs/runbook.md');
  const alarmPart = text.slice(text.indexOf('\n## Alarms\n'), text.indexOf('\n## Dashboards\n'));
  const sections = alarmPart.split(/^### /m).slice(1);

  it('has a section for each alarm, and none for another', () => {
    expect(sections.map((section) => section.split('\n')[0] ?? '').toSorted()).toEqual(
      [...alarms, ...pages].map(({ name }) => name).toSorted(),
    );
  });

  it('has the heading that each dashboard links, with its picture', () => {
    const runbook = page('docs/runbook.md');
    const anchors = anchorsOf(runbook);
    expect(dashboards.filter(({ name }) => !anchors.has(name)).map(({ name }) => name)).toEqual([]);
    expect(internalLinks(runbook)).toEqual(expect.arrayContaining(dashboards.map(({ name }) => `images/${name}.png`)));
  });

  it.each([...alarms, ...pages.map(({ name }) => ({ name, severity: 'P0, P1' }))])(
    'says of $name how urgent it is, what it means, where to look, what to decide and do, and what else',
    ({ name, severity }) => {
      const section = sections.find((each) => each.startsWith(`${name}\n`)) ?? '';
      expect(section.split('\n')[2]).toBe(`${severity}.`);
      // Who is woken needs a way on when the section does not help.
      const wakes = severity === 'P0' || severity === 'P1';
      for (const part of ['Means', 'Look', 'Decide', 'Act', ...(wakes ? ['Else'] : [])])
        expect(section).toMatch(new RegExp(`^- \\*\\*${part}:\\*\\* \\S`, 'm'));
    },
  );
});

it('the numbers of failure and resilience are the defaults of the programs', () => {
  const { text } = page('docs/failure-resilience.md');
  const table = /<!-- numbers: checked -->([^]*?)<!-- numbers: end -->/.exec(text)?.[1] ?? '';
  const axon = AxonEnvironment.shape;
  const shapes = { ...OrbitEnvironment.shape, ...axon, ...GovernanceEnvironment.shape } as unknown as Record<
    string,
    { safeParse: (value: unknown) => { data?: unknown } }
  >;
  const rows = Array.from(table.matchAll(/^\| [^|]+ \| (\d+)[^|]* \| (.+) \|$/gm), ([, value, names = '']) =>
    Array.from(names.matchAll(/`(\w+)`/g), ([, name = '']) => [name, Number(value)] as const),
  ).flat();
  expect(rows.length).toBeGreaterThan(12);
  expect(rows.map(([name]) => [name, shapes[name]?.safeParse(undefined).data])).toEqual(rows.map((row) => [...row]));
});

it('every diagram has the structure of one', () => {
  const diagrams = files.flatMap(fencedBlocks).filter(({ language }) => language === 'mermaid');
  expect(diagrams.length).toBeGreaterThan(3);
  expect(
    diagrams
      .map(({ page: on, line, text }) => [on, line, diagramProblem(text)])
      .filter(([, , wrong]) => wrong !== null),
  ).toEqual([]);
});

it('a diagram with a broken line, an open group or an unknown kind is found', () => {
  expect(diagramProblem('flowchart LR\n  a[A -->|x| b\n')).not.toBeNull();
  expect(diagramProblem('flowchart LR\n  subgraph s [S]\n  a --> b\n')).not.toBeNull();
  expect(diagramProblem('flowchat LR\n  a --> b\n')).not.toBeNull();
});

it('api.md is what `node scripts/write-api-docs.ts` makes', async () => {
  expect(readFileSync(apiPage, 'utf8')).toBe(await renderApiPage());
});

it('cost.md is what `node scripts/write-cost-docs.ts` makes', () => {
  const text = readFileSync(costPage, 'utf8');
  expect(text).toBe(renderCostPage(text));
});
