// CDF misbehaves, the data is bad, the credential is: what a client sees then, and what lands. One stack for all.
import type { Client } from 'pg';
import { ALL_CAPABILITIES } from '../local/cdf/access/capability';
import { DEFAULT_CLIENT } from '../local/cdf/server';
import { connectPg, copy, failureOf } from './support/clients';
import { type OutsideCdf, startOutsideCdf, until } from './support/outside-cdf';
import type { Stack } from './support/stack';
import { clientWithout } from './support/write-batch';

let cdf: OutsideCdf;
let stack: Stack;
let client: Client;

beforeAll(async () => {
  cdf = await startOutsideCdf();
  stack = await cdf.start();
  client = await connectPg(stack.ready);
}, 90_000);

afterEach(() => cdf.heal());

afterAll(async () => {
  await client.end();
  await cdf.close();
});

const COPY_EVENTS = 'COPY events (external_id, type) FROM STDIN';

async function typesOf(...externalIds: string[]): Promise<unknown[]> {
  const found = await cdf.api.byExternalIds('events', externalIds);
  return found.map((event) => event['type']);
}

async function eventsOfType(type: string): Promise<unknown[]> {
  return (await cdf.api.post('/events/list', { filter: { type }, limit: 1000 }))['items'] as unknown[];
}

describe('a CDF that falters', () => {
  it.each([
    ['answers 429 three times', { status: 429, times: 3 }],
    ['answers 500 twice', { status: 500, times: 2 }],
    ['drops the connection before it applies', { drop: 'before', times: 1 }],
    ['drops the connection after it has applied', { drop: 'after', times: 1 }],
  ])('takes each row once although it %s', async (what, fault) => {
    await cdf.fault({ method: 'POST', path: '^/events$', ...fault });

    await copy(client, COPY_EVENTS, [`${what} 1\t${what}\n${what} 2\t${what}\n`]);

    expect(await eventsOfType(what)).toHaveLength(2);
    expect(await cdf.requests('POST /events')).toBeGreaterThan(fault.times);
  });

  it('takes data points once although it drops the connection after it has applied', async () => {
    await client.query("INSERT INTO time_series (external_id, name) VALUES ('dropped', 'dropped')");
    await cdf.fault({ path: '^/timeseries/data$', drop: 'after', times: 1 });

    await copy(client, 'COPY double_datapoints (external_id, timestamp, value) FROM STDIN', [
      'dropped\t2024-01-01Z\t1\ndropped\t2024-01-02Z\t2\n',
    ]);

    expect((await cdf.api.datapoints('dropped')).map((point) => point.value)).toEqual([1, 2]);
  });

  it('makes no row without a key twice: the client hears that its fate is unknown', async () => {
    await cdf.fault({ method: 'POST', path: '^/events$', drop: 'after', times: 1 });

    const error = await failureOf(client.query("INSERT INTO events (type) VALUES ('keyless')"));

    expect(error).toMatchObject({ code: '58030', message: expect.stringContaining('not known') as string });
    expect(await eventsOfType('keyless')).toHaveLength(1);
  });
});

describe('duplicates', () => {
  it('within a load: the last row of a key wins', async () => {
    await copy(client, COPY_EVENTS, ['twice\tfirst\nonce\tonly\ntwice\tlast\n']);

    expect(await typesOf('twice', 'once')).toEqual(['last', 'only']);
  });

  it('of what CDF has: among 1 000 rows 10 are updated, the rest is created', async () => {
    const line = (type: string) => (i: number) => `over-${i}\t${type}\n`;
    const ids = Array.from({ length: 1000 }, (_, i) => i);
    await copy(client, COPY_EVENTS, ids.filter((i) => i % 100 === 0).map(line('over-old')));

    await copy(client, COPY_EVENTS, ids.map(line('over-new')));

    expect(await eventsOfType('over-old')).toHaveLength(0);
    expect(await eventsOfType('over-new')).toHaveLength(1000);
  });
});

it('a bad row among 1 000 is named with its key, and the other 999 are written', async () => {
  const rows = Array.from({ length: 1000 }, (_, i) => `leaf-${i}\tn\t${i === 700 ? 'no-such-parent' : ''}\n`);

  const error = await failureOf(
    copy(client, "COPY assets (external_id, name, parent_external_id) FROM STDIN (NULL '')", rows),
  );

  expect(error.detail).toMatch(/^row 701 \(leaf-700\): /);
  expect(error.hint).toContain('999 of 1000 rows were written');
  const ids = ['leaf-0', 'leaf-699', 'leaf-700', 'leaf-701', 'leaf-999'];
  const found = await cdf.api.byExternalIds('assets', ids);
  expect(found.map((asset) => asset['externalId'])).toEqual(ids.filter((id) => id !== 'leaf-700'));
});

