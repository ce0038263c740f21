import { createLimiter, MAX_WAITING } from './limiter';

/** Requests that end when told to. */
function requests() {
  const ends: (() => void)[] = [];
  let running = 0;
  let most = 0;
  const send = async () => {
    most = Math.max(most, ++running);
    await new Promise<void>((resolve) => ends.push(resolve));
    running--;
  };
  const finishAll = async (done: Promise<unknown>) => {
    let isDone = false;
    const watched = done.finally(() => (isDone = true));
    while (!isDone) {
      ends.shift()?.();
      await new Promise((resolve) => setImmediate(resolve));
    }
    await watched;
  };
  return { send, finishAll, most: () => most };
}

test.each([
  ['datapoints', 5],
  ['raw', 4],
  ['assets', 4],
])('service %s has at most %i requests under way', async (service, count) => {
  const limit = createLimiter();
  const { send, finishAll, most } = requests();

  await finishAll(Promise.all(Array.from({ length: 12 }, () => limit('p', service, send))));

  expect(most()).toBe(count);
});

test('projects and services do not wait for each other', async () => {
  const limit = createLimiter();
  const { send, finishAll, most } = requests();
  const lanes = ['a', 'b'].flatMap((project) => ['raw', 'assets'].map((service) => ({ project, service })));

  await finishAll(
    Promise.all(
      lanes.flatMap(({ project, service }) => [1, 2, 3, 4].map(() => limit(project, service, send))),
    ),
  );

  expect(most()).toBe(16);
});

test('a failed request gives its place to the next', async () => {
  const limit = createLimiter();
  const failing = Array.from({ length: 8 }, () => limit('p', 'raw', () => Promise.reject(new Error('no'))));

  await Promise.allSettled(failing);

  expect(await limit('p', 'raw', () => Promise.resolve('yes'))).toBe('yes');
});

test('the queue is bounded', async () => {
  const limit = createLimiter();
  const { send, finishAll } = requests();
  const waiting = Array.from({ length: MAX_WAITING + 4 }, () => limit('p', 'raw', send));

  await expect(limit('p', 'raw', send)).rejects.toMatchObject({ name: 'CdfError', retryable: 'always' });
  await finishAll(Promise.all(waiting));
});
