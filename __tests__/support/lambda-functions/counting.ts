// A function that counts its invocations, tells its environment, and can be made to fail, to hang and to crash.
// Next: __tests__/services/local/lambda-worker.test.ts, which hosts it.
let invocations = 0;

export async function handler(event: { what?: string; afterMs?: number }): Promise<unknown> {
  invocations += 1;
  if (event.what === 'throw') throw new Error('planted failure');
  if (event.what === 'exit') process.exit(3);
  if (event.what === 'say') process.stdout.write('a line of the function\n');
  if (event.afterMs !== undefined) await new Promise((resolve) => setTimeout(resolve, event.afterMs));
  return { invocations, secret: process.env['FUNCTION_SECRET'] ?? null, home: process.env['HOME'] ?? null };
}

export function shutdown(): Promise<void> {
  process.stdout.write('shut down\n');
  return Promise.resolve();
}
