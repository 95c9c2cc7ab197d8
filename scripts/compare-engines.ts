// Asks every engine what it answers where policies go wrong, and writes the answers into docs/policy-engines.md.
// Next: scripts/compare-engines/render.ts, which renders the tables; scripts/compare-engines/situations.ts, what is asked.
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { documentFile, renderDocument } from './compare-engines/render.ts';

const before = readFileSync(documentFile, 'utf8');
const after = await renderDocument(before);
if (after !== before) writeFileSync(documentFile, after);
const file = path.relative('.', documentFile);
process.stdout.write(after === before ? `${file} is up to date\n` : `wrote ${file}\n`);
