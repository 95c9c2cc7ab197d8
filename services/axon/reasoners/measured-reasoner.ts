// A reasoner with a watch.
// Next: services/axon/reasoners/reasoner.ts, the interface.
import { type Metrics } from '../../../observability/emf.ts';
import { timed } from '../../shared/request-metrics.ts';
import { type Reasoner } from './reasoner.ts';

/** Records how long the model took: to its result, or to the first event of a stream. */
export function measureReasoner(reasoner: Reasoner, metrics: Metrics): Reasoner {
  return {
    name: reasoner.name,
    reason: (input) => timed(metrics, 'reasonLatency', () => reasoner.reason(input)),
    async *stream(input) {
      const events = reasoner.stream(input)[Symbol.asyncIterator]();
      try {
        let next = await timed(metrics, 'reasonLatency', () => events.next());
        while (next.done !== true) {
          yield next.value;
          next = await events.next();
        }
      } finally {
        await events.return?.();
      }
    },
  };
}
