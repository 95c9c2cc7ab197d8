// A dashboard as one picture: its widgets on their grid, as SVG, and that as PNG.
// Next: scripts/dashboards/main.ts.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { initWasm, Resvg } from '@resvg/resvg-wasm';
import { type Body, type BodyWidget } from './bodies.ts';
import { drawWidget, escapeXml } from './draw-widget.ts';
import { type RecordedLine } from './recording.ts';

/** Lines of a run, and how many times shorter a period is drawn than CloudWatch's. */
export interface Shown {
  readonly lines: readonly RecordedLine[];
  readonly scale: number;
  /** What is said of each alarm, by its name. */
  readonly states: ReadonlyMap<string, string>;
}

const cell = { width: 48, height: 40 };
const gap = 5;
const titleHeight = 26;
const footerHeight = 26;
const { resolve } = createRequire(import.meta.url);
const fonts = ['DejaVuSans.ttf', 'DejaVuSans-Bold.ttf'];
let ready: Promise<void> | undefined;

/** Draws a body. */
export async function drawDashboard({ widgets }: Body, shown: Shown): Promise<string> {
  const width = 24 * cell.width;
  const height = Math.max(...widgets.map(({ y, height: rows }) => y + rows)) * cell.height;
  const parts: string[] = [];
  for (const [index, widget] of widgets.entries()) parts.push(await framed(widget, index, shown));
  const note = `Recorded from a local run. A period here is ${60 / shown.scale} s where CloudWatch's is 60 s. Load balancer: Orbit's request lines; function: decision records; tasks: processes, as shares of dev's.`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="${width}" height="${height + footerHeight}" font-family="DejaVu Sans">`,
    `<rect width="100%" height="100%" fill="#f2f3f3"/>`,
    ...parts,
    `<text x="${gap * 2}" y="${height + 17}" font-size="12" fill="#555">${escapeXml(note)}</text></svg>`,
  ].join('\n');
}

/** The picture as PNG, with fonts that come along. */
export async function toPng(svg: string): Promise<Uint8Array> {
  ready ??= initWasm(readFileSync(resolve('@resvg/resvg-wasm/index_bg.wasm')));
  await ready;
  const folder = path.join(path.dirname(resolve('dejavu-fonts-ttf/package.json')), 'ttf');
  const fontBuffers = fonts.map((name) => readFileSync(path.join(folder, name)));
  const picture = new Resvg(svg, {
    font: { fontBuffers, defaultFontFamily: 'DejaVu Sans', sansSerifFamily: 'DejaVu Sans' },
  });
  try {
    return picture.render().asPng();
  } finally {
    picture.free();
  }
}

/** A picture has no links: it shows where they lead. */
function withoutLinks(markdown: string): string {
  return markdown.replaceAll(/\[([^\]]+)\]\(([^)]+)\)/g, '$1: $2');
}

async function framed(widget: BodyWidget, index: number, shown: Shown): Promise<string> {
  const x = widget.x * cell.width + gap;
  const y = widget.y * cell.height + gap;
  const width = widget.width * cell.width - 2 * gap;
  const height = widget.height * cell.height - 2 * gap;
  const frame = `<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="4" fill="#fff" stroke="#d5dbdb"/>`;
  if (widget.type === 'text') {
    const [title = '', ...rest] = (widget.properties.markdown ?? '').split('\n');
    return `${frame}<text x="${x + 12}" y="${y + 32}" font-size="22" font-weight="bold">${escapeXml(title.replace(/^# /, ''))}</text><text x="${x + 12}" y="${y + 58}" font-size="13" fill="#444">${escapeXml(withoutLinks(rest.join(' ')))}</text>`;
  }
  const inside = await drawWidget(widget, { ...shown, width, height: height - titleHeight });
  // Each chart numbers its own clip paths from nought: in one picture they need names of their own.
  const own = inside.replaceAll(/\bclip(\d+)/g, `clip${index}_$1`);
  const title = `<text x="${x + 12}" y="${y + 19}" font-size="14" font-weight="bold" fill="#16191f">${escapeXml(widget.properties.title ?? '')}</text>`;
  return `${frame}${title}<g transform="translate(${x},${y + titleHeight})">${own}</g>`;
}
