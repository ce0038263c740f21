// UPDATE, DELETE and TRUNCATE from a real client to CDF and back: what is there afterwards, and what the client was told.
import type { Client } from 'pg';
import { describeBackend } from './support/backend-text';
import { type CdfApi, connectCdf } from './support/cdf-api';
import { connectPg, failureOf } from './support/clients';
import { encodeFrontend } from './support/frontend-text';
import { type Stack, startStack } from './support/stack';
import { gatewayPeers } from './support/transcript-sides';

let stack: Stack;
let cdf: CdfApi;
let client: Client;

beforeAll(async () => {
  stack = await startStack({ SLUICE_PLAINTEXT: 'allow' });
  cdf = connectCdf(stack.ready);
  client = await connectPg(stack.ready);
}, 90_000);

afterAll(async () => {
  await client.end();
  await stack.stop();
});

/** Events with type `old`. */
async function someEvents(...keys: string[]): Promise<void> {
  await client.query(
    "INSERT INTO events (external_id, type, source) SELECT k, 'old', 's' FROM unnest($1::text[]) k",
    [keys],
  );
}

/** The types of those events that there are. */
async function typesOf(...keys: string[]): Promise<unknown[]> {
  return (await cdf.byExternalIds('events', keys)).map(({ type }) => type);
}

const countsOf = (results: unknown) => (results as { rowCount: number }[]).map(({ rowCount }) => rowCount);

describe('INSERT ... ON CONFLICT DO NOTHING', () => {
  const insert = 'INSERT INTO events (external_id, type) VALUES';
  const nothing = 'ON CONFLICT DO NOTHING';

  it('counts only what was not there, as a text, evaluated and prepared', async () => {
    await someEvents('n-1', 'n-2');

    const plain = await client.query(`${insert} ('n-1', 'x'), ('n-3', 'x'), ('n-2', 'x') ${nothing}`);
    const evaluated = await client.query(
      `INSERT INTO events (external_id, type) SELECT 'n-' || i, 'x' FROM generate_series(1, 5) i ${nothing}`,
    );
    const prepared = await client.query(`${insert} ($1, 'x'), ($2, 'x') ${nothing}`, ['n-5', 'n-6']);
    const none = await client.query(`${insert} ('n-1', 'x') ${nothing}`);

    expect([plain, evaluated, prepared, none].map(({ rowCount }) => rowCount)).toEqual([1, 2, 1, 0]);
    expect(plain.command).toBe('INSERT');
    expect(await typesOf('n-1', 'n-2', 'n-3')).toEqual(['old', 'old', 'x']);
  });

  it('in a block a NOTICE tells at COMMIT by how much the tags were off', async () => {
    await someEvents('nb-1');
    const notices: string[] = [];
    const hear = ({ message }: { message?: string | undefined }) => notices.push(message ?? '');
    client.on('notice', hear);
    await client.query('BEGIN');
    await client.query(`${insert} ('nb-1', 'x'), ('nb-2', 'x') ${nothing}`);
    await client.query('COMMIT');
    client.off('notice', hear);

    expect(notices).toEqual(['statements have affected 1 row fewer in CDF than their tags said']);
  });
});

describe('UPDATE', () => {
  it('sets columns of what is there, unsets by NULL, and counts only what is there', async () => {
    await someEvents('u-1', 'u-2');

    const result = await client.query(
      "UPDATE events SET type = 'new', source = NULL WHERE external_id IN ('u-1', 'u-2', 'u-missing')",
    );

    expect(result).toMatchObject({ command: 'UPDATE', rowCount: 2 });
    const events = await cdf.byExternalIds('events', ['u-1', 'u-2', 'u-missing']);
    expect(events.map(({ type, source }) => [type, source])).toEqual([
      ['new', undefined],
      ['new', undefined],
    ]);
  });

  it('takes parameters in text and in binary, IN and ANY', async () => {
    await someEvents('p-1', 'p-2', 'p-3');

    const one = await client.query('UPDATE events SET type = $1, start_time = $2 WHERE external_id = $3', [
      'one',
      new Date(1_700_000_000_123),
      'p-1',
    ]);
    const binary = Buffer.from('p-2');
    const two = await client.query({
      text: 'UPDATE events SET description = $1 WHERE external_id = $2',
      values: [Buffer.from('as binary'), binary],
    });
    const any = await client.query("UPDATE events SET subtype = 'any' WHERE external_id = ANY ($1)", [
      ['p-2', 'p-3', 'p-9'],
    ]);

    expect([one, two, any].map(({ rowCount }) => rowCount)).toEqual([1, 1, 2]);
    const events = await cdf.byExternalIds('events', ['p-1', 'p-2', 'p-3']);
    expect(events[0]).toMatchObject({ type: 'one', startTime: 1_700_000_000_123 });
    expect(events[1]).toMatchObject({ description: 'as binary', subtype: 'any', type: 'old' });
    expect(events[2]).toMatchObject({ subtype: 'any' });
  });

  it('takes keys and values from a staging table', async () => {
    await someEvents('f-1', 'f-2');
    await client.query(
      "CREATE TEMP TABLE staged AS SELECT * FROM (VALUES ('f-1', 'a'), ('f-2', 'b'), ('f-9', 'c')) v (k, t)",
    );

    const result = await client.query(
      'UPDATE events e SET type = upper(s.t) FROM staged s WHERE e.external_id = s.k',
    );

    expect(result.rowCount).toBe(2);
    expect(await typesOf('f-1', 'f-2', 'f-9')).toEqual(['A', 'B']);
  });

  it('says in PostgreSQL’s terms what cannot be', async () => {
    const refused = async (sql: string) => failureOf(client.query(sql));

    expect(await refused("UPDATE double_datapoints SET value = 1 WHERE external_id = 'x'")).toMatchObject({
      code: '0A000',
      hint: expect.stringContaining('INSERT') as string,
    });
    expect(await refused("UPDATE events SET type = 'x' WHERE type = 'y'")).toMatchObject({
      code: '0A000',
      hint: expect.stringContaining('external_id = ANY') as string,
    });
    expect(
      await refused('MERGE INTO events e USING staged s ON e.external_id = s.k WHEN MATCHED THEN DELETE'),
    ).toMatchObject({
      code: '0A000',
      hint: expect.stringContaining('INSERT ... SELECT ... ON CONFLICT') as string,
    });
    expect(await refused("UPDATE assets SET name = NULL WHERE external_id = 'x'")).toMatchObject({
      code: '23502',
    });
  });
});

