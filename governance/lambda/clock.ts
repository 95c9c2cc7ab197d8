// Time that only ever goes forward, for deadlines and durations.
// Next: governance/lambda/handler.ts and governance/lambda/aws-json.ts, which measure with it.

/** Milliseconds since some moment, with fractions. `performance.now()` says the same, but takes 6 ms of a cold start to load. */
export function monotonicMs(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1000 + nanoseconds / 1e6;
}