describe('the credential', () => {
  const insert = (id: string) =>
    client.query("INSERT INTO events (external_id, type) VALUES ($1, 't')", [id]);

  it('gets a new token where its own is expired in mid-load', async () => {
    const rows = Array.from({ length: 10_000 }, (_, i) => `token-${i}\ttoken\n`);
    await cdf.fault({ method: 'POST', path: '^/events$', latencyMs: 100 });
    const load = copy(client, COPY_EVENTS, rows);
    await until('CDF has got the first batches', async () => (await cdf.requests('POST /events')) >= 2);
    await cdf.api.control('POST', '/expire-tokens');
    await load;

    expect(await typesOf('token-0', 'token-9999')).toEqual(['token', 'token']);
    expect(await cdf.statuses('POST /events')).toHaveProperty('401');
  });

  it('is told which capability it lacks, and works as soon as it has it', async () => {
    await cdf.api.control('POST', '/clients', clientWithout('eventsAcl', ALL_CAPABILITIES));

    const error = await failureOf(insert('capable'));

    expect(error).toMatchObject({
      code: '42501',
      message: expect.stringContaining('permission denied for table events') as string,
      hint: expect.stringContaining('eventsAcl:WRITE') as string,
    });
    await cdf.heal();
    await insert('capable');
    expect(await typesOf('capable')).toHaveLength(1);
  });

  it('is refused where its secret is not valid any more, and works with the old one back', async () => {
    await cdf.api.control('POST', '/clients', { ...DEFAULT_CLIENT, secret: 'rotated' });
    await cdf.api.control('POST', '/expire-tokens');

    expect(await failureOf(insert('secret'))).toMatchObject({
      code: '28000',
      message: expect.stringContaining('invalid_client') as string,
    });
    await cdf.heal();
    await insert('secret');
    expect(await typesOf('secret')).toHaveLength(1);
  });
});

describe('what is not committed', () => {
  const left = () => cdf.requests('POST /events');

  it('is gone after ROLLBACK and after a failed statement', async () => {
    await client.query('BEGIN');
    await copy(client, COPY_EVENTS, ['gone-1\tt\n']);
    await client.query('ROLLBACK');
    await failureOf(client.query("INSERT INTO events (external_id) VALUES ('gone-2'); SELECT 1/0"));
    await failureOf(copy(client, COPY_EVENTS, ['gone-3\tt\n', 'gone-4\n']));

    expect(await left()).toBe(0);
  });

  it('is gone where the connection is lost, in a block and in mid-COPY', async () => {
    const [inBlock, inCopy] = await Promise.all([connectPg(stack.ready), connectPg(stack.ready)]);
    await inBlock.query('BEGIN');
    await copy(inBlock, COPY_EVENTS, ['lost-1\tt\n']);
    const broken = failureOf(copy(inCopy, COPY_EVENTS, lostHalfway(inCopy)));
    destroy(inBlock);
    await broken;

    await client.query("INSERT INTO events (external_id, type) VALUES ('after the lost', 't')");

    expect(await left()).toBe(1);
  });
});

it('a bad row that CDF does not name is found among 1 000, and the other 999 are written', async () => {
  const end = (i: number) => (i === 333 ? '2020-01-01' : '2030-01-01');
  const rows = Array.from({ length: 1000 }, (_, i) => `hidden-${i}\thidden\t2024-01-01\t${end(i)}\n`);

  const error = await failureOf(
    copy(client, 'COPY events (external_id, type, start_time, end_time) FROM STDIN', rows),
  );

  expect(error.detail).toMatch(/^row 334 \(hidden-333\): /);
  expect(error.hint).toContain('999 of 1000 rows were written');
  expect(await eventsOfType('hidden')).toHaveLength(999);
  expect(await typesOf('hidden-333')).toEqual([]);
});

it('a load that ran out of its time does not hold up the next write to its keys', async () => {
  const hurried = await connectPg(stack.ready);
  const rows = Array.from({ length: 30_000 }, (_, i) => `hurried-${i}\thurried\n`);
  await cdf.fault({ method: 'POST', path: '^/events$', latencyMs: 400 });
  await hurried.query('SET statement_timeout = 1500');

  const error = await failureOf(copy(hurried, COPY_EVENTS, rows));

  expect(error).toMatchObject({ code: '57014', message: 'canceling statement due to statement timeout' });
  expect(error.detail).toMatch(/^\d+ of 3\d batches were handed over and will be written/);
  await cdf.heal();
  await hurried.query('RESET statement_timeout');
  await hurried.query("INSERT INTO events (external_id, type) VALUES ('hurried-0', 'after')");
  expect(await typesOf('hurried-0')).toEqual(['after']);
  await hurried.end();
});

describe('sluice.ack = queued', () => {
  it('keeps the order of 200 writes to one key', async () => {
    const eager = await connectPg(stack.ready, { options: '-c sluice.ack=queued' });
    for (let i = 1; i <= 200; i++)
      await eager.query("INSERT INTO events (external_id, type) VALUES ('counted', $1)", [String(i)]);
    await eager.end();

    const seen: number[] = [];
    await until('the last value is in CDF', async () => {
      seen.push(Number((await typesOf('counted'))[0] ?? 0));
      return seen.at(-1) === 200;
    });
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
  });
});

/** The client's socket breaks without a word. */
function destroy(broken: Client): void {
  (broken as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy();
}

function* lostHalfway(broken: Client): Iterable<string> {
  yield 'lost-2\tt\n';
  destroy(broken);
  yield 'lost-3\tt\n';
}
