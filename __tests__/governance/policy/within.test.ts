// Whether an instant lies in a span of local time: around its edges, past midnight, and where clocks change.
// Next: governance/policy/within.ts.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { daysOfWeek, type Within } from '../../../governance/policy/document.ts';
import { withinTest } from '../../../governance/policy/within.ts';

const office: Within = {
  days: ['mon', 'tue', 'wed', 'thu', 'fri'],
  from: '08:00',
  to: '18:00',
  timezone: 'Europe/Berlin',
};
const night: Within = { days: ['fri'], from: '22:00', to: '06:00', timezone: 'Europe/Berlin' };
const lastSunday: Within = { days: ['sun'], from: '02:00', to: '03:00', timezone: 'Europe/Berlin' };

describe.each<[string, Within, [string, boolean, string][]]>([
  [
    'office hours in Berlin',
    office,
    [
      ['2026-01-14T06:59:59.999Z', false, 'a moment before 08:00 in winter'],
      ['2026-01-14T07:00:00Z', true, '08:00 in winter'],
      ['2026-01-14T16:59:59.999Z', true, 'a moment before 18:00 in winter'],
      ['2026-01-14T17:00:00Z', false, '18:00 in winter'],
      ['2026-07-15T05:59:59Z', false, 'before 08:00 in summer'],
      ['2026-07-15T06:00:00Z', true, '08:00 in summer'],
      ['2026-07-15T16:00:00Z', false, '18:00 in summer'],
      ['2026-01-17T10:00:00Z', false, 'a Saturday'],
      ['2026-01-18T10:00:00Z', false, 'a Sunday'],
      ['2026-03-27T07:00:00Z', true, 'the last Friday of winter time, 08:00'],
      ['2026-03-30T06:00:00Z', true, 'the first Monday of summer time, 08:00'],
      ['2026-03-30T05:59:59Z', false, 'the first Monday of summer time, before 08:00'],
      ['2026-10-23T06:00:00Z', true, 'the last Friday of summer time, 08:00'],
      ['2026-10-26T06:00:00Z', false, 'the first Monday of winter time, 07:00'],
      ['2026-10-26T07:00:00Z', true, 'the first Monday of winter time, 08:00'],
    ],
  ],
  [
    'a Friday night in Berlin',
    night,
    [
      ['2026-01-16T20:59:59Z', false, 'Friday before 22:00'],
      ['2026-01-16T21:00:00Z', true, 'Friday 22:00'],
      ['2026-01-16T23:00:00Z', true, 'Saturday midnight, which belongs to Friday'],
      ['2026-01-17T04:59:59Z', true, 'Saturday before 06:00'],
      ['2026-01-17T05:00:00Z', false, 'Saturday 06:00'],
      ['2026-01-16T03:00:00Z', false, 'Friday 04:00, which belongs to Thursday'],
      ['2026-01-17T21:30:00Z', false, 'Saturday 22:30'],
    ],
  ],
  [
    'the hour that does not come in spring and comes twice in autumn',
    lastSunday,
    [
      ['2026-03-29T00:59:59Z', false, '01:59:59, before the clock leaps to 03:00'],
      ['2026-03-29T01:00:00Z', false, '03:00, right after the leap'],
      ['2026-10-24T23:59:59Z', false, '01:59:59 in summer time'],
      ['2026-10-25T00:00:00Z', true, '02:00 for the first time'],
      ['2026-10-25T00:59:59Z', true, '02:59:59 for the first time'],
      ['2026-10-25T01:00:00Z', true, '02:00 for the second time'],
      ['2026-10-25T01:59:59Z', true, '02:59:59 for the second time'],
      ['2026-10-25T02:00:00Z', false, '03:00 in winter time'],
    ],
  ],
  [
    'a morning in Kathmandu, 5:45 ahead',
    { from: '09:00', to: '09:15', timezone: 'Asia/Kathmandu' },
    [
      ['2026-01-14T03:14:59Z', false, '08:59:59'],
      ['2026-01-14T03:15:00Z', true, '09:00'],
      ['2026-01-14T03:29:59Z', true, '09:14:59'],
      ['2026-01-14T03:30:00Z', false, '09:15'],
    ],
  ],
  [
    'a Monday in the Chatham Islands, up to 13:45 ahead',
    { days: ['mon'], from: '00:00', to: '00:15', timezone: 'Pacific/Chatham' },
    [
      ['2026-01-11T10:14:59Z', false, 'Sunday 23:59:59 in summer'],
      ['2026-01-11T10:15:00Z', true, 'Monday 00:00 in summer'],
      ['2026-07-12T11:15:00Z', true, 'Monday 00:00 in winter'],
      ['2026-07-12T10:15:00Z', false, 'Sunday 23:00 in winter'],
    ],
  ],
  [
    'Lord Howe Island, whose clocks change by half an hour',
    { from: '12:00', to: '12:30', timezone: 'Australia/Lord_Howe' },
    [
      ['2026-01-14T01:00:00Z', true, '12:00 in summer'],
      ['2026-07-15T01:00:00Z', false, '11:30 in winter'],
      ['2026-07-15T01:30:00Z', true, '12:00 in winter'],
    ],
  ],
  [
    'the night its clocks leap from 02:00 to 02:30, in the middle of an hour of UTC',
    { from: '02:30', to: '02:45', timezone: 'Australia/Lord_Howe' },
    [
      ['2026-10-03T15:29:59Z', false, '01:59:59, before the leap'],
      ['2026-10-03T15:30:00Z', true, '02:30, right after it'],
      ['2026-10-03T15:44:59Z', true, '02:44:59'],
      ['2026-10-03T15:45:00Z', false, '02:45'],
    ],
  ],
  [
    'a day behind UTC',
    { days: ['tue'], from: '22:00', to: '23:59', timezone: 'Pacific/Honolulu' },
    [
      ['2026-01-14T08:00:00Z', true, 'Tuesday 22:00, a Wednesday in UTC'],
      ['2026-01-14T07:59:59Z', false, 'Tuesday 21:59:59'],
    ],
  ],
])('%s', (_name, span, rows) => {
  it.each(rows)('at %s is %j: %s', (at, inside) => expect(withinTest(span)(Date.parse(at))).toBe(inside));
});

