// Installs the Python tools before the tests that run side by side, so that no two of them install the same one at once.
// Next: __tests__/support/python-tool.ts, which installs one.
import { installPythonTool } from './python-tool.ts';

/** Vitest's global setup of the project that uses the emulated account. */
export async function setup(): Promise<void> {
  for (const name of ['emulator', 'checkov', 'aws']) await installPythonTool(name);
}
