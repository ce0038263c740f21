// UPDATE, DELETE and TRUNCATE over a real engine: what the queue gets, and what the client is told.
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { LoneSession } from '../../tests/support/lone-session';
import { createSilentLog } from '../../tests/support/silent-log';
import type { Batch } from '../../shared/batch';
import { type Engine, startEngine } from '../engine/engine';
import { loadParser } from '../sql/head-exact';

let engine: Engine;
let jo: LoneSession;

beforeAll(async () => {
  const log = createSilentLog();
  const cacheDirectory = join(tmpdir(), 'sluice-test-cache');
  engine = await startEngine({ binDirectory: null, cacheDirectory, maxConnections: 20, log });
  await loadParser();
}, 60_000);

afterAll(() => engine.stop());

beforeEach(async () => {
  jo = await LoneSession.open(engine);
});

afterEach(() => jo.session.closed());

type Item = Record<string, unknown>;

function itemsOf({ payload, bodyBytes }: Batch): Item[] {
  const bytes = payload.place === 'message' ? Buffer.from(payload.base64, 'base64') : Buffer.alloc(0);
  return (JSON.parse(gunzipSync(bytes.subarray(0, bodyBytes)).toString()) as { items: Item[] }).items;
}

/** What the queue has: `update events external_id,type` and the items. */
const queued = () =>
  jo.queued.map((batch) => {
    const { write = 'insert', table, columns } = batch;
    return [`${write} ${table} ${columns.join(',')}`, itemsOf(batch)] as const;
  });

async function run(sql: string): Promise<string[]> {
  jo.send(`Query ${sql}`);
  return jo.until('ReadyForQuery');
}

/** The message and hint of the latest error are not in transcripts: these are. */
async function condition(sql: string): Promise<string> {
  return (await run(sql)).find((line) => line.startsWith('ErrorResponse')) ?? 'no error';
}