describe('DELETE', () => {
  it('deletes what is there, and counts only that', async () => {
    await someEvents('d-1', 'd-2', 'd-3');

    const result = await client.query("DELETE FROM events WHERE external_id IN ('d-1', 'd-2', 'd-missing')");
    const none = await client.query('DELETE FROM events WHERE external_id = $1', ['d-1']);

    expect([result.rowCount, none.rowCount]).toEqual([2, 0]);
    expect(await typesOf('d-1', 'd-2', 'd-3')).toEqual(['old']);
  });

  it('of data points takes a range of time, and counts the points', async () => {
    await client.query("INSERT INTO time_series (external_id, name) VALUES ('dp', 'dp')");
    await client.query(
      "INSERT INTO double_datapoints (external_id, timestamp, value) SELECT 'dp', to_timestamp(i), i FROM generate_series(1, 100) i",
    );

    const range = await client.query(
      'DELETE FROM double_datapoints WHERE external_id = $1 AND timestamp >= $2 AND timestamp < $3',
      ['dp', new Date(10_000), new Date(20_000)],
    );
    const one = await client.query(
      "DELETE FROM double_datapoints WHERE external_id = 'dp' AND timestamp = to_timestamp(50)",
    );
    const open = await client.query(
      "DELETE FROM double_datapoints WHERE external_id = 'dp' AND timestamp > to_timestamp(90)",
    );
    const missing = await client.query("DELETE FROM double_datapoints WHERE external_id = 'dp-missing'");

    expect([range, one, open, missing].map(({ rowCount }) => rowCount)).toEqual([10, 1, 10, 0]);
    const seconds = (await cdf.datapoints('dp')).map(({ timestamp }) => timestamp / 1000);
    expect(seconds).toHaveLength(79);
    expect(seconds.some((second) => (second >= 10 && second < 20) || second === 50 || second > 90)).toBe(
      false,
    );
  });

  it('of RAW rows takes the whole key', async () => {
    await client.query(
      `INSERT INTO raw_rows (_raw_database, _raw_table, _raw_key, _raw_columns) SELECT 'ud', 't', i::text, '{"a":1}' FROM generate_series(1, 5) i`,
    );

    const updated = await client.query(
      `UPDATE raw_rows SET _raw_columns = '{"b":2}' WHERE _raw_database = 'ud' AND _raw_table = 't' AND _raw_key = '1'`,
    );
    const deleted = await client.query(
      "DELETE FROM raw_rows WHERE _raw_database = 'ud' AND _raw_table = 't' AND _raw_key IN ('2', '3', '9')",
    );

    expect([updated.rowCount, deleted.rowCount]).toEqual([1, 2]);
    const rows = (await cdf.rawRows('ud', 't')).map(({ key, columns }) => [key, columns]);
    expect(rows.sort()).toEqual([
      ['1', { b: 2 }],
      ['4', { a: 1 }],
      ['5', { a: 1 }],
    ]);
  });
});

