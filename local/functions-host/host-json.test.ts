import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { readHostJson } from './host-json';

const directory = mkdtempSync(join(tmpdir(), 'sluice-host-'));
afterAll(() => rmSync(directory, { recursive: true }));

function read(host: unknown): ReturnType<typeof readHostJson> {
  writeFileSync(join(directory, 'host.json'), JSON.stringify(host));
  return readHostJson(directory);
}

test('what is left out has the default of the Functions host', () => {
  expect(read({ version: '2.0' })).toEqual({
    routePrefix: 'api',
    functionTimeoutMs: 30 * 60_000,
    queues: {
      batchSize: 16,
      newBatchThreshold: 8,
      maxDequeueCount: 5,
      visibilityTimeoutMs: 0,
      maxPollingIntervalMs: 2_000,
      messageEncoding: 'base64',
    },
  });
});

test('time spans have days and fractions where they need them', () => {
  const queues = { visibilityTimeout: '1.02:03:04.5', maxPollingInterval: '00:00:00.001' };
  const host = read({ functionTimeout: '-1', extensions: { queues } });

  expect(host.queues.visibilityTimeoutMs).toBe(((26 * 60 + 3) * 60 + 4.5) * 1000);
  expect(host.queues.maxPollingIntervalMs).toBe(100);
  expect(host.functionTimeoutMs).toBe(2 ** 31 - 1);
});

test.each([
  ['batchSize', 33],
  ['batchSize', 0],
  ['visibilityTimeout', '30'],
  ['messageEncoding', 'hex'],
  ['maxDequeueCount', '5'],
])('a %s of %p is refused by name', (name, value) => {
  expect(() => read({ extensions: { queues: { [name]: value } } })).toThrow(name);
});

test("the app's own host.json is one that this host reads", () => {
  const host = readHostJson(resolve(__dirname, '../..'));

  expect(host.routePrefix).toBe('');
  expect(host.queues.messageEncoding).toBe('base64');
  expect(host.queues.visibilityTimeoutMs).toBeGreaterThan(0);
});
