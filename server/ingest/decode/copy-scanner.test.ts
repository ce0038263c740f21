// What holds for COPY data in every format: when rows come, how much is kept, which character sets are read.
import fc from 'fast-check';
import type { Client } from 'pg';
import { copyByPostgres, copyBySluice } from '../../../tests/support/copy-oracle';
import { type RealPostgres, startRealPostgres } from '../../../tests/support/real-postgres';
import { MAX_ROW_BYTES } from './copy-carry';
import { type CopyOptions, defaultCopyOptions } from './copy-options';
import { createCopyScanner } from './copy-scanner';
import { RowFields } from './row-fields';

const COLUMNS = ['a', 'b'];

function collect(options: CopyOptions) {
  const rows: string[] = [];
  const fields = new RowFields(2);
  const scanner = createCopyScanner(options, COLUMNS, fields, () =>
    rows.push(
      fields.buffers.map((bytes, i) => bytes.toString('utf8', fields.starts[i], fields.ends[i])).join('|'),
    ),
  );
  const write = (text: string) => scanner.write(Buffer.from(text), 0, Buffer.byteLength(text));
  return { rows, scanner, write };
}

test.each(['text', 'csv'] as const)('%s rows come as soon as their lines are complete', (format) => {
  const { rows, scanner, write } = collect({ ...defaultCopyOptions(format), delimiter: 0x2c });

  write('a,b\nc');
  expect(rows).toEqual(['a|b']);
  write(',d\ne,f\ng,h');
  expect(rows).toEqual(['a|b', 'c|d', 'e|f']);
  expect(scanner).toMatchObject({ rows: 3, line: 4 });
  scanner.finish();
  expect(rows).toEqual(['a|b', 'c|d', 'e|f', 'g|h']);
});

test('a line is told to the sink before its row', () => {
  const lines: number[] = [];
  const scanner = createCopyScanner(defaultCopyOptions('csv'), ['a'], new RowFields(1), () =>
    lines.push(scanner.line),
  );
  const data = Buffer.from('a\n"b\n"\nc\n');
  scanner.write(data, 0, data.length);

  expect(lines).toEqual([1, 3, 4]);
});

test('what the sink throws ends the scan', () => {
  const refused = new Error('refused');
  const scanner = createCopyScanner(defaultCopyOptions('csv'), ['a'], new RowFields(1), () => {
    throw refused;
  });

  expect(() => scanner.write(Buffer.from('a\nb\n'), 0, 4)).toThrow(refused);
  expect(scanner).toMatchObject({ rows: 0, line: 1 });
});

test.each(['text', 'csv'] as const)('a long %s line in many pieces is put together once', (format) => {
  const { rows, scanner, write } = collect({ ...defaultCopyOptions(format), delimiter: 0x2c });
  const piece = 'x'.repeat(20_000);
  write('a,b\nc,');
  for (let count = 0; count < 200; count++) write(piece);
  write('\nd,e\n');
  scanner.finish();

  expect(rows).toEqual(['a|b', `c|${piece.repeat(200)}`, 'd|e']);
});

test.each(['text', 'csv'] as const)('a %s line above the limit is refused', (format) => {
  const { write } = collect({ ...defaultCopyOptions(format), delimiter: 0x2c });
  const piece = 'x'.repeat(MAX_ROW_BYTES / 8);
  for (let count = 0; count < 8; count++) write(piece);

  expect(() => write('x')).toThrow(expect.objectContaining({ code: '54000' }) as Error);
});

test('any cut of the stream gives the same rows, also of lines longer than a chunk', () => {
  const value = fc.tuple(
    fc.string({ unit: fc.constantFrom('a', '\\', '\n', '"', ',', 'é'), maxLength: 6 }),
    fc.nat(4),
    fc.nat(9000),
  );
  const table = fc.array(fc.tuple(value, value), { maxLength: 12 });
  const cuts = fc.array(fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 30_000 })), {
    minLength: 1,
    maxLength: 6,
  });
  fc.assert(
    fc.property(table, cuts, fc.constantFrom('text', 'csv', 'binary'), (rows, cut, format) => {
      const values = rows.map((row) =>
        row.map(([text, times, filler]) => text.repeat(times) + 'x'.repeat(filler)),
      );
      expect(copyBySluice(COLUMNS, defaultCopyOptions(format), encodeRows[format](values), cut)).toEqual({
        rows: values,
      });
    }),
    { numRuns: 300 },
  );
});

