// UPDATE and DELETE at the edges: no row is named, a value that no key can be, a WITH that writes too.
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LoneSession } from '../../tests/support/lone-session';
import { MemoryDefinitions } from '../../tests/support/memory-definitions';
import { createSilentLog } from '../../tests/support/silent-log';
import { type Engine, startEngine } from '../engine/engine';
import { loadParser } from '../sql/head-exact';

let engine: Engine;
let jo: LoneSession;

beforeAll(async () => {
  const cacheDirectory = join(tmpdir(), 'sluice-test-cache');
  const log = createSilentLog();
  [engine] = await Promise.all([
    startEngine({ binDirectory: null, cacheDirectory, maxConnections: 20, log }),
    loadParser(),
  ]);
}, 60_000);

afterAll(() => engine.stop());

beforeEach(async () => {
  jo = await LoneSession.open(engine, {}, undefined, new MemoryDefinitions(engine));
});

afterEach(() => jo.session.closed());

async function run(sql: string): Promise<string[]> {
  jo.send(`Query ${sql}`);
  return jo.until('ReadyForQuery');
}

const long = 'x'.repeat(300);

describe('a statement of the extended protocol that names no row', () => {
  test.each([
    ['DELETE FROM events WHERE external_id = $1', 'NULL', 'DELETE 0'],
    ['UPDATE assets SET name = $1 WHERE external_id = $2', 'x NULL', 'UPDATE 0'],
    ['DELETE FROM events WHERE external_id IN ($1, $2)', 'NULL NULL', 'DELETE 0'],
    ['DELETE FROM events WHERE external_id = $1', long, 'DELETE 0'],
  ])('%s is answered the first time and the second', async (sql, values, tag) => {
    const group = [`Parse name=s ${sql}`, `Bind statement=s ${values}`, 'Describe portal', 'Execute', 'Sync'];
    jo.send(...group);
    expect(await jo.until('ReadyForQuery')).toEqual([
      ...['ParseComplete', 'BindComplete', 'NoData', `CommandComplete ${tag}`, 'ReadyForQuery I'],
    ]);
    jo.send(...group.slice(1));
    expect(await jo.until('ReadyForQuery')).toContain(`CommandComplete ${tag}`);
    expect(jo.queued).toEqual([]);
  });

  it('is dropped with what the engine refuses before it', async () => {
    jo.send('Parse SELECT nobody', 'Bind', 'Execute');
    jo.send('Parse DELETE FROM events WHERE external_id = $1', 'Bind NULL', 'Execute', 'Sync');
    expect(await jo.until('ReadyForQuery')).toEqual(['ErrorResponse 42703', 'ReadyForQuery I']);
    jo.send('Parse SELECT 1', 'Bind', 'Execute', 'Sync');
    expect(await jo.until('ReadyForQuery')).toContain('CommandComplete SELECT 1');
  });
});