describe('several statements', () => {
  it('each get CDF’s count, in one Query as in one implicit transaction', async () => {
    await someEvents('s-1', 's-2');

    const results = await client.query(
      "UPDATE events SET type = 'x' WHERE external_id IN ('s-1', 's-9'); DELETE FROM events WHERE external_id = 's-1'; DELETE FROM events WHERE external_id = 's-1'; UPDATE events SET type = 'y' WHERE external_id IN ('s-1', 's-2')",
    );

    expect(countsOf(results)).toEqual([1, 1, 0, 1]);
    expect(await typesOf('s-1', 's-2')).toEqual(['y']);
  });

  it('land in their order, INSERT, UPDATE and DELETE of one key in a block', async () => {
    const notices: string[] = [];
    client.on('notice', ({ message }) => notices.push(message ?? ''));
    await client.query('BEGIN');
    await client.query("INSERT INTO events (external_id, type) VALUES ('o-1', 'a'), ('o-2', 'a')");
    await client.query("UPDATE events SET type = 'b' WHERE external_id IN ('o-1', 'o-2')");
    await client.query("DELETE FROM events WHERE external_id = 'o-1'");
    await client.query("INSERT INTO events (external_id, subtype) VALUES ('o-1', 'c')");
    const named = await client.query("DELETE FROM events WHERE external_id = 'o-missing'");
    await client.query('COMMIT');

    const events = await cdf.byExternalIds('events', ['o-1', 'o-2']);
    expect(events.map(({ type, subtype }) => [type, subtype])).toEqual([
      [undefined, 'c'],
      ['b', undefined],
    ]);
    expect(named.rowCount).toBe(1);
    expect(notices).toEqual(['statements have affected 1 row fewer in CDF than their tags said']);
  });

  it('that are rolled back leave CDF untouched', async () => {
    await someEvents('r-1');
    await client.query('BEGIN');
    await client.query("UPDATE events SET type = 'new' WHERE external_id = 'r-1'");
    await client.query("DELETE FROM events WHERE external_id = 'r-1'");
    await client.query('ROLLBACK');

    expect(await typesOf('r-1')).toEqual(['old']);
  });

  it('prepared once and run often are right, whether what they name is there or not', async () => {
    const keys = Array.from({ length: 30 }, (_, i) => `b-${i}`);
    await someEvents(...keys.filter((_, i) => i % 3 > 0));
    const counts: (number | null)[] = [];
    for (const [i, key] of keys.entries()) {
      const values = [`t${i}`, key];
      const text = 'UPDATE events SET type = $1 WHERE external_id = $2';
      counts.push((await client.query({ name: 'often', text, values })).rowCount);
    }
    expect(counts).toEqual(keys.map((_, i) => (i % 3 > 0 ? 1 : 0)));
    expect(await typesOf('b-1', 'b-3', 'b-29')).toEqual(['t1', 't29']);
  });

  it('prepared and pipelined are few requests, each with its own count', async () => {
    const keys = Array.from({ length: 1000 }, (_, i) => `m-${i}`);
    await someEvents(...keys.filter((_, i) => i % 10 > 0));
    await cdf.control('DELETE', '/requests');
    const { client: peer } = await gatewayPeers(stack.ready)();
    peer.send(
      ...[
        'Parse name=m UPDATE events SET type = $1 WHERE external_id = $2',
        ...keys.flatMap((key) => [`Bind statement=m t ${key}`, 'Execute']),
        'Sync',
      ].map(encodeFrontend),
    );
    const tags: string[] = [];
    for (let line = ''; !line.startsWith('ReadyForQuery');) {
      line = describeBackend((await peer.message())!);
      if (!/^(Parse|Bind)Complete/.test(line)) tags.push(line);
    }
    peer.close();

    expect(tags).toEqual([
      ...keys.map((_, i) => `CommandComplete UPDATE ${i % 10 > 0 ? 1 : 0}`),
      'ReadyForQuery I',
    ]);
    const { requests } = (await cdf.control('GET', '/requests')) as {
      requests: Record<string, { count: number }>;
    };
    expect(Object.values(requests).reduce((sum, { count }) => sum + count, 0)).toBeLessThan(20);
    expect(await typesOf('m-1', 'm-10', 'm-999')).toEqual(['t', 't']);
  });
});

describe('a table of one’s own on a RAW table', () => {
  it('is updated and deleted from by its key, and truncated', async () => {
    await client.query('CREATE TABLE "raw:ud2".pumps (no int PRIMARY KEY, name text, speed float8)');
    await client.query(`INSERT INTO "raw:ud2".pumps SELECT i, 'p' || i, i FROM generate_series(1, 4) i`);

    const updated = await client.query('UPDATE "raw:ud2".pumps SET speed = $1 WHERE no IN (1, 9)', [7.5]);
    const deleted = await client.query('DELETE FROM "raw:ud2".pumps WHERE no = ANY ($1)', [[2, 3, 9]]);
    expect([updated.rowCount, deleted.rowCount]).toEqual([1, 2]);
    const rows = (await cdf.rawRows('ud2', 'pumps')).map(({ key, columns }) => [key, columns]);
    expect(rows.sort()).toEqual([
      ['1', { no: 1, name: 'p1', speed: 7.5 }],
      ['4', { no: 4, name: 'p4', speed: 4 }],
    ]);

    await client.query('BEGIN');
    await client.query('TRUNCATE "raw:ud2".pumps');
    await client.query(`INSERT INTO "raw:ud2".pumps VALUES (5, 'new', 1)`);
    await client.query('COMMIT');
    expect((await cdf.rawRows('ud2', 'pumps')).map(({ key }) => key)).toEqual(['5']);
    expect(await client.query('TRUNCATE TABLE "raw:ud2".pumps')).toMatchObject({ command: 'TRUNCATE' });
    expect(await cdf.rawRows('ud2', 'pumps')).toEqual([]);
  });
});
