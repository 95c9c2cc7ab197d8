// One widget as SVG: charts by Vega, tables and states as text.
// Next: scripts/dashboards/draw-dashboard.ts.
import { parse, View } from 'vega';
import { compile, type TopLevelSpec } from 'vega-lite';
import { type BodyWidget, shownPrefix } from './bodies.ts';
import { answer, type Row } from './log-query.ts';
import { type RecordedLine } from './recording.ts';
import { type Point, seriesOf } from './series.ts';

/** What is drawn, where, and on which scale of time. */
export interface Drawing {
  readonly lines: readonly RecordedLine[];
  readonly width: number;
  readonly height: number;
  /** How many times shorter a period is than CloudWatch's. */
  readonly scale: number;
  /** What is said of each alarm, by its name. */
  readonly states: ReadonlyMap<string, string>;
}

/** The colours of lines, in their order: Tableau's, as CloudWatch's are, but for the red of alarms and the grey of letters. */
export const colours = [
  '#1f77b4',
  '#ff7f0e',
  '#2ca02c',
  '#9467bd',
  '#8c564b',
  '#e377c2',
  '#bcbd22',
  '#17becf',
  '#393b79',
];
const alarmColour = '#d62728';
const font = 'DejaVu Sans';
const minuteMs = 60_000;

/** Draws a widget's inside, without frame and title. */
export async function drawWidget(widget: BodyWidget, drawing: Drawing): Promise<string> {
  const { lines, scale } = drawing;
  const { view, query, alarms, yAxis, annotations } = widget.properties;
  if (alarms !== undefined)
    return textRows(
      alarms.map((arn) => {
        const name = arn.split(':alarm:')[1] ?? arn;
        // All begin with the environment's name, for which there is no room.
        return [name.replace(`${shownPrefix}-`, ''), drawing.states.get(name) ?? 'no data in a local run'];
      }),
    );
  if (query !== undefined) {
    const rows = answer(query, lines, minuteMs / scale);
    if (rows.length === 0) return nothing(drawing);
    if (view === 'timeSeries') return chart(lineSpec(binned(rows), { unit: '' }, drawing), drawing);
    return view === 'bar' ? chart(barSpec(rows), drawing) : table(rows);
  }
  const points = seriesOf(widget, lines, scale);
  if (points.length === 0) return nothing(drawing);
  if (view === 'singleValue') return numbers(points);
  const silent = labelsOf(widget).filter((label) => !points.some((point) => point.label === label));
  const axes = { unit: yAxis?.left.label ?? '', limits: annotations?.horizontal ?? [], silent };
  return chart(lineSpec(points, axes, drawing), drawing);
}

/** Text that may stand in SVG. */
export function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

async function chart(spec: object, { width, height }: Drawing): Promise<string> {
  const whole = {
    ...spec,
    width,
    height,
    autosize: { type: 'fit', contains: 'padding' },
    padding: 4,
    background: null,
    config: {
      font,
      axis: { labelFont: font, titleFont: font, titleFontWeight: 'normal' },
      legend: { labelFont: font },
    },
  };
  const view = new View(parse(compile(whole as unknown as TopLevelSpec).spec), { renderer: 'none' });
  try {
    return await view.toSVG();
  } finally {
    view.finalize();
  }
}

interface Axes {
  readonly unit: string;
  readonly limits?: readonly { label: string; value: number }[];
  /** Lines that only AWS can measure. */
  readonly silent?: readonly string[];
}

