import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Client } from 'pg';
import { createSilentLog } from '../../tests/support/silent-log';
import { type Engine, startEngine } from './engine';
import { fillLoads, TIDY_LOADS } from './loads-ddl';

let engine: Engine;
let client: Client;

beforeAll(async () => {
  engine = await startEngine({
    binDirectory: null,
    cacheDirectory: join(tmpdir(), 'sluice-test-cache'),
    maxConnections: 5,
    log: createSilentLog(),
  });
  await engine.prepareUser('ada');
  client = new Client({ host: dirname(engine.socketPath), user: 'ada', database: 'ada' });
  await client.connect();
}, 60_000);

afterAll(async () => {
  await client?.end();
  await engine?.stop();
});

const row = (part: object) =>
  JSON.stringify({ unit: '6f9619ff-8b86-4d01-b42d-00cf4fc964ff', batch: 1, ...part });

const fill = (batches: readonly string[], rejected: readonly string[]) =>
  engine.runInDatabase('ada', fillLoads(batches, rejected));

test.each<[string, string, string]>([
  ['a NUL', 'a\u0000b', 'a\ufffdb'],
  ['half a pair', `cut \ud83d`, 'cut \ufffd'],
  ['the other half', `\ude00 cut`, '\ufffd cut'],
  ['a whole pair', 'whole 😀', 'whole 😀'],
  ['a backslash before what looks like an escape', '\\u0000 \\ud83d', '\\u0000 \\ud83d'],
  ['two backslashes before a NUL', '\\\\\u0000', '\\\\\ufffd'],
  ['quotes and line ends', `it's "so"\r\n\t\u2028`, `it's "so"\r\n\t\u2028`],
])('%s in a text is shown as what PostgreSQL has for it', async (_, text, shown) => {
  await fill([row({ message: text })], [row({ key: text, message: text, item: { [text]: text } })]);

  expect((await client.query('SELECT message FROM sluice.batches')).rows).toEqual([{ message: shown }]);
  expect((await client.query('SELECT key, message, item FROM sluice.rejected_rows')).rows).toEqual([
    { key: shown, message: shown, item: { [shown]: shown } },
  ]);
});

test('rows of many statements are all there, in their order, in place of those before', async () => {
  const items = Array.from({ length: 40 }, (_, n) => row({ row_number: n, item: 'x'.repeat(n * 10_000) }));
  await fill([], [row({ row_number: -1 })]);

  await fill([], items);

  const { rows } = await client.query(
    `SELECT row_number::int AS n, length(item #>> '{}') AS length FROM sluice.rejected_rows`,
  );
  expect(rows).toEqual(items.map((_, n) => ({ n, length: n * 10_000 })));
});

test("a transaction that has read the tables stands in nobody's way, and sees what is new", async () => {
  await fill([row({ row_count: 1 })], []);
  await client.query('BEGIN');
  await client.query('SELECT * FROM sluice.batches, sluice.rejected_rows');

  await fill([row({ row_count: 2 })], []);
  await engine.runInDatabase('ada', TIDY_LOADS);

  expect((await client.query('SELECT row_count FROM sluice.batches')).rows).toEqual([{ row_count: '2' }]);
  await client.query('COMMIT');
});

test('the room of rows that were replaced is used again', async () => {
  const noise = (n: number) => row({ item: Array.from({ length: 200 }, (_, i) => Math.sin(n * 1000 + i)) });
  const rejected = Array.from({ length: 500 }, (_, n) => noise(n));
  const size = async () =>
    Number(
      (await client.query<{ s: string }>(`SELECT pg_total_relation_size('sluice.rejected_rows') AS s`))
        .rows[0]!.s,
    );
  const fillTimes = async (times: number) => {
    for (let n = 0; n < times; n++) {
      await fill([], rejected);
      await engine.runInDatabase('ada', TIDY_LOADS);
    }
  };
  await fillTimes(2);
  const twice = await size();

  await fillTimes(5);

  expect(await size()).toBeLessThan(twice * 1.2);
});
