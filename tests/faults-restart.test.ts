// A part of the stack dies, or all of it stops, while rows are on their way. CDF stays, and so does the data folder: each
// test starts a stack where the last one left it.
import { once } from 'node:events';
import type { Client } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { connectPg, copy, failureOf } from './support/clients';
import { type OutsideCdf, startOutsideCdf, until } from './support/outside-cdf';
import type { Stack } from './support/stack';

let cdf: OutsideCdf;

beforeAll(async () => {
  cdf = await startOutsideCdf();
});

afterEach(() => cdf.heal());

afterAll(() => cdf.close());

const COPY_EVENTS = 'COPY events (external_id, type) FROM STDIN';

/** How many events CDF has of a type. */
async function count(type: string): Promise<number> {
  const found = await cdf.api.post('/events/list', { filter: { type }, limit: 1000 });
  return (found['items'] as unknown[]).length;
}

async function typeOf(externalId: string): Promise<unknown> {
  return (await cdf.api.byExternalIds('events', [externalId]))[0]?.['type'];
}

/** A promise whose failure is looked at later. */
function expected<T>(work: Promise<T>): Promise<T> {
  work.catch(() => undefined);
  return work;
}

function kill(stack: Stack, part: string): void {
  process.kill(stack.ready.processes[part]!, 'SIGKILL');
}

function reached(operation: string, times: number): Promise<void> {
  return until(
    `CDF has got ${operation} ${times} times`,
    async () => (await cdf.requests(operation)) >= times,
  );
}

it('the server killed in mid-COPY: CDF is untouched, the stack ends with the reason, a restart takes the load', async () => {
  const stack = await cdf.start();
  const client = await connectPg(stack.ready);
  await client.query("INSERT INTO time_series (external_id, name) VALUES ('killed', 'killed')");
  const points = pointsOf('killed', 150_000);
  const half = client.query(copyFrom('COPY double_datapoints (external_id, timestamp, value) FROM STDIN'));
  const broken = once(half, 'error');
  for (const chunk of points) if (!half.write(chunk)) await once(half, 'drain');

  kill(stack, 'server');

  expect(await stack.ended).toBe(1);
  await broken;
  expect(stack.output()).toMatch(/Sluice has stopped: server ended: .*SIGKILL/);
  expect(await cdf.requests('POST /timeseries/data')).toBe(0);

  const again = await cdf.start();
  expect(again.ready.postgres.user).toBe(stack.ready.postgres.user);
  expect(again.ready.postgres.password).toBe(stack.ready.postgres.password);
  const next = await connectPg(again.ready);
  await copy(next, 'COPY double_datapoints (external_id, timestamp, value) FROM STDIN', points);
  await next.end();
  await again.stop();
  expect(await cdf.api.datapoints('killed')).toHaveLength(100_000);
});

describe('the functions killed while CDF answers slowly', () => {
  it('rows with a key are in CDF once after a restart, rows without one at most once', async () => {
    const stack = await cdf.start();
    const [keyed, keyless] = await Promise.all([connectPg(stack.ready), connectPg(stack.ready)]);
    await cdf.fault({ method: 'POST', path: '^/events$', latencyMs: 2_000 });
    const failures = [
      failureOf(copy(keyed, COPY_EVENTS, ['k-1\tkeyed\nk-2\tkeyed\nk-3\tkeyed\n'])),
      failureOf(copy(keyless, 'COPY events (type) FROM STDIN', ['keyless\nkeyless\n'])),
    ];
    await reached('POST /events', 2);

    kill(stack, 'functions');

    expect(await stack.ended).toBe(1);
    await Promise.all(failures);
    expect(stack.output()).toMatch(/Sluice has stopped: functions ended: .*SIGKILL/);
    const again = await cdf.start();
    await until('both batches have an outcome', () => again.output().split('"batch done"').length === 3);
    await again.stop();
    expect(await count('keyed')).toBe(3);
    expect([0, 2]).toContain(await count('keyless'));
  });
});

describe('sluice.ack = queued', () => {
  it('rows queued while CDF is down arrive after a restart, the last value of a key last', async () => {
    const stack = await cdf.start();
    await cdf.fault({ path: '/events', status: 503 });
    const eager = await connectPg(stack.ready, { options: '-c sluice.ack=queued' });
    for (let i = 1; i <= 10; i++)
      await eager.query("INSERT INTO events (external_id, type) VALUES ('survivor', $1)", [String(i)]);
    await eager.end();
    await reached('POST /events', 1);
    await stack.stop();
    await cdf.heal();

    const again = await cdf.start();

    await until('the last value is in CDF', async () => (await typeOf('survivor')) === '10');
    await until('all batches have an outcome', () => again.output().split('"batch done"').length === 11);
    expect(await typeOf('survivor')).toBe('10');
    await again.stop();
  });
});

describe('SIGTERM while a COPY waits for CDF', () => {
  async function stopInMidCopy(
    type: string,
    latencyMs: number,
  ): Promise<{ client: Client; done: Promise<void> }> {
    const stack = await cdf.start();
    const client = await connectPg(stack.ready);
    await cdf.fault({ method: 'POST', path: '^/events$', latencyMs, times: 1 });
    const done = expected(copy(client, COPY_EVENTS, [`${type} 1\t${type}\n${type} 2\t${type}\n`]));
    await reached('POST /events', 1);
    await stack.stop();
    expect(await stack.ended).toBe(0);
    return { client, done };
  }

  it('finishes the commit unit in hand, and the client sees success', async () => {
    const { done } = await stopInMidCopy('finished', 500);

    await done;
    expect(await count('finished')).toBe(2);
  });

  it('stops within its limits where CDF does not answer; the rows arrive once all the same', async () => {
    const { done } = await stopInMidCopy('unfinished', 60_000);

    expect(await failureOf(done)).toMatchObject({ code: '57P01' });
    const again = await cdf.start();
    await until('the batch has an outcome', () => again.output().includes('"batch done"'));
    expect(await count('unfinished')).toBe(2);
    await again.stop();
  });
});

/** COPY text of one series, a point a second. */
function pointsOf(series: string, points: number): string[] {
  const lines = Array.from(
    { length: points },
    (_, i) => `${series}\t${new Date(1_700_000_000_000 + i * 1000).toISOString()}\t${i}\n`,
  );
  return Array.from({ length: points / 1000 }, (_, i) => lines.slice(i * 1000, (i + 1) * 1000).join(''));
}
