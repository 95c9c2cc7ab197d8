// The instants at which a recurring span of local time begins and ends, around a given moment.
// Next: governance/policy/within.ts, which gives the span its meaning.
import { daysOfWeek, type Within } from '../document.ts';

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;

/**
 * The first and last millisecond of the span, those right outside it and one amid it, on every day of the week that
 * begins with the given moment's day: in epoch milliseconds, those of the nearest days first.
 */
export function windowEdges({ from, to, timezone }: Within, aroundMs: number): number[] {
  const localMidnightMs = Math.floor((aroundMs + offsetAt(timezone, aroundMs)) / dayMs) * dayMs;
  const [startMs, endMs] = [minutesOf(from) * minuteMs, minutesOf(to) * minuteMs];
  const amidMs = startMs + Math.max(minuteMs, (endMs > startMs ? endMs - startMs : dayMs - startMs) / 2);
  return daysOfWeek.flatMap((_, day) =>
    [startMs, amidMs, startMs - 1, endMs - 1, endMs].map((timeMs) =>
      toInstant(localMidnightMs + day * dayMs + timeMs, timezone),
    ),
  );
}

function minutesOf(timeOfDay: string): number {
  return Number(timeOfDay.slice(0, 2)) * 60 + Number(timeOfDay.slice(3));
}

/** The instant at which the zone's clocks show this local time; where they skip it, one close by. */
function toInstant(localMs: number, timezone: string): number {
  const guessMs = localMs - offsetAt(timezone, localMs);
  return localMs - offsetAt(timezone, guessMs);
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** The zone's offset from UTC in milliseconds. */
function offsetAt(timezone: string, instantMs: number): number {
  let format = formats.get(timezone);
  if (!format) {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: timezone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
    formats.set(timezone, format);
  }
  const wholeMs = Math.floor(instantMs / 1000) * 1000;
  const part = Object.fromEntries(format.formatToParts(wholeMs).map(({ type, value }) => [type, Number(value)]));
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = part;
  return Date.UTC(year, month - 1, day, hour, minute, second) - wholeMs;
}
