// One cause pages once: causes are played minute by minute through the synthesized alarms, and pages are counted.
// Next: __tests__/support/played-causes.ts, the causes; __tests__/support/alarm-simulation.ts, which plays them.
import { describe, expect, test } from 'vitest';
import { alarms, isUrgent } from '../../observability/alarms/all.ts';
import { holdsRule } from '../support/alarm-rule.ts';
import { type Outcome, playAlarms } from '../support/alarm-simulation.ts';
import { type Minute, type Reading } from '../support/metric-history.ts';
import {
  busy,
  causes,
  deniedPerMinute,
  each,
  idle,
  permitted,
  requestsPerMinute,
  silenced,
} from '../support/played-causes.ts';

const lastsMinutes = 45;
/** Until every window that lets an alarm ring has forgotten it. */
const playedMinutes = 300;

function play(
  changes: Minute,
  { base = busy, lasts = lastsMinutes, minutes = playedMinutes, alwaysOn = true } = {},
): Outcome {
  const during = { ...base, ...changes };
  const minuteAt = (minute: number) => (minute >= 0 && minute < lasts ? during : base);
  return playAlarms({ minuteAt, minutes, alwaysOn, usual: 5 * deniedPerMinute * 3 });
}

const urgentOf = ({ rang }: Outcome) =>
  alarms.filter((alarm) => isUrgent(alarm) && rang.has(alarm.name)).map(({ name }) => name);

describe('a single cause of three quarters of an hour pages once', () => {
  test.each(causes)('$cause: $page', ({ changes, page, urgent }) => {
    const outcome = play(changes);
    expect(urgentOf(outcome).toSorted()).toEqual(urgent.toSorted());
    expect(outcome.paged).toEqual([page]);
    // A long window remembers, and rings with its short one alone.
    expect(outcome.ringing.filter((address) => !address.endsWith('_long'))).toEqual([]);
  });

  test('as it would not if each urgent alarm paged for itself', () => {
    expect(causes.filter(({ urgent }) => urgent.length > 1).length).toBeGreaterThan(8);
  });

  test('every urgent alarm is in one of them', () => {
    const played = new Set(causes.flatMap(({ urgent }) => urgent));
    expect(alarms.filter((alarm) => isUrgent(alarm) && !played.has(alarm.name)).map(({ name }) => name)).toEqual([]);
  });

  test('two causes of different signs page twice, since neither hides the other', () => {
    const outcome = play({ blueErrors: permitted, meshRefusals: each(3, 1) });
    expect(outcome.paged.toSorted()).toEqual(['intrusion', 'urgent']);
  });
});

describe('nobody is told of anything', () => {
  const quiet = { rang: new Set(), paged: [], alerted: [], ringing: [] };

  test.each([
    ['while callers are served', busy, {}],
    ['in a night without callers', idle, {}],
    ['by a smoke test, which tries a replay and grants that are none', busy, { refusals: each(3, 1), replays: all1() }],
    ['by one bad request', busy, { blueErrors: all1() }],
    ['by what lies astride two periods', busy, { auditRecords: each(requestsPerMinute - 3, 1) }],
  ])('%s', (_, base, changes) => {
    expect(play(changes, { base, lasts: 1 })).toEqual(quiet);
  });

  test('outside office hours, when no task runs', () => {
    expect(play({}, { base: {}, alwaysOn: false })).toEqual(quiet);
  });

  function all1(): Reading {
    return each(1, 1);
  }
});

describe('silence hides no outage', () => {
  const quietCallers = (changes: Minute, everyMinutes: number) => (minute: number) =>
    minute % everyMinutes === 0 ? { ...idle, blueRequests: each(1, 1), ...changes } : idle;

  test('a night in which no task runs pages at once for each service, though nobody calls', () => {
    const gone = silenced('orbitCpu', 'orbitMemory', 'orbitSaturation');
    expect(play(gone, { base: idle }).paged).toEqual(['urgent']);
  });

  test('a caller every other minute who is always failed pages within half an hour', () => {
    const minuteAt = quietCallers({ blueErrors: each(1, 1) }, 2);
    expect(playAlarms({ minuteAt, minutes: 30, alwaysOn: true, usual: 100 }).paged).toEqual(['urgent']);
  });

  test('a caller every other minute who meets an expired policy pages', () => {
    const minuteAt = quietCallers({ failedDecisions: each(1, 1) }, 2);
    expect(playAlarms({ minuteAt, minutes: 30, alwaysOn: true, usual: 100 }).paged).toEqual(['urgent']);
  });

  test('tasks that run but whose metrics do not arrive are told of', () => {
    const outcome = play(silenced('orbitSaturation', 'axonSaturation', 'replaySetUse'), { base: idle });
    expect(outcome.alerted.toSorted()).toEqual(['axon-unmeasured', 'orbit-unmeasured']);
    expect(outcome.paged).toEqual([]);
  });
});

test('a function that answers and records but writes no metrics is told of', () => {
  const outcome = play(silenced('permits', 'denials', 'failedDecisions', 'measuredDecisions'), {
    lasts: 30,
    minutes: 30,
  });
  expect([outcome.paged, outcome.alerted]).toEqual([[], ['governance-unmeasured']]);
});

describe('the error budget', () => {
  /** A quick fright: more in five minutes than an hour may have, over before anybody could act. */
  test('a burn of which the long window knows nothing yet pages nobody', () => {
    const outcome = play({ blueErrors: each(1, 20) }, { lasts: 1 });
    expect([...outcome.rang]).not.toContain('urgent');
  });

  test('a burn that is over rings no longer, though the long window still holds it', () => {
    const atMinute = (minute: number) => (minute >= 0 && minute < 10 ? { ...busy, blueErrors: permitted } : busy);
    const ringing = (minutes: number) =>
      playAlarms({ minuteAt: atMinute, minutes, alwaysOn: true, usual: 1000 }).ringing.map(
        (address) => address.split('.')[1],
      );
    expect(ringing(10)).toContain('alarm_slo_burn_fast');
    expect(ringing(30)).toContain('alarm_slo_burn_fast_long');
    expect(ringing(30)).not.toContain('alarm_slo_burn_fast');
  });

  test('a slow leak of half a percent is told of by day and wakes nobody', () => {
    const outcome = play({ blueErrors: each(1, 0.3) }, { lasts: 1440, minutes: 1440 });
    expect(outcome.paged).toEqual([]);
    expect(outcome.alerted).toEqual(['slo-burn-lasting']);
  });
});

describe('a rule', () => {
  test.each([
    ['ALARM("${a}") OR ALARM("${b}") AND ALARM("${c}")', ['a'], true],
    ['(ALARM("${a}") OR ALARM("${b}")) AND ALARM("${c}")', ['a'], false],
    ['ALARM("${a}") AND NOT ALARM("${b}")', ['a'], true],
    ['ALARM("${a}") AND NOT ALARM("${b}")', ['a', 'b'], false],
  ])('%s with %j', (rule, ringing, expected) => {
    expect(holdsRule(rule, (name) => ringing.includes(name))).toBe(expected);
  });

  test.each(['', 'OK("${a}")', 'ALARM("${a}") OR', '(ALARM("${a}")', 'ALARM("${a}") ALARM("${b}")'])(
    '%s is refused',
    (rule) => {
      expect(() => holdsRule(rule, () => true)).toThrow(/^got /);
    },
  );
});