describe('a value that no key can be', () => {
  beforeEach(async () => {
    await run('CREATE TABLE raw.numbered (k int PRIMARY KEY, a int)');
    await run('CREATE TABLE raw.named (k text PRIMARY KEY, a int)');
  });

  test.each([
    [`DELETE FROM events WHERE external_id = '${long}'`, 'DELETE 0'],
    [`UPDATE events SET type = 'a' WHERE external_id IN ('${long}', 'x')`, 'UPDATE 1'],
    [`DELETE FROM events WHERE external_id = repeat('x', 300)`, 'DELETE 0'],
    ['DELETE FROM raw.numbered WHERE k = 2147483648', 'DELETE 0'],
    ['UPDATE raw.numbered SET a = 1 WHERE k IN (2147483648, 1)', 'UPDATE 1'],
    [`DELETE FROM raw.named WHERE k = '${'x'.repeat(1025)}'`, 'DELETE 0'],
    [`UPDATE raw.named SET a = 1 WHERE k = '${'x'.repeat(1025)}'`, 'UPDATE 0'],
    ["UPDATE events SET type = 'a' WHERE external_id = repeat('x', 300)", 'UPDATE 0'],
    ["UPDATE events SET type = 'a' WHERE external_id IN (repeat('x', 256), repeat('y', 255))", 'UPDATE 1'],
    ['DELETE FROM raw.numbered WHERE k = 2147483647 + 1::bigint', 'DELETE 0'],
    ['UPDATE raw.numbered SET a = 1 WHERE k = ANY (ARRAY[2147483648, -2147483648, -2147483649])', 'UPDATE 1'],
    ["DELETE FROM sequence_rows WHERE external_id = 's' AND row_number = 2::numeric ^ 63", 'DELETE 0'],
    [`UPDATE sequence_rows SET values = '{"a":1}' WHERE external_id = 's' AND row_number = -1`, 'UPDATE 0'],
  ])('equals none: %s', async (sql, tag) => {
    expect(await run(sql)).toEqual([`CommandComplete ${tag}`, 'ReadyForQuery I']);
  });

  test.each([
    ["DELETE FROM raw.numbered WHERE k = 'x'", '22P02'],
    ["DELETE FROM raw.numbered WHERE k = '2147483648'", '22003'],
    ['UPDATE raw.numbered SET a = 2147483648 WHERE k = 1', '22003'],
    [`UPDATE events SET type = '${long}' WHERE external_id = 'x'`, '22001'],
    [`INSERT INTO events (external_id) VALUES ('${long}')`, '22001'],
  ])('is an error elsewhere, and where it is first read as the key’s type: %s', async (sql, code) => {
    expect(await run(sql)).toContain(`ErrorResponse ${code}`);
    expect(jo.queued).toEqual([]);
  });
});

describe('a WITH clause that writes', () => {
  const moves = [
    "WITH x AS (DELETE FROM stg RETURNING a) INSERT INTO events (external_id, type) SELECT a, 't' FROM x",
    "WITH x AS MATERIALIZED (UPDATE stg SET a = 'h' RETURNING a) DELETE FROM events USING x WHERE external_id = a",
    "WITH y AS (SELECT 1), x AS (WITH z AS (SELECT 1) INSERT INTO stg VALUES ('i') RETURNING a) UPDATE events SET type = a FROM x WHERE external_id = 'e'",
  ];
  const refuse = () => {
    jo.judge = ({ unit, number }) => ({
      ...{ unit, number, written: 0, refused: 1 },
      errors: [{ row: 1, key: 'g', code: '23503', message: 'no' }],
    });
  };

  beforeEach(async () => {
    await run("CREATE TEMP TABLE stg (a text); INSERT INTO stg VALUES ('g')");
  });

  test.each(moves)('is refused outside a block: %s', async (sql) => {
    refuse();
    expect(await run(sql)).toEqual(['ErrorResponse 0A000', 'ReadyForQuery I']);
    jo.send(`Parse ${sql}`, 'Bind', 'Execute', 'Sync');
    expect(await jo.until('ReadyForQuery')).toContain('ErrorResponse 0A000');
    expect(await run('SELECT a FROM stg')).toContain('DataRow g');
    expect(jo.queued).toEqual([]);
  });

  test.each(moves)('is undone in a block where CDF refuses the rows: %s', async (sql) => {
    refuse();
    await run('BEGIN');
    expect((await run(sql))[0]).toMatch('CommandComplete');
    expect(await run('COMMIT')).toContain('ErrorResponse 23503');
    expect(await run('SELECT a FROM stg')).toContain('DataRow g');
  });

  it('is none where it only reads, whatever its words', async () => {
    expect(
      await run(
        'WITH "delete" AS (SELECT a AS update FROM stg FOR UPDATE) DELETE FROM events USING "delete" d WHERE external_id = d.update',
      ),
    ).toContain('CommandComplete DELETE 1');
  });
});
