// What is usual of a metric, as an expression that alarms and dashboards share.
// Next: stacks/modules/observability/alarms.ts.
import { type Alarm } from '../../../observability/alarm.ts';

/** The id of the band among an alarm's queries. */
export const bandId = 'usual';

/** The band around an alarm's one signal. @param band - its width, in standard deviations */
export function bandOf(of: Alarm['of'], band: number): { id: string; expression: string; label: string } {
  const [signal = ''] = Object.keys(of);
  return { id: bandId, expression: `ANOMALY_DETECTION_BAND(${signal}, ${band})`, label: bandId };
}
