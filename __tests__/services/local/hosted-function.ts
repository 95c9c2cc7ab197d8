// A function as the local Lambda endpoint hosts one: does what its event says, well or badly.
// Next: lambda-worker-ends.test.ts, which hosts it.

/** What the event asks for. */
export type HostedEvent =
  | { readonly do: 'count' | 'throw' | 'exit' | 'crash' | 'hang' | 'spin' | 'unsendable' }
  | { readonly do: 'wait'; readonly ms: number };

let count = 0;
let running = 0;

export async function handler(event: HostedEvent, context: object): Promise<unknown> {
  running += 1;
  try {
    return await act(event, context);
  } finally {
    running -= 1;
  }
}

export async function shutdown(): Promise<void> {
  process.stdout.write('shut down\n');
}

async function act(event: HostedEvent, context: object): Promise<unknown> {
  switch (event.do) {
    case 'count':
      count += 1;
      return { count, context };
    case 'throw':
      throw new RangeError('out of range');
    case 'exit':
      return process.exit(3);
    case 'crash':
      setTimeout(() => {
        throw new Error('thrown outside the handler');
      });
      return new Promise(() => undefined);
    case 'hang':
      return new Promise(() => void setInterval(() => undefined, 1000));
    case 'spin':
      for (;;);
    case 'unsendable':
      return () => undefined;
    case 'wait': {
      const at = running;
      await new Promise((resolve) => setTimeout(resolve, event.ms));
      return { running: at };
    }
  }
}