describe('UPDATE', () => {
  it('sends the key and what is set, in the types of the columns', async () => {
    const said = await run(
      "UPDATE public.events AS e SET type = 'a', start_time = '2024-01-01 00:00+00', (subtype, description) = ('s', NULL) WHERE e.external_id = 'x'",
    );

    expect(said).toEqual(['CommandComplete UPDATE 1', 'ReadyForQuery I']);
    expect(queued()).toEqual([
      [
        'update events external_id,type,start_time,subtype,description',
        [{ externalId: 'x', type: 'a', startTime: 1704067200000, subtype: 's' }],
      ],
    ]);
  });

  it('names rows by IN, by ANY, by a reversed comparison and by expressions that the engine evaluates', async () => {
    await run("UPDATE events SET type = 'in' WHERE external_id IN ('a', 'b', 'a')");
    await run("UPDATE events SET type = 'any' WHERE external_id = ANY ('{c,\"d,e\"}')");
    await run("UPDATE events SET type = 'rev' WHERE ('f' = (external_id))");
    const said = await run("UPDATE events SET type = upper('x') || $$y$$ WHERE external_id = 'g' || 1");

    expect(said).toEqual(['CommandComplete UPDATE 1', 'ReadyForQuery I']);
    expect(queued().map(([, items]) => items)).toEqual([
      [
        { externalId: 'a', type: 'in' },
        { externalId: 'b', type: 'in' },
      ],
      [
        { externalId: 'c', type: 'any' },
        { externalId: 'd,e', type: 'any' },
      ],
      [{ externalId: 'f', type: 'rev' }],
      [{ externalId: 'g1', type: 'Xy' }],
    ]);
  });

  it('takes values and keys from another table', async () => {
    await run(
      "CREATE TEMP TABLE s (k text, v text, n int); INSERT INTO s VALUES ('a', 'x', 1), ('b', 'y', 2), ('c', 'z', 3)",
    );
    await run('UPDATE events e SET type = s.v FROM s WHERE e.external_id = s.k AND s.n < 3');
    await run(
      'WITH w AS (SELECT k FROM s WHERE n = 3) UPDATE events SET type = DEFAULT FROM w WHERE k = external_id',
    );
    const said = await run(
      "UPDATE events SET type = 'in' WHERE external_id IN (SELECT k FROM s WHERE n > 1)",
    );

    expect(said).toEqual(['CommandComplete UPDATE 2', 'ReadyForQuery I']);
    expect(queued().map(([, items]) => items)).toEqual([
      [
        { externalId: 'a', type: 'x' },
        { externalId: 'b', type: 'y' },
      ],
      [{ externalId: 'c' }],
      [
        { externalId: 'b', type: 'in' },
        { externalId: 'c', type: 'in' },
      ],
    ]);
  });

  it('is gone with a block that is rolled back, and sends nothing where no row is named', async () => {
    await run('BEGIN');
    expect(await run("UPDATE events SET type = 'a' WHERE external_id = 'x'")).toEqual([
      'CommandComplete UPDATE 1',
      'ReadyForQuery T',
    ]);
    await run('ROLLBACK');
    expect(await run("UPDATE events SET type = 'a' WHERE external_id = NULL")).toEqual([
      'CommandComplete UPDATE 0',
      'ReadyForQuery I',
    ]);
    expect(jo.queued).toEqual([]);
  });

  test.each([
    ["UPDATE events SET type = 'a'", '0A000'],
    ["UPDATE events SET type = 'a' WHERE type = 'b'", '0A000'],
    ["UPDATE events SET type = 'a' WHERE external_id = 'x' AND type = 'b'", '0A000'],
    ["UPDATE events SET type = 'a' WHERE external_id = 'x' OR external_id = 'y'", '0A000'],
    ["UPDATE events SET type = 'a' WHERE external_id > 'x'", '0A000'],
    ["UPDATE events SET type = type || 'a' WHERE external_id = 'x'", '0A000'],
    ["UPDATE events SET type = events.subtype WHERE external_id = 'x'", '0A000'],
    ["UPDATE events SET type = 'a' WHERE external_id = 'x' RETURNING type", '0A000'],
    ["UPDATE double_datapoints SET value = 1 WHERE external_id = 'x' AND timestamp = now()", '0A000'],
    ["UPDATE extraction_pipeline_runs SET message = 'x' WHERE external_id = 'x'", '0A000'],
    ["UPDATE events SET external_id = 'y' WHERE external_id = 'x'", '0A000'],
    ["UPDATE events SET id = 1 WHERE external_id = 'x'", '428C9'],
    ["UPDATE time_series SET is_string = true WHERE external_id = 'x'", '22023'],
    ["UPDATE assets SET name = NULL WHERE external_id = 'x'", '23502'],
    ["UPDATE events SET nobody = 1 WHERE external_id = 'x'", '42703'],
    ["UPDATE events SET type = 'a' WHERE nobody = 'x'", '42703'],
    ["UPDATE events SET type = 'a', type = 'b' WHERE external_id = 'x'", '42601'],
    ["UPDATE events SET type = 'a' WHERE external_id = 5", '42883'],
    ["UPDATE events SET start_time = 'never' WHERE external_id = 'x'", '22007'],
    ["UPDATE events SET type = repeat('x', 65) WHERE external_id = 'x'", '22001'],
    ["UPDATE events SET type = 'a' WHERE external_id = 'x", '42601'],
    ["UPDATE events SET type = 'a' FROM nowhere WHERE external_id = 'x'", '42P01'],
    ['MERGE INTO events e USING (VALUES (1)) v ON true WHEN MATCHED THEN DELETE', '0A000'],
  ])('answers %s with %s', async (sql, code) => {
    expect(await condition(sql)).toBe(`ErrorResponse ${code}`);
    expect(jo.queued).toEqual([]);
    expect(await run("UPDATE events SET type = 'a' WHERE external_id = 'x'")).toContain(
      'CommandComplete UPDATE 1',
    );
  });

  it('is refused in a read-only transaction and in a failed one', async () => {
    await run('BEGIN READ ONLY');
    expect(await condition("UPDATE events SET type = 'a' WHERE external_id = 'x'")).toBe(
      'ErrorResponse 25006',
    );
    expect(await condition("UPDATE events SET type = 'a' WHERE external_id = 'x'")).toBe(
      'ErrorResponse 25P02',
    );
  });

  it('of a temporary table that hides the gateway table is the engine’s', async () => {
    await run('CREATE TEMP TABLE events (a int); INSERT INTO events VALUES (1), (2)');
    expect(await run('UPDATE events SET a = a + 1')).toContain('CommandComplete UPDATE 2');
    expect(await run('DELETE FROM events WHERE a = 2')).toContain('CommandComplete DELETE 1');
    expect(await run('TRUNCATE events')).toContain('CommandComplete TRUNCATE TABLE');
    expect(jo.queued).toEqual([]);
  });
});

