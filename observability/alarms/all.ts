// Every alarm, and what pages.
// Next: observability/alarms/service.ts and its neighbour, the alarms themselves.
import { type Alarm, type Page } from '../alarm.ts';
import { governanceAlarms } from './governance.ts';
import { serviceAlarms } from './service.ts';

/** The alarms. */
export const alarms: readonly Alarm[] = [...serviceAlarms, ...governanceAlarms];

/** What pages. What looks like an attack is never hidden behind a failure. */
export const pages: readonly Page[] = [
  {
    name: 'urgent',
    sign: 'failure',
    description: 'The runtime fails its callers; look at the dashboard service-health first.',
  },
  {
    name: 'intrusion',
    sign: 'intrusion',
    description: 'Somebody tries what no program does; look at the dashboard governance-decisions first.',
  },
];

/** Whether somebody is woken: P0 and P1. */
export function isUrgent({ severity }: Pick<Alarm, 'severity'>): boolean {
  return severity === 'P0' || severity === 'P1';
}
