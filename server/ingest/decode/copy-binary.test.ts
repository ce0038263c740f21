// Binary COPY data read as PostgreSQL reads it: each case goes to a real server and to the scanner.
import fc from 'fast-check';
import type { Client } from 'pg';
import { copyByPostgres, copyBySluice, encodedByPostgres } from '../../../tests/support/copy-oracle';
import { type RealPostgres, startRealPostgres } from '../../../tests/support/real-postgres';
import { MAX_ROW_BYTES } from './copy-carry';
import { defaultCopyOptions } from './copy-options';
import { createCopyScanner } from './copy-scanner';
import { BINARY_FORMAT, RowFields } from './row-fields';

let postgres: RealPostgres;
let client: Client;

beforeAll(async () => {
  postgres = await startRealPostgres();
  client = await postgres.connect();
});

afterAll(async () => {
  await client?.end();
  await postgres?.close();
});

const COLUMNS = ['a', 'b'];
const OPTIONS = defaultCopyOptions('binary');
const SIGNATURE = '5047434f 50590aff 0d0a00';
const HEADER = `${SIGNATURE} 00000000 00000000`;
const ROW = '0002 00000001 61 ffffffff';
const TRAILER = 'ffff';

function bytes(hex: string): Buffer {
  return Buffer.from(hex.replaceAll(' ', ''), 'hex');
}

test.each([
  ['rows', `${HEADER} ${ROW} 0002 00000000 00000002 c3a9 ${TRAILER}`],
  ['no rows', `${HEADER} ${TRAILER}`],
  ['a missing trailer', `${HEADER} ${ROW}`],
  ['half a trailer', `${HEADER} ${ROW} ff`],
  ['nothing', ''],
  ['another signature', '5047434f 50590aff 0d0a01 00000000 00000000'],
  ['half a signature', '5047434f 5059'],
  ['text', '610a620a'],
  ['missing flags', `${SIGNATURE} 0000`],
  ['flags that do not matter', `${SIGNATURE} 0000abcd 00000000 ${ROW} ${TRAILER}`],
  ['flags that matter', `${SIGNATURE} 00020000 00000000 ${ROW}`],
  ['the highest flag', `${SIGNATURE} 80000000 00000000 ${ROW}`],
  ['OIDs', `${SIGNATURE} 00010000 00000000 ${ROW}`],
  ['a missing extension length', `${SIGNATURE} 00000000 0000`],
  ['a negative extension length', `${SIGNATURE} 00000000 ffffffff`],
  ['an extension', `${SIGNATURE} 00000000 00000003 ffffff ${ROW} ${TRAILER}`],
  ['a short extension', `${SIGNATURE} 00000000 00000003 ffff`],
  ['too many fields', `${HEADER} ${ROW} 0003 ffffffff ffffffff ffffffff ${TRAILER}`],
  ['too few fields', `${HEADER} ${ROW} 0001 ffffffff ${TRAILER}`],
  ['a negative number of fields', `${HEADER} ${ROW} fffe`],
  ['no fields', `${HEADER} ${ROW} 0000`],
  ['a negative size', `${HEADER} ${ROW} 0002 fffffffe`],
  ['a size that is cut', `${HEADER} ${ROW} 0002 0000`],
  ['no size', `${HEADER} ${ROW} 0002`],
  ['a value that is cut', `${HEADER} ${ROW} 0002 00000004 6161`],
  ['a missing field', `${HEADER} ${ROW} 0002 00000001 61`],
  ['data after the trailer', `${HEADER} ${ROW} ${TRAILER} 00`],
  ['a row after the trailer', `${HEADER} ${TRAILER} ${ROW}`],
])('%s is read as PostgreSQL reads it', async (_, hex) => {
  const data = bytes(hex);
  const expected = await copyByPostgres(client, COLUMNS, 'FORMAT binary', data);
  for (const cuts of [[], [1], [2, 3]]) expect(copyBySluice(COLUMNS, OPTIONS, data, cuts)).toEqual(expected);
});

const rows = fc.integer({ min: 1, max: 4 }).chain((width) =>
  fc.array(
    fc.array(fc.option(fc.string({ unit: fc.constantFrom('a', 'é', '\n', '\\', '😀'), maxLength: 9 })), {
      minLength: width,
      maxLength: width,
    }),
    { minLength: 1, maxLength: 5 },
  ),
);

test('what PostgreSQL has written is read back, wherever it is cut', async () => {
  const cuts = fc.array(fc.integer({ min: 1, max: 30 }), { maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(rows, cuts, async (table, cut) => {
      const data = await encodedByPostgres(client, table, 'FORMAT binary');
      const columns = table[0]!.map((_, index) => `c${index}`);
      expect(copyBySluice(columns, OPTIONS, data, cut)).toEqual({ rows: table });
    }),
    { numRuns: 150 },
  );
}, 60_000);

test('data with a wrong byte gives the rows or the error that PostgreSQL gives', async () => {
  const good = bytes(`${HEADER} ${ROW} 0002 00000003 616263 00000000 ${ROW} ${TRAILER}`);
  const change = fc.tuple(fc.nat(good.length - 1), fc.constantFrom(0, 1, 2, 3, 0x7f, 0xff));
  const end = fc.integer({ min: 0, max: good.length });
  await fc.assert(
    fc.asyncProperty(fc.array(change, { maxLength: 2 }), end, async (changes, length) => {
      const data = Buffer.from(good.subarray(0, length));
      for (const [at, byte] of changes) if (at < length) data[at] = byte;
      const expected = await copyByPostgres(client, COLUMNS, 'FORMAT binary', data);
      const found = copyBySluice(COLUMNS, OPTIONS, data, [5]);
      // PostgreSQL looks at a value before it reads the next size, and its limit is another one.
      const isComparable = !('code' in expected) || expected.code === '22P04';
      fc.pre(isComparable && !('code' in found && found.code === '54000'));
      expect(found).toEqual(expected);
    }),
    { numRuns: 300 },
  );
}, 60_000);

test('rows come as soon as they are complete', () => {
  const values: string[] = [];
  const row = new RowFields(1);
  const scanner = createCopyScanner(OPTIONS, ['a'], row, () =>
    values.push(row.buffers[0]!.toString('utf8', row.starts[0], row.ends[0])),
  );
  const write = (hex: string) => scanner.write(bytes(hex), 0, bytes(hex).length);

  write(`${HEADER} 0001 00000002 61`);
  expect(values).toEqual([]);
  write('62 0001 00000001 63 0001 0000');
  expect(values).toEqual(['ab', 'c']);
  expect(scanner).toMatchObject({ rows: 2, line: 3 });
});

test('fields are marked as binary', () => {
  const row = new RowFields(2);
  createCopyScanner(OPTIONS, COLUMNS, row, () => undefined);

  expect([...row.formats]).toEqual([BINARY_FORMAT, BINARY_FORMAT]);
});

test('a row above the limit is refused when its length is read', () => {
  const size = (MAX_ROW_BYTES + 1).toString(16).padStart(8, '0');

  expect(copyBySluice(COLUMNS, OPTIONS, bytes(`${HEADER} 0002 ${size}`))).toMatchObject({ code: '54000' });
});
