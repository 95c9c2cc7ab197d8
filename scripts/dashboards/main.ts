// Draws every dashboard, as synthesized, from a recorded local run: `npm run dashboards [-- SECONDS]`.
// Next: scripts/dashboards/run.ts, then scripts/dashboards/draw-dashboard.ts.
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { alarmStates } from './alarm-states.ts';
import { readBodies } from './bodies.ts';
import { drawDashboard, toPng } from './draw-dashboard.ts';
import { readLines } from './recording.ts';
import { recordRun } from './run.ts';

const root = path.resolve(import.meta.dirname, '../..');
const seconds = Number(process.argv[2] ?? 45);
if (!(seconds > 0 && seconds <= 300)) throw new Error(`got ${process.argv[2]}, expected 1 to 300 seconds`);
const images = path.join(root, 'docs/images');
/** A run of a minute has thirty periods. */
const scale = 30;
const maxBytes = 256 * 1024;

const lines = readLines(await recordRun(seconds, 60_000 / scale));
mkdirSync(images, { recursive: true });
const synthesized = path.join(root, 'infra/modules/observability/main.tf.json');
const states = alarmStates(synthesized, lines, scale);
for (const [name, body] of readBodies(synthesized)) {
  const png = await toPng(await drawDashboard(body, { lines, scale, states }));
  if (png.length > maxBytes)
    throw new Error(`got ${png.length} bytes for ${name}, expected at most ${maxBytes}; draw it smaller`);
  writeFileSync(path.join(images, `${name}.png`), png);
  process.stdout.write(
    `docs/images/${name}.png: ${body.widgets.length} widgets, ${Math.ceil(png.length / 1024)} KiB\n`,
  );
}
process.stdout.write(`${lines.length} log lines of ${seconds} s\n`);
