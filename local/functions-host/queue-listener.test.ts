import { once, EventEmitter } from 'node:events';
import { QueueClient } from '@azure/storage-queue';
import { createLog } from '../../shared/log';
import { startAzurite, type Azurite } from '../../tests/support/azurite';
import type { QueueSettings } from './host-json';
import { listenToQueue, type QueueListener, type RunMessage } from './queue-listener';

const SETTINGS: QueueSettings = {
  batchSize: 8,
  newBatchThreshold: 4,
  maxDequeueCount: 3,
  visibilityTimeoutMs: 0,
  maxPollingIntervalMs: 100,
  messageEncoding: 'base64',
};

const log = createLog('test', () => undefined);
let azurite: Azurite;
let listener: QueueListener | null = null;
let queues = 0;

beforeAll(async () => {
  azurite = await startAzurite();
});
afterEach(async () => {
  await listener?.stop(0);
  listener = null;
});
afterAll(() => azurite.close());

interface Queues {
  readonly queue: QueueClient;
  readonly poisonQueue: QueueClient;
}

/** Of its own for each test; the poison queue is not made. */
async function createQueues(): Promise<Queues> {
  queues += 1;
  const queue = new QueueClient(azurite.connectionString, `jobs-${queues}`);
  await queue.create();
  return { queue, poisonQueue: new QueueClient(azurite.connectionString, `jobs-${queues}-poison`) };
}

function listen(
  pair: Queues,
  run: RunMessage,
  settings: Partial<QueueSettings> = {},
  leaseMs = 60_000,
): void {
  listener = listenToQueue({ ...pair, run, settings: { ...SETTINGS, ...settings }, log, leaseMs });
}

const send = (queue: QueueClient, body: string) => queue.sendMessage(Buffer.from(body).toString('base64'));

/** Looks again until `look` gives something; each look is a round trip, so this is no busy loop. */
async function eventually<T>(look: () => Promise<T | null>): Promise<T> {
  for (;;) {
    const found = await look();
    if (found !== null) return found;
  }
}

const isEmpty = (queue: QueueClient) => async () =>
  (await queue.getProperties()).approximateMessagesCount === 0 ? true : null;

const firstIn = (queue: QueueClient) => async () =>
  (await queue.peekMessages().catch(() => null))?.peekedMessageItems[0] ?? null;

const noteIn =
  (bodies: string[]): RunMessage =>
  (body) => {
    bodies.push(body);
    return Promise.resolve();
  };

/** A function that notes its runs and ends when the test says so. */
class HeldFunction extends EventEmitter {
  readonly bodies: string[] = [];
  readonly held: (() => void)[] = [];
  running = 0;
  most = 0;

  readonly run: RunMessage = async (body) => {
    this.bodies.push(body);
    this.running += 1;
    this.most = Math.max(this.most, this.running);
    const release = new Promise<void>((resolve) => this.held.push(resolve));
    this.emit('started');
    await release;
    this.running -= 1;
  };

  async started(count: number): Promise<void> {
    while (this.bodies.length < count) await once(this, 'started');
  }
}

test('a message is run with its decoded body, then deleted', async () => {
  const pair = await createQueues();
  const bodies: string[] = [];
  await send(pair.queue, '{"row":"å"}');

  listen(pair, noteIn(bodies));

  await eventually(isEmpty(pair.queue));
  expect(bodies).toEqual(['{"row":"å"}']);
});

test('a failed message comes back, and its deliveries are counted', async () => {
  const pair = await createQueues();
  const counts: number[] = [];
  await send(pair.queue, 'x');

  listen(pair, (_body, { dequeueCount }) => {
    counts.push(dequeueCount);
    return dequeueCount < 2 ? Promise.reject(new Error('once')) : Promise.resolve();
  });

  await eventually(isEmpty(pair.queue));
  expect(counts).toEqual([1, 2]);
});

test('a message that fails at its last delivery goes to the poison queue as it was', async () => {
  const pair = await createQueues();
  let runs = 0;
  const { messageId } = await send(pair.queue, 'bad');

  listen(pair, () => {
    runs += 1;
    return Promise.reject(new Error('always'));
  });

  const poison = await eventually(firstIn(pair.poisonQueue));
  await eventually(isEmpty(pair.queue));
  expect(runs).toBe(SETTINGS.maxDequeueCount);
  expect(Buffer.from(poison.messageText, 'base64').toString()).toBe('bad');
  expect(poison.messageId).not.toBe(messageId);
});

