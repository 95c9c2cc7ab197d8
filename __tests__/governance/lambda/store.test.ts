// The folder store under edits: good ones are followed, broken ones keep the last good document and say so.
// Next: governance/lambda/store.ts.
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createFolderStore, type PolicyStore } from '../../../governance/lambda/store.ts';

let folder: string;
let store: PolicyStore | undefined;
let reports: { level: string; message: string; fields: Readonly<Record<string, unknown>> }[];
const clock = { ms: 0 };

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'policies-'));
  reports = [];
  clock.ms = 0;
  await write('platform.json', document('*', 1));
});
afterEach(async () => {
  store?.close();
  await rm(folder, { recursive: true, force: true });
});

const document = (tenant: string, revision: number, more: object = {}) =>
  JSON.stringify({ format: 1, tenant, revision, rules: [], ...more });
const write = (name: string, text: string) => writeFile(path.join(folder, name), text);
const open = async () => {
  store = await createFolderStore({
    folder,
    report: (level, message, fields) => void reports.push({ level, message, fields }),
    nowMs: () => clock.ms,
  });
  return store;
};
const revisionOf = async (tenant: string) => {
  const found = await store?.lookup(tenant, clock.ms);
  return found?.ok ? found.policy.revision : found?.reason;
};
const until = (check: () => unknown) => vi.waitFor(check, { timeout: 3000, interval: 20 });

describe('the folder store', () => {
  it('serves what is there, and denies the rest by name', async () => {
    await write('acme.json', document('acme', 3));
    await write('acme.cases.json', '[]');
    await write('broken.json', '{');
    await open();
    expect(await revisionOf('acme')).toBe(3);
    expect(await revisionOf('nobody')).toBe('unknown_tenant');
    expect(await revisionOf('broken')).toBe('policy_invalid');
    expect(await revisionOf('*')).toBe('unknown_tenant');
    expect(await revisionOf('acme.cases')).toBe('unknown_tenant');
  });

  it('follows an edit, written in place or renamed into place', async () => {
    await write('acme.json', document('acme', 1));
    await open();
    await write('acme.json', document('acme', 2));
    await until(async () => expect(await revisionOf('acme')).toBe(2));
    await write('acme.json.tmp', document('acme', 3));
    await rename(path.join(folder, 'acme.json.tmp'), path.join(folder, 'acme.json'));
    await until(async () => expect(await revisionOf('acme')).toBe(3));
    await write('new.json', document('new', 1));
    await until(async () => expect(await revisionOf('new')).toBe(1));
  });

  it.each([
    ['broken JSON', '{"format":1', /JSON/],
    ['an unknown key', document('acme', 9, { rulez: [] }), /rulez: got \[\], expected no such key/],
    ['another tenant’s document', document('other', 9), /tenant: got "other", expected "acme"/],
    ['an older revision', document('acme', 4), /revision: got 4, expected at least 5/],
    ['nothing', '', /JSON/],
  ])('keeps the last good document on %s, and says so', async (_name, text, problem) => {
    await write('acme.json', document('acme', 5));
    await open();
    await write('acme.json', text);
    await until(() =>
      expect(reports.at(-1)).toMatchObject({ level: 'warn', message: 'policy refused; revision 5 serves on' }),
    );
    expect(String(reports.at(-1)?.fields['problems'])).toMatch(problem);
    expect(await revisionOf('acme')).toBe(5);
    await write('acme.json', document('acme', 6));
    await until(async () => expect(await revisionOf('acme')).toBe(6));
  });

  it('denies everyone without a platform document, and keeps it when its file goes: its forbids may not lapse', async () => {
    await write('acme.json', document('acme', 1));
    await open();
    await rm(path.join(folder, 'platform.json'));
    await until(() => expect(reports.at(-1)?.message).toContain('platform policy file is gone'));
    expect(await revisionOf('acme')).toBe(1);
    store?.close();
    await open();
    expect(await revisionOf('acme')).toBe('policy_unavailable');
    store?.close();
    await write('platform.json', document('*', 1, { validUntil: 'never' }));
    await open();
    expect(await revisionOf('acme')).toBe('policy_invalid');
  });

  it('forgets a tenant whose file goes', async () => {
    await write('acme.json', document('acme', 1));
    await open();
    await rm(path.join(folder, 'acme.json'));
    await until(async () => expect(await revisionOf('acme')).toBe('unknown_tenant'));
  });

  it('serves for a minute when the folder cannot be read, then denies, and comes back by itself', async () => {
    await write('acme.json', document('acme', 1));
    await open();
    await rename(folder, `${folder}-away`);
    await until(() => expect(reports.at(-1)?.message).toContain('cannot be read'));
    clock.ms = 60_000;
    expect(await revisionOf('acme')).toBe(1);
    clock.ms = 60_001;
    expect(await revisionOf('acme')).toBe('policy_stale');
    await rename(`${folder}-away`, folder);
    await until(async () => expect(await revisionOf('acme')).toBe(1));
  });
});