describe('DELETE', () => {
  it('sends keys alone', async () => {
    await run("DELETE FROM ONLY events WHERE external_id IN ('a', 'b')");
    await run(
      "DELETE FROM raw_rows WHERE _raw_database = 'd' AND _raw_table IN ('t', 'u') AND _raw_key IN ('1', '2')",
    );
    const said = await run(
      "DELETE FROM raw_rows WHERE (_raw_database, _raw_table, _raw_key) IN (('d', 't', 'k'), ('d', 't', 'l'))",
    );

    expect(said).toEqual(['CommandComplete DELETE 2', 'ReadyForQuery I']);
    expect(queued().map(([, items]) => items)).toEqual([
      [{ externalId: 'a' }, { externalId: 'b' }],
      [{ key: '1' }, { key: '2' }],
      [{ key: '1' }, { key: '2' }],
      [{ key: 'k' }, { key: 'l' }],
    ]);
    expect(jo.queued.slice(1).map(({ target }) => target)).toEqual([
      { database: 'd', table: 't' },
      { database: 'd', table: 'u' },
      { database: 'd', table: 't' },
    ]);
  });

  it('knows the key of every kind of table', async () => {
    await run("DELETE FROM relationships WHERE external_id = 'r'; DELETE FROM files WHERE external_id = 'f'");
    await run(`DELETE FROM raw WHERE "database" = 'd' AND "table" = 't' AND key IN ('k')`);
    await run("DELETE FROM raw_tables WHERE (_raw_database, _raw_table) = ('d', 't')");
    await run("DELETE FROM datapoints WHERE external_id = 'x' AND timestamp = '2024-01-01Z'");
    await run("DELETE FROM string_datapoints WHERE external_id = 'x' AND timestamp >= '2099-12-31Z'");
    await run(`UPDATE sequence_rows SET values = '{"a":1}' WHERE external_id = 's' AND row_number = 5`);

    expect(queued().map(([what, items]) => [what.split(' ').slice(0, 2).join(' '), items[0]])).toEqual([
      ['delete relationships', { externalId: 'r' }],
      ['delete files', { externalId: 'f' }],
      ['delete raw', { key: 'k' }],
      ['delete raw_tables', { database: 'd', table: 't' }],
      ['delete datapoints', { externalId: 'x', inclusiveBegin: 1704067200000, exclusiveEnd: 1704067200001 }],
      [
        'delete string_datapoints',
        { externalId: 'x', inclusiveBegin: 4102358400000, exclusiveEnd: 4102444800000 },
      ],
      ['update sequence_rows', { externalId: 's', rowNumber: 5, values: { a: 1 } }],
    ]);
  });

  it('of data points takes any bounds of time', async () => {
    const begin = Date.UTC(2024, 0, 1);
    const day = 24 * 60 * 60 * 1000;
    const ranges: [where: string, inclusiveBegin: number, exclusiveEnd: number][] = [
      ["timestamp >= '2024-01-01Z' AND timestamp < '2024-01-02Z'", begin, begin + day],
      ["timestamp > '2024-01-01Z' AND timestamp <= '2024-01-02Z'", begin + 1, begin + day + 1],
      ["timestamp BETWEEN '2024-01-01Z' AND '2024-01-02Z'", begin, begin + day + 1],
      ["timestamp = '2024-01-01Z'", begin, begin + 1],
      ["'2024-01-01Z' <= timestamp", begin, 4102444800000],
      ["timestamp < timestamptz '2024-01-01Z' + interval '1 day'", -2208988800000, begin + day],
    ];
    for (const [where] of ranges)
      await run(`DELETE FROM double_datapoints WHERE external_id = 'x' AND ${where}`);
    await run("DELETE FROM double_datapoints WHERE external_id = 'x'");
    await run(
      "DELETE FROM double_datapoints WHERE external_id = 'x' AND timestamp < '2024-01-01Z' AND timestamp > '2024-01-01Z'",
    );

    const whole = [-2208988800000, 4102444800000] as const;
    expect(queued().map(([, items]) => items)).toEqual(
      [...ranges.map(([, ...range]) => range), whole].map(([inclusiveBegin, exclusiveEnd]) => [
        { externalId: 'x', inclusiveBegin, exclusiveEnd },
      ]),
    );
  });

  it('of rows of a sequence compares row numbers as numbers', async () => {
    await run("DELETE FROM sequence_rows WHERE external_id = 's' AND row_number IN (1, '2', 3)");
    const said = await run("DELETE FROM sequence_rows WHERE external_id = 's' AND row_number IN (1.5, 4.0)");

    expect(said).toContain('CommandComplete DELETE 1');
    expect(queued().map(([, items]) => items)).toEqual([
      [1, 2, 3].map((rowNumber) => ({ externalId: 's', rowNumber })),
      [{ externalId: 's', rowNumber: 4 }],
    ]);
  });

  test.each([
    ['DELETE FROM events', '0A000'],
    ["DELETE FROM events WHERE external_id LIKE 'a%'", '0A000'],
    ["DELETE FROM raw_rows WHERE _raw_database = 'd' AND _raw_key = 'k'", '0A000'],
    ['DELETE FROM double_datapoints WHERE timestamp > now()', '0A000'],
    ["DELETE FROM double_datapoints WHERE external_id = 'x' AND value > 5", '0A000'],
    ["DELETE FROM extraction_pipeline_runs WHERE external_id = 'x'", '0A000'],
    ["DELETE FROM units WHERE external_id = 'x'", '0A000'],
    ["DELETE FROM events USING pg_class c WHERE external_id = c.relname AND events.type = 'x'", '0A000'],
    ["DELETE FROM events WHERE external_id = 'x' RETURNING *", '0A000'],
    ['TRUNCATE events', '0A000'],
    ['TRUNCATE raw_rows', '0A000'],
    ['TRUNCATE units', '0A000'],
  ])('answers %s with %s', async (sql, code) => {
    expect(await condition(sql)).toBe(`ErrorResponse ${code}`);
    expect(jo.queued).toEqual([]);
  });
});

