import { CdfError } from './cdf-error';
import type { Clock } from './retry';
import { createRetry, MAX_TRIES } from './retry';

function setup(random = 0.5) {
  const slept: number[] = [];
  let time = 0;
  const clock: Clock = {
    now: () => time,
    random: () => random,
    sleep: (ms) => {
      slept.push(ms);
      time += ms;
      return Promise.resolve();
    },
  };
  let tries = 0;
  const failing =
    (error: Error, times = Infinity) =>
    () =>
      tries++ < times ? Promise.reject(error) : Promise.resolve('done');
  return { retry: createRetry(clock), slept, failing, tries: () => tries };
}

const throttled = new CdfError('slow down', { status: 429, retryable: 'always' });
const broken = new CdfError('oops', { status: 500, retryable: 'if-idempotent' });
const refused = new CdfError('no', { status: 400 });

test('throttling is waited for, also where a request must not be repeated', async () => {
  const { retry, failing, slept } = setup();

  expect(await retry(false, failing(throttled, 3))).toBe('done');
  expect(slept).toEqual([250, 500, 1000]);
});

test('a broken answer is tried again only where the request is idempotent', async () => {
  const { retry, failing, tries } = setup();

  await expect(retry(false, failing(broken))).rejects.toBe(broken);
  expect(tries()).toBe(1);
  expect(await retry(true, failing(broken, 2))).toBe('done');
});

test('a refusal is not tried again', async () => {
  const { retry, failing, tries } = setup();

  await expect(retry(true, failing(refused))).rejects.toBe(refused);
  expect(tries()).toBe(1);
});

test('it gives up after so many tries, none of the waits above 20 s', async () => {
  const { retry, failing, slept, tries } = setup(0.999);

  await expect(retry(true, failing(throttled))).rejects.toBe(throttled);
  expect(tries()).toBe(MAX_TRIES);
  expect(Math.max(...slept)).toBeLessThanOrEqual(20_000);
});

test('Retry-After is waited for, and one that goes beyond the time of a batch ends it', async () => {
  const { retry, failing, slept } = setup(0);
  const later = new CdfError('later', { status: 429, retryable: 'always', retryAfterMs: 7000 });
  const tomorrow = new CdfError('later', { status: 429, retryable: 'always', retryAfterMs: 86_400_000 });

  expect(await retry(true, failing(later, 1))).toBe('done');
  expect(slept).toEqual([7000]);
  await expect(retry(true, () => Promise.reject(tomorrow))).rejects.toBe(tomorrow);
});

test('another error is none of its business', async () => {
  const { retry, failing, tries } = setup();
  const bug = new TypeError('bug');

  await expect(retry(true, failing(bug))).rejects.toBe(bug);
  expect(tries()).toBe(1);
});
