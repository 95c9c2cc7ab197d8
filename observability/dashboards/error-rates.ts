// What fails, of which type, and how fast it uses up what may fail.
// Next: observability/dashboards/resource-use.ts.
import { callersSignals, failed, served } from '../callers.ts';
import { type Dashboard } from '../dashboard.ts';

/** Errors, refusals and the error budget. */
export const errorRates: Dashboard = {
  name: 'error-rates',
  title: 'Error rates',
  about: 'What fails, and how much of the 0.1% that may fail is used? A burn of 1 uses a budget just up.',
  rows: [
    [
      { kind: 'judged', alarm: 'error-rate' },
      {
        kind: 'calculated',
        title: 'Burn of the error budget, 99.9%',
        axis: 'times the budget',
        of: callersSignals,
        math: [{ expression: `${failed} / ${served} / 0.001`, label: 'burn' }],
      },
    ],
    [
      {
        kind: 'logs',
        title: 'Requests of callers by status',
        view: 'bar',
        sources: ['orbit'],
        query:
          'filter message = "request" and route = "/dispatch" | stats count(*) as requests by status | sort requests desc',
      },
      {
        kind: 'logs',
        title: 'Refusals of Axon by code',
        view: 'bar',
        sources: ['axon'],
        query: 'filter ispresent(refusal) | stats count(*) as refusals by refusal | sort refusals desc',
      },
    ],
    [
      { kind: 'spread', title: 'Problems that Orbit answers, by code', signal: 'orbitProblems', statistic: 'Sum' },
      { kind: 'spread', title: 'Problems that Axon answers, by code', signal: 'axonProblems', statistic: 'Sum' },
    ],
    [
      { kind: 'judged', alarm: 'grants-refused' },
      { kind: 'judged', alarm: 'orbit-errors' },
      { kind: 'judged', alarm: 'axon-errors' },
    ],
    [
      {
        kind: 'graph',
        title: 'Governance: the function',
        lines: [
          { signal: 'functionErrors', statistic: 'Sum', label: 'errors' },
          { signal: 'functionThrottles', statistic: 'Sum', label: 'throttles' },
        ],
      },
      {
        kind: 'graph',
        title: 'Secrets and dead letters',
        lines: [
          { signal: 'rotationErrors', statistic: 'Sum', label: 'rotations failed' },
          { signal: 'deadLetters', statistic: 'Maximum', label: 'dead letters' },
        ],
      },
    ],
  ],
};
