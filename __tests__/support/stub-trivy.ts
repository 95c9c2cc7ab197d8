// A program called trivy without trivy's database, which is fetched from a registry: it finds lodash in a lockfile, and in images what is said.
// Next: scripts/release/scan-images.ts, which takes trivy from the path.
import { chmodSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { temporaryFolder } from './temporary-folder.ts';

/** What it finds; `exit` is its code where it finds something in an image. @defaultValue 9, which scan-images asks for */
export interface TrivyFindings {
  readonly control: boolean;
  /** In a lock file that is given by name. @defaultValue false */
  readonly packages?: boolean;
  readonly images: boolean;
  readonly exit?: number;
}

/** Writes the program. @returns the folder to put on the path */
export function stubTrivy({ control, packages = false, images, exit = 9 }: TrivyFindings): string {
  const folder = temporaryFolder('trivy');
  const file = path.join(folder, 'trivy');
  writeFileSync(
    file,
    `#!/bin/bash
last="\${@: -1}"
[[ " $* " == *" --severity HIGH,CRITICAL --ignore-unfixed --exit-code 9 "* ]] || exit 3
case "$1" in
  fs) if [ -f "$last" ]; then ${String(packages)} && exit 9; exit 0; fi
    grep -q '"lodash": "4.17.4"' "$last/package-lock.json" && ${String(control)} && exit 9 ;;
  image) test -f "$last/index.json" || exit 4; ${String(images)} && { echo CVE-2026-1; exit ${exit}; } ;;
esac
exit 0
`,
  );
  chmodSync(file, 0o755);
  return folder;
}