describe('row counts', () => {
  /** CDF has what does not begin with `no`; of a series it has five points. */
  const judge = (batch: Batch) => {
    const { unit, number, rows } = batch;
    const counts = itemsOf(batch).map((item) =>
      'inclusiveBegin' in item ? 5 : String(item['externalId']).startsWith('no') ? 0 : 1,
    );
    const first = firstRows.get(batch) ?? 0;
    const affected = counts.flatMap((count, i) => (count === 1 ? [] : [[first + i, count] as const]));
    return { unit, number, written: rows, refused: 0, errors: [], affected };
  };
  /** The rows of a unit's batches follow each other in these tests. */
  const firstRows = {
    get(batch: Batch): number {
      const before = jo.queued.filter(({ unit, number }) => unit === batch.unit && number < batch.number);
      return before.reduce((sum, { rows }) => sum + rows, 1);
    },
  };

  beforeEach(() => {
    jo.judge = judge;
  });

  it('are those of CDF, statement by statement', async () => {
    const said = await run(
      "UPDATE events SET type = 'a' WHERE external_id IN ('x', 'no1', 'y'); INSERT INTO events (external_id) VALUES ('z'); DELETE FROM events WHERE external_id IN ('no2', 'z'); DELETE FROM events WHERE external_id = 'no3'; SELECT 1; DELETE FROM double_datapoints WHERE external_id = 'p'",
    );

    expect(said.filter((line) => line.startsWith('CommandComplete'))).toEqual([
      'CommandComplete UPDATE 2',
      'CommandComplete INSERT 0 1',
      'CommandComplete DELETE 1',
      'CommandComplete DELETE 0',
      'CommandComplete SELECT 1',
      'CommandComplete DELETE 5',
    ]);
  });

  it('are those of CDF for a batch of a prepared statement, which is sent in few requests', async () => {
    const each = (key: string) => [`Bind statement=up t ${key}`, 'Execute'];
    jo.send(
      'Parse name=up UPDATE events SET type = $1 WHERE external_id = $2',
      ...['a', 'no1', 'b', 'c', 'no2', 'd'].flatMap(each),
      'Sync',
    );
    const said = await jo.until('ReadyForQuery');

    expect(said.filter((line) => line.startsWith('CommandComplete'))).toEqual(
      [1, 0, 1, 1, 0, 1].map((count) => `CommandComplete UPDATE ${count}`),
    );
    expect(queued()).toHaveLength(1);
  });

  it('count a key once a statement, and again in another one, which is written later', async () => {
    const said = await run(
      "DELETE FROM events WHERE external_id IN ('x', 'x'); DELETE FROM events WHERE external_id = 'x'; DELETE FROM events WHERE external_id = 'y'",
    );

    expect(said.slice(0, 3)).toEqual(Array(3).fill('CommandComplete DELETE 1'));
    expect(queued().map(([, items]) => items.map((item) => item['externalId']))).toEqual([['x'], ['x', 'y']]);
    expect(jo.queued[1]!.after).toEqual([`${jo.queued[0]!.unit}/1`]);
  });

  it('count in a block what is named, and COMMIT tells how far that was off', async () => {
    await run('BEGIN');
    expect(await run("DELETE FROM events WHERE external_id IN ('x', 'no1', 'no2')")).toContain(
      'CommandComplete DELETE 3',
    );
    expect(await run('COMMIT')).toEqual([
      'NoticeResponse NOTICE 00000',
      'CommandComplete COMMIT',
      'ReadyForQuery I',
    ]);
  });

  it('are corrected in every place of a batch, whatever their number of digits', async () => {
    const keys = Array.from({ length: 10 }, (_, i) => `'k${i}'`).join(',');
    const said = await run(
      `DELETE FROM events WHERE external_id IN (${keys}, 'no1'); DELETE FROM events WHERE external_id IN (${keys}, 'no2', 'no3'); UPDATE events SET type = 'a' WHERE external_id = 'no4'`,
    );
    expect(said).toEqual([
      'CommandComplete DELETE 10',
      'CommandComplete DELETE 10',
      'CommandComplete UPDATE 0',
      'ReadyForQuery I',
    ]);
  });

  it('leave out what CDF refuses where that is skipped', async () => {
    jo.judge = ({ unit, number }) => ({
      ...{ unit, number, written: 1, refused: 1 },
      errors: [{ row: 2, key: 'b', code: '22000', message: 'no' }],
    });
    await run("SET sluice.on_error = 'skip'");
    expect(await run("UPDATE events SET type = 'a' WHERE external_id IN ('a', 'b')")).toEqual([
      'NoticeResponse WARNING 01000',
      'CommandComplete UPDATE 1',
      'ReadyForQuery I',
    ]);
  });
});

