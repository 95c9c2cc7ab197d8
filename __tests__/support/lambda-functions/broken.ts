// A function whose module cannot be loaded.
// Next: __tests__/services/local/lambda-worker.test.ts, which tries to.
throw new Error('planted load failure');