function lineSpec(points: readonly Point[], { unit, limits = [], silent = [] }: Axes, { width }: Drawing): object {
  const labels = [...new Set(points.map(({ label }) => label)), ...silent.map((label) => `${label} (no data)`)];
  const domain = [...labels, ...limits.map(({ label }) => label)];
  const range = [...labels.map((_, index) => colours[index % colours.length]), ...limits.map(() => alarmColour)];
  // A line at nought lies on the axis and not in the middle.
  const isFlat = [...points, ...limits].every(({ value }) => value === 0);
  const color = {
    field: 'label',
    type: 'nominal',
    scale: { domain, range },
    legend: {
      orient: 'bottom',
      title: null,
      symbolType: 'stroke',
      columns: legendColumns(domain, width),
      labelLimit: 320,
    },
  };
  return {
    layer: [
      {
        data: { values: points },
        // Points where a line of few would not be seen.
        mark: { type: 'line', point: points.length < 40 ? { size: 12 } : false, strokeWidth: 2 },
        encoding: {
          x: {
            field: 'atMs',
            type: 'temporal',
            scale: { type: 'utc' },
            axis: { title: 'time, UTC', format: '%H:%M:%S', tickCount: 6, grid: false },
          },
          y: {
            field: 'value',
            type: 'quantitative',
            scale: { zero: true, ...(isFlat ? { domain: [0, 1] } : {}) },
            axis: { title: unit, tickCount: 5 },
          },
          color,
        },
      },
      ...(limits.length === 0
        ? []
        : [
            {
              data: { values: limits },
              mark: { type: 'rule', strokeDash: [5, 3] },
              encoding: { y: { field: 'value', type: 'quantitative' }, color },
            },
          ]),
    ],
  };
}

/** As many columns as fit beside each other with the longest label: Vega itself clips what does not. */
function legendColumns(labels: readonly string[], width: number): number {
  const widest = Math.max(...labels.map(({ length }) => length)) * 6 + 36;
  return Math.max(1, Math.min(labels.length, Math.floor((width - 70) / widest)));
}

function labelsOf({ properties }: BodyWidget): string[] {
  const rows = (properties.metrics ?? []).map((row) => row.at(-1)).filter((last) => typeof last === 'object');
  // A search is as many lines as were found.
  const named = rows.filter((row) => row['visible'] !== false && !String(row['expression']).startsWith('SEARCH('));
  return named.map((row) => String(row['label']));
}

function barSpec(rows: readonly Row[]): object {
  const [key = '', value = ''] = Object.keys(rows[0] ?? {});
  return {
    data: { values: rows.map((row) => ({ key: String(row[key]), value: row[value] })) },
    encoding: {
      y: {
        field: 'key',
        type: 'nominal',
        sort: rows.map((row) => String(row[key])),
        axis: { title: key, labelLimit: 180 },
      },
      x: { field: 'value', type: 'quantitative', axis: { title: value, tickMinStep: 1, tickCount: 6 } },
    },
    layer: [
      { mark: { type: 'bar', color: colours[0] } },
      { mark: { type: 'text', align: 'left', dx: 4, font }, encoding: { text: { field: 'value' } } },
    ],
  };
}

/** Rows of bins as lines: one for each column beside the time. */
function binned(rows: readonly Row[]): Point[] {
  return rows.flatMap((row) => {
    const [[, atMs] = [], ...columns] = Object.entries(row);
    return columns.map(([label, value]) => ({ atMs: Number(atMs), value: Number(value), label }));
  });
}

function numbers(points: readonly Point[]): string {
  const labels = [...new Set(points.map(({ label }) => label))];
  return labels
    .map((label, index) => {
      const value = points.findLast((point) => point.label === label)?.value ?? 0;
      const x = 20 + index * 140;
      return `<text x="${x}" y="95" font-size="38" fill="${colours[index]}">${Number(value.toFixed(2))}</text><text x="${x}" y="122" font-size="13" fill="#444">${escapeXml(label)}</text>`;
    })
    .join('');
}

function table(rows: readonly Row[]): string {
  const columns = Object.keys(rows[0] ?? {});
  const shown = rows.slice(0, 8).map((row) => columns.map((column) => String(row[column] ?? '–')));
  return textRows([columns, ...shown], true);
}

function textRows(rows: readonly (readonly string[])[], head = false): string {
  const columns = rows[0]?.length ?? 0;
  const widths = Array.from(
    { length: columns },
    (_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)) * 7.4 + 22,
  );
  return rows
    .flatMap((row, index) =>
      row.map((text, column) => {
        const x = 12 + widths.slice(0, column).reduce((sum, width) => sum + width, 0);
        const weight = head && index === 0 ? 'bold' : 'normal';
        const fill = text.startsWith('rang ') ? alarmColour : '#333';
        return `<text x="${x}" y="${22 + index * 21}" font-size="12" font-weight="${weight}" fill="${fill}">${escapeXml(text)}</text>`;
      }),
    )
    .join('');
}

function nothing({ width, height }: Drawing): string {
  return `<text x="${width / 2}" y="${height / 2}" font-size="14" fill="#888" text-anchor="middle">no data in a local run</text>`;
}