describe('the order of a unit', () => {
  it('keeps INSERT, UPDATE and DELETE of one key apart and in order', async () => {
    await run('BEGIN');
    await run("INSERT INTO events (external_id, type) VALUES ('x', 'a')");
    await run("UPDATE events SET type = 'b' WHERE external_id = 'x'");
    await run("DELETE FROM events WHERE external_id = 'x'");
    await run("INSERT INTO events (external_id, type) VALUES ('x', 'c')");
    await run('COMMIT');

    expect(queued().map(([what]) => what.split(' ')[0])).toEqual(['insert', 'update', 'delete', 'insert']);
    const { unit } = jo.queued[0]!;
    expect(jo.queued.map(({ after }) => after)).toEqual([[], [`${unit}/1`], [`${unit}/2`], [`${unit}/3`]]);
  });

  it('lets rows be deleted before what they belong to, as the statements say', async () => {
    await run(
      "DELETE FROM double_datapoints WHERE external_id = 'x'; DELETE FROM time_series WHERE external_id = 'x'; INSERT INTO time_series (external_id) VALUES ('x')",
    );
    expect(queued().map(([what]) => what.split(' ').slice(0, 2).join(' '))).toEqual([
      'delete double_datapoints',
      'delete time_series',
      'insert time_series',
    ]);
  });

  it('goes back to a savepoint', async () => {
    await run(
      "BEGIN; DELETE FROM events WHERE external_id = 'a'; SAVEPOINT s; DELETE FROM events WHERE external_id = 'b'",
    );
    await run(
      "DELETE FROM events WHERE external_id = 'a'; ROLLBACK TO s; DELETE FROM events WHERE external_id = 'b'; COMMIT",
    );
    expect(queued().map(([, items]) => items)).toEqual([[{ externalId: 'a' }], [{ externalId: 'b' }]]);
  });
});