describe('a span', () => {
  it('gives the same answer whatever was asked before', () => {
    const test = withinTest(office);
    const instants = [
      '2026-10-25T00:59:00Z',
      '2026-03-30T06:00:00Z',
      '2026-01-14T07:00:00Z',
      '2026-07-15T06:00:00Z',
    ].map(Date.parse);
    const fresh = instants.map((each) => withinTest(office)(each));
    expect([...instants, ...instants.toReversed()].map(test)).toEqual([...fresh, ...fresh.toReversed()]);
  });

  it('agrees with the clock on the wall, in every zone and around every change', () => {
    const zones = [
      'UTC',
      'Europe/Berlin',
      'Asia/Kathmandu',
      'America/St_Johns',
      'Australia/Lord_Howe',
      'Pacific/Apia',
      'Africa/Casablanca',
    ];
    const time = fc.tuple(fc.nat(23), fc.nat(59)).map(([hour, minute]) => `${two(hour)}:${two(minute)}`);
    const aroundChanges = fc
      .tuple(
        fc.constantFrom('2026-03-29T01:00:00Z', '2026-10-25T01:00:00Z', '2026-10-03T15:30:00Z'),
        fc.integer({ min: -5400, max: 5400 }),
      )
      .map(([at, seconds]) => Date.parse(at) + seconds * 1000);
    const instant = fc.oneof(
      fc.date({ min: new Date('2020-01-01'), max: new Date('2035-01-01'), noInvalidDate: true }).map(Number),
      aroundChanges,
    );
    const span = fc
      .record({
        days: fc.subarray([...daysOfWeek], { minLength: 1 }),
        from: time,
        to: time,
        timezone: fc.constantFrom(...zones),
      })
      .filter(({ from, to }) => from !== to);
    fc.assert(
      fc.property(span, instant, (within, nowMs) => {
        expect(withinTest(within)(nowMs)).toBe(wallClockWithin(within, nowMs));
      }),
      { numRuns: 2000 },
    );
  });
});

function wallClockWithin({ days = [], from, to, timezone }: Within, nowMs: number): boolean {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone: timezone,
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
  });
  const parts = new Map(format.formatToParts(nowMs).map(({ type, value }) => [type, value]));
  const today = daysOfWeek.findIndex((day) => day === parts.get('weekday')?.toLowerCase());
  const yesterday = daysOfWeek[(today + 6) % 7] ?? 'mon';
  const time = `${parts.get('hour')}:${parts.get('minute')}`;
  const onDay = days.includes(daysOfWeek[today] ?? 'mon');
  if (from < to) return onDay && time >= from && time < to;
  return (onDay && time >= from) || (days.includes(yesterday) && time < to);
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}