test('a message that was delivered too often is put aside without a run', async () => {
  const pair = await createQueues();
  await send(pair.queue, 'crashes its host');
  await eventually(async () => {
    const { receivedMessageItems } = await pair.queue.receiveMessages({ visibilityTimeout: 1 });
    return receivedMessageItems[0]?.dequeueCount === SETTINGS.maxDequeueCount ? true : null;
  });
  const runs: string[] = [];

  listen(pair, noteIn(runs));

  await eventually(firstIn(pair.poisonQueue));
  expect(runs).toEqual([]);
});

test('a message that is not base64 is put aside without a run', async () => {
  const pair = await createQueues();
  await pair.queue.sendMessage('{"plain":true}');
  let runs = 0;

  listen(pair, () => Promise.resolve(void (runs += 1)));

  const poison = await eventually(firstIn(pair.poisonQueue));
  expect(poison.messageText).toBe('{"plain":true}');
  expect(runs).toBe(0);
});

test('with encoding "none" the text itself is the body', async () => {
  const pair = await createQueues();
  const bodies: string[] = [];
  await pair.queue.sendMessage('{"plain":true}');

  listen(pair, noteIn(bodies), { messageEncoding: 'none' });

  await eventually(isEmpty(pair.queue));
  expect(bodies).toEqual(['{"plain":true}']);
});

test('the next messages are fetched when no more than newBatchThreshold are running', async () => {
  const pair = await createQueues();
  for (const body of ['1', '2', '3', '4', '5', '6']) await send(pair.queue, body);
  const job = new HeldFunction();

  listen(pair, job.run, { batchSize: 2, newBatchThreshold: 1 });

  await job.started(2);
  expect(job.running).toBe(2);
  job.held.shift()?.();
  await job.started(4);
  expect(job.running).toBe(3);
  while (job.bodies.length < 6 || job.held.length > 0) {
    job.held.shift()?.();
    await isEmpty(pair.queue)();
  }
  await eventually(isEmpty(pair.queue));
  expect(job.most).toBe(3);
  expect([...job.bodies].sort()).toEqual(['1', '2', '3', '4', '5', '6']);
});

test('the lease of a running message is renewed, so that it is delivered once', async () => {
  const pair = await createQueues();
  await send(pair.queue, 'long');
  const renewals = new EventEmitter();
  let renewed = 0;
  const queue = Object.create(pair.queue) as QueueClient;
  queue.updateMessage = async (...args) => {
    const answer = await pair.queue.updateMessage(...args);
    renewed += 1;
    renewals.emit('renewed');
    return answer;
  };
  let runs = 0;

  const run: RunMessage = async () => {
    runs += 1;
    while (renewed < 3) await once(renewals, 'renewed');
  };
  listen({ ...pair, queue }, run, {}, 1_000);

  await eventually(isEmpty(pair.queue));
  expect(runs).toBe(1);
});

test('a queue that is made later is polled from then on', async () => {
  queues += 1;
  const queue = new QueueClient(azurite.connectionString, `jobs-${queues}`);
  const poisonQueue = new QueueClient(azurite.connectionString, `jobs-${queues}-poison`);
  const bodies: string[] = [];

  listen({ queue, poisonQueue }, noteIn(bodies));
  await queue.create();
  await send(queue, 'late');

  await eventually(isEmpty(queue));
  expect(bodies).toEqual(['late']);
});

test('a stop waits for what is running', async () => {
  const pair = await createQueues();
  await send(pair.queue, 'x');
  const job = new HeldFunction();
  listen(pair, job.run);
  await job.started(1);

  const stopped = listener?.stop(60_000);
  job.held.shift()?.();
  await stopped;

  await expect(isEmpty(pair.queue)()).resolves.toBe(true);
});

test('what does not end in time at a stop is given back at once', async () => {
  const pair = await createQueues();
  await send(pair.queue, 'x');
  const job = new HeldFunction();
  listen(pair, job.run);
  await job.started(1);

  await listener?.stop(1);

  const { receivedMessageItems } = await pair.queue.receiveMessages();
  expect(receivedMessageItems.map(({ dequeueCount }) => dequeueCount)).toEqual([2]);
  job.held.shift()?.();
});
