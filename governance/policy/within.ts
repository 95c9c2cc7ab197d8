// Whether an instant lies in a recurring span of local time: office hours, maintenance windows, weekends.
// Next: governance/policy/operators.ts, which gives the operator its meaning.
import { daysOfWeek, type Within } from './document.ts';

const minuteMs = 60_000;
const dayMinutes = 24 * 60;
// Offsets in the tz database in force today change on quarter hours only, so one lookup serves that long.
const offsetValidMs = 15 * minuteMs;

/**
 * Compiles a `within`. The answer takes the zone's daylight saving into account; a span that runs past midnight
 * belongs to the day it began on.
 */
export function withinTest({ days = [...daysOfWeek], from, to, timezone }: Within): (nowMs: number) => boolean {
  const start = minutesOf(from);
  const end = minutesOf(to);
  const onDay = daysOfWeek.map((day) => days.includes(day));
  const offsetAt = zoneOffset(timezone);
  return (nowMs) => {
    const localMinutes = Math.floor((nowMs + offsetAt(nowMs)) / minuteMs);
    const minute = localMinutes % dayMinutes;
    // Day 0 of the epoch was a Thursday, index 3 of a week that begins on Monday.
    const day = (Math.floor(localMinutes / dayMinutes) + 3) % 7;
    if (start < end) return onDay[day] === true && minute >= start && minute < end;
    return (onDay[day] === true && minute >= start) || (onDay[(day + 6) % 7] === true && minute < end);
  };
}

function minutesOf(timeOfDay: string): number {
  return Number(timeOfDay.slice(0, 2)) * 60 + Number(timeOfDay.slice(3));
}

/** The zone's offset from UTC in milliseconds, looked up at most once per quarter hour. */
function zoneOffset(timezone: string): (nowMs: number) => number {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: timezone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  let knownFor = Number.NaN;
  let offsetMs = 0;
  return (nowMs) => {
    const quarter = Math.floor(nowMs / offsetValidMs);
    if (quarter !== knownFor) {
      const atMs = quarter * offsetValidMs;
      const part = Object.fromEntries(format.formatToParts(atMs).map(({ type, value }) => [type, Number(value)]));
      const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = part;
      offsetMs = Date.UTC(year, month - 1, day, hour, minute, second) - atMs;
      knownFor = quarter;
    }
    return offsetMs;
  };
}
