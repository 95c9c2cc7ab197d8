// `npm run workflows`: GitHub reads .github alone, so what cicd/github-actions holds is copied there, and what it no longer holds goes.
// Next: cicd/README.md, the map of the workflows.
import { cpSync, existsSync, rmSync } from 'node:fs';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '..');
for (const folder of ['workflows', 'actions']) {
  const source = path.join(root, 'cicd/github-actions', folder);
  if (!existsSync(source)) throw new Error(`got no ${source}, expected the ${folder} that .github has copies of`);
  rmSync(path.join(root, '.github', folder), { recursive: true, force: true });
  cpSync(source, path.join(root, '.github', folder), { recursive: true });
}