describe('the extended protocol', () => {
  it('describes parameters as PostgreSQL does, and takes them as text and as binary', async () => {
    jo.send(
      'Parse name=p UPDATE events SET start_time = $1, asset_ids = $2, type = $3 WHERE external_id = $4',
      'Describe statement p',
      'Bind statement=p formats=0,1,0,1 2024-01-01Z \\x00\\x00\\x00\\x01\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x14\\x00\\x00\\x00\\x01\\x00\\x00\\x00\\x01\\x00\\x00\\x00\\x08\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x05 NULL \\x61\\x62',
      'Describe portal',
      'Execute',
      'Sync',
    );
    expect(await jo.until('ReadyForQuery')).toEqual([
      ...['ParseComplete', 'ParameterDescription 1184 1016 1043 25', 'NoData', 'BindComplete', 'NoData'],
      ...['CommandComplete UPDATE 1', 'ReadyForQuery I'],
    ]);
    expect(queued()[0]![1]).toEqual([{ externalId: 'ab', startTime: 1704067200000, assetIds: [5] }]);
  });

  it('takes arrays and expressions of parameters', async () => {
    jo.send(
      'Parse DELETE FROM events WHERE external_id = ANY ($1)',
      ...['Bind {a,b}', 'Execute', 'Sync'],
      "Parse DELETE FROM double_datapoints WHERE external_id = $1 AND timestamp < $2::timestamptz - interval '1 day'",
      ...['Bind x 2024-01-02Z', 'Execute', 'Sync'],
      'Parse DELETE FROM sequence_rows WHERE external_id = $1 AND row_number IN ($2, $3)',
      ...['Bind s 1 2', 'Execute', 'Sync'],
    );
    const said = await jo.until('ReadyForQuery', 3);

    expect(said.filter((line) => line.startsWith('Command'))).toEqual(
      [2, 1, 2].map((count) => `CommandComplete DELETE ${count}`),
    );
    expect(queued().map(([, items]) => items)).toEqual([
      [{ externalId: 'a' }, { externalId: 'b' }],
      [{ externalId: 'x', inclusiveBegin: -2208988800000, exclusiveEnd: 1704067200000 }],
      [
        { externalId: 's', rowNumber: 1 },
        { externalId: 's', rowNumber: 2 },
      ],
    ]);
  });

  it('says PostgreSQL’s own errors at Parse, and the gateway’s where PostgreSQL has none', async () => {
    const conditions = async (sql: string) => {
      jo.send(`Parse ${sql}`, 'Bind', 'Execute', 'Sync');
      return (await jo.until('ReadyForQuery')).filter((line) => line.startsWith('Error'));
    };
    expect(await conditions("UPDATE events SET nobody = 1 WHERE external_id = 'x'")).toEqual([
      'ErrorResponse 42703',
    ]);
    expect(await conditions('DELETE FROM events WHERE external_id = 5')).toEqual(['ErrorResponse 42883']);
    expect(await conditions("DELETE FROM events WHERE nobody = 'x'")).toEqual(['ErrorResponse 42703']);
    expect(await conditions("DELETE FROM events WHERE type = 'x'")).toEqual(['ErrorResponse 0A000']);
    expect(await conditions("UPDATE events SET type = subtype WHERE external_id = 'x'")).toEqual([
      'ErrorResponse 0A000',
    ]);
    expect(await conditions('TRUNCATE events')).toEqual(['ErrorResponse 0A000']);
    expect(jo.queued).toEqual([]);
  });

  it('names the statement and its row where CDF refuses one', async () => {
    jo.judge = ({ unit, number }) => ({
      ...{ unit, number, written: 1, refused: 1 },
      errors: [{ row: 2, key: 'b', code: '22000', message: 'no' }],
    });
    jo.send(
      'Parse name=d DELETE FROM events WHERE external_id = $1',
      ...['a', 'b'].flatMap((key) => [`Bind statement=d ${key}`, 'Execute']),
      'Sync',
    );
    expect(await jo.until('ReadyForQuery')).toEqual([
      ...['ParseComplete', 'BindComplete', 'ErrorResponse 22000', 'ReadyForQuery I'],
    ]);
  });
});
