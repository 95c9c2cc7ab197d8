// The local week of a time zone in minutes: what windows of time are compared by.
// Next: governance/policy/within.ts, the meaning of a window; governance/policy/regions/cells.ts, which cuts the week up.
import { daysOfWeek, type Within } from '../document.ts';

const minuteMs = 60_000;
const dayMinutes = 24 * 60;
/** Minutes from Monday midnight to the next. */
export const weekMinutes = 7 * dayMinutes;
// Offsets change on quarter hours only, as within.ts relies on.
const offsetValidMs = 15 * minuteMs;

interface Zone {
  readonly name: string;
  readonly format: Intl.DateTimeFormat;
  readonly offsetMinutes: Map<number, number>;
}

const zones = new Map<string, Zone>();
const mostZones = 1000;
const mostOffsets = 10_000;

function zoneOf(timezone: string): Zone {
  const known = zones.get(timezone);
  if (known) return known;
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: timezone,
    hourCycle: 'h23',
    weekday: 'short',
    hour: 'numeric',
    minute: 'numeric',
  });
  const zone = { name: format.resolvedOptions().timeZone, format, offsetMinutes: new Map<number, number>() };
  if (zones.size >= mostZones) zones.clear();
  zones.set(timezone, zone);
  return zone;
}

/** A zone's own name, whatever alias of it was given. */
export function zoneName(timezone: string): string {
  return zoneOf(timezone).name;
}

/** The minute of the local week at an instant, epoch milliseconds. */
export function localMinute(timezone: string, nowMs: number): number {
  const { format, offsetMinutes } = zoneOf(timezone);
  const quarter = Math.floor(nowMs / offsetValidMs);
  let atQuarter = offsetMinutes.get(quarter);
  if (atQuarter === undefined) {
    const part = Object.fromEntries(
      format.formatToParts(quarter * offsetValidMs).map(({ type, value }) => [type, value]),
    );
    const day = daysOfWeek.findIndex((name) => name === part['weekday']?.toLowerCase());
    atQuarter = day * dayMinutes + Number(part['hour']) * 60 + Number(part['minute']);
    if (offsetMinutes.size >= mostOffsets) offsetMinutes.clear();
    offsetMinutes.set(quarter, atQuarter);
  }
  return (atQuarter + Math.floor((nowMs - quarter * offsetValidMs) / minuteMs)) % weekMinutes;
}

/** Whether a window is open in a minute of the local week. Daylight saving leaves out or repeats minutes, and changes none. */
export function isOpenAt({ days = [...daysOfWeek], from, to }: Within, minuteOfWeek: number): boolean {
  const [start, end] = [minutesOf(from), minutesOf(to)];
  const day = Math.floor(minuteOfWeek / dayMinutes);
  const minute = minuteOfWeek % dayMinutes;
  const isOn = (index: number): boolean => days.some((name) => name === daysOfWeek[index]);
  if (start < end) return isOn(day) && minute >= start && minute < end;
  return (isOn(day) && minute >= start) || (isOn((day + 6) % 7) && minute < end);
}

/** The minutes of the local week at which a window may open or close. */
export function edgesOf({ from, to }: Within): number[] {
  return daysOfWeek.flatMap((_, day) => [day * dayMinutes + minutesOf(from), day * dayMinutes + minutesOf(to)]);
}

/** The first instant not before one at which it is that minute of the local week, unless daylight saving leaves it out. */
export function instantAt(timezone: string, minuteOfWeek: number, nowMs: number): number {
  const ahead = (minuteOfWeek - localMinute(timezone, nowMs) + weekMinutes) % weekMinutes;
  return (Math.floor(nowMs / minuteMs) + ahead) * minuteMs;
}

function minutesOf(timeOfDay: string): number {
  return Number(timeOfDay.slice(0, 2)) * 60 + Number(timeOfDay.slice(3));
}