const encodeRows = {
  text: (rows: string[][]) =>
    Buffer.from(
      rows
        .map(
          (row) =>
            `${row.map((value) => value.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')).join('\t')}\n`,
        )
        .join(''),
    ),
  csv: (rows: string[][]) =>
    Buffer.from(
      rows.map((row) => `${row.map((value) => `"${value.replaceAll('"', '""')}"`).join()}\n`).join(''),
    ),
  binary: (rows: string[][]) =>
    Buffer.concat([
      Buffer.from('PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0', 'latin1'),
      ...rows.flatMap((row) => [
        Buffer.from([0, row.length]),
        ...row.flatMap((value) => {
          const size = Buffer.alloc(4);
          size.writeInt32BE(Buffer.byteLength(value));
          return [size, Buffer.from(value)];
        }),
      ]),
    ]),
};

test('a forced column that is not in the statement is refused', () => {
  const options = { ...defaultCopyOptions('csv'), forceNull: ['a', 'z'] };

  expect(() => createCopyScanner(options, COLUMNS, new RowFields(2), () => undefined)).toThrow(
    expect.objectContaining({
      code: '42P10',
      message: 'FORCE_NULL column "z" not referenced by COPY',
    }) as Error,
  );
});

describe('character sets', () => {
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

  const ORDINARY = [...Array(256).keys()].filter((byte) => ![0, 0x09, 0x0a, 0x0d, 0x5c].includes(byte));
  const UNDEFINED_IN_WIN1252 = [0x81, 0x8d, 0x8f, 0x90, 0x9d];
  const head = Buffer.from('a\tb\n');
  const all = (without: number[]) =>
    Buffer.concat([
      head,
      Buffer.from(ORDINARY.filter((byte) => !without.includes(byte))),
      Buffer.from('\tc\n'),
    ]);

  test.each<[string, Buffer]>([
    ['latin1', all([])],
    ['ISO_8859_1', all([])],
    ['WIN1252', all(UNDEFINED_IN_WIN1252)],
    ['windows-1252', Buffer.from('\x80\t\x99\n\\x41\tb\n', 'latin1')],
    ['UTF-8', Buffer.from('é\t😀\n')],
    ['unicode', Buffer.from('é\t😀\n')],
    ['LATIN1', Buffer.from('a\tb\nc\0\td\n')],
    ['LATIN1', Buffer.from('a\tb\n\\.\nc\0\td\n')],
    ...UNDEFINED_IN_WIN1252.map((byte): [string, Buffer] => [
      'win1252',
      Buffer.concat([head, Buffer.from([0x63, byte, 0x09])]),
    ]),
  ])('%s is read as PostgreSQL reads it', async (encoding, data) => {
    const options = { ...defaultCopyOptions('text'), encoding };
    const expected = await copyByPostgres(client, COLUMNS, `ENCODING '${encoding}'`, data);
    for (const cuts of [[], [1], [3]]) expect(copyBySluice(COLUMNS, options, data, cuts)).toEqual(expected);
  });

  test('data longer than a step of conversion is whole', () => {
    const options = { ...defaultCopyOptions('text'), encoding: 'latin1' };
    const data = Buffer.from('é'.repeat(50_000) + '\tb\n', 'latin1');

    expect(copyBySluice(COLUMNS, options, data)).toEqual({ rows: [['é'.repeat(50_000), 'b']] });
  });

  test('others are refused', () => {
    const options = { ...defaultCopyOptions('text'), encoding: 'sjis' };

    expect(copyBySluice(COLUMNS, options, head)).toMatchObject({ code: '0A000' });
  });
});
