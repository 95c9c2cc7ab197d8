// Who asks, and who is denied.
// Next: stacks/modules/observability/dashboards.ts, which makes resources of all this.
import { type Dashboard } from '../dashboard.ts';

/** Decisions of each tenant. */
export const tenants: Dashboard = {
  name: 'tenants',
  title: 'Tenants',
  about: 'Who asks for what, who is denied, and by which rule?',
  rows: [
    [
      { kind: 'spread', title: 'Decisions by tenant', signal: 'tenantDecisions', statistic: 'Sum' },
      { kind: 'spread', title: 'Denials by tenant', signal: 'tenantDenials', statistic: 'Sum' },
    ],
    [
      {
        kind: 'logs',
        title: 'Most denied: tenant, reason and rule',
        view: 'table',
        sources: ['governance'],
        query: 'filter allowed = 0 | stats count(*) as denials by tenant, reason, rule | sort denials desc | limit 10',
      },
      {
        kind: 'logs',
        title: 'Slowest tenants at Orbit, milliseconds',
        view: 'table',
        sources: ['orbit'],
        query:
          'filter message = "request" and ispresent(tenant) | stats count(*) as requests, pct(durationMs, 99) as p99 by tenant | sort p99 desc | limit 10',
      },
    ],
  ],
};
