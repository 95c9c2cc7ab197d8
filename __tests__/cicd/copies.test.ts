// GitHub runs the copies in .github; what is read and reviewed is in cicd/github-actions. Both are the same, file by file.
// Next: scripts/copy-workflows.ts, which copies.
import { describe, expect, it } from 'vitest';
import { readRepositoryFiles } from '../support/repository-files.ts';

const below = (folder: string) =>
  Object.fromEntries(
    ['workflows', 'actions'].flatMap((part) =>
      readRepositoryFiles([`${folder}/${part}`]).map(({ path, text }) => [path.slice(folder.length + 1), text]),
    ),
  );

describe('workflows and actions', () => {
  it('are the same in .github as in cicd/github-actions, none more and none less; npm run workflows copies', () => {
    const sources = below('cicd/github-actions');
    expect(Object.keys(sources)).toEqual(
      expect.arrayContaining(['workflows/ci.yml', 'actions/setup/action.yml', 'actions/assume-role/action.yml']),
    );
    expect(below('.github')).toEqual(sources);
  });
});
