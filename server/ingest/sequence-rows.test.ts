import fc from 'fast-check';
import type { OnConflict } from '../../shared/batch';
import { sequenceRows } from '../../shared/tables/sequence-rows';
import { columnOf } from '../../shared/tables/table';
import { NULL_FIELD, RowFields } from './decode/row-fields';
import { ALL_LANES, LANES } from './rows';
import { SequenceRows } from './sequence-rows';

interface Item {
  readonly externalId: string;
  readonly rowNumber: number;
  readonly values: Record<string, unknown> | unknown[];
  readonly columns?: string[];
}

function rowsOf(names: readonly string[], onConflict: OnConflict = { action: 'update' }): SequenceRows {
  const columns = names.map((name) => columnOf(sequenceRows, name)!);
  const session = { timeZone: 'UTC', dateOrder: 'MDY' } as const;
  return new SequenceRows({ table: sequenceRows, columns, onConflict, session });
}

function append(rows: SequenceRows, ...values: (string | null)[]): void {
  const fields = new RowFields(values.length);
  values.forEach((value, i) => {
    fields.buffers[i] = Buffer.from(value ?? '');
    fields.starts[i] = value === null ? NULL_FIELD : 0;
    fields.ends[i] = fields.buffers[i].length;
  });
  rows.append(fields, rows.count + 1);
}

function itemsOf(rows: SequenceRows, from = 0): Item[] {
  return rows
    .encode(from, rows.count)
    .flatMap(({ body }) => (JSON.parse(body.toString()) as { items: Item[] }).items);
}

const KEY_AND_VALUES = ['external_id', 'row_number', 'values'];

describe('sequence rows', () => {
  it('go to CDF as an object of column and value, or as lists of both', () => {
    const objects = rowsOf(KEY_AND_VALUES);
    append(objects, 'curve', '0', '{"depth": 1.50, "note": "ab\\"c"}');
    const lists = rowsOf(['external_id', 'row_number', 'columns', 'row_values']);
    append(lists, 'curve', '1', '{depth,note}', '[2, null]');

    expect(objects.encode(0, 1)[0]!.body.toString()).toBe(
      '{"items":[{"externalId":"curve","rowNumber":0,"values":{"depth": 1.50, "note": "ab\\"c"}}]}',
    );
    expect(itemsOf(lists)).toEqual([
      { externalId: 'curve', rowNumber: 1, columns: ['depth', 'note'], values: [2, null] },
    ]);
  });

  it('that meet in one row number become one, the later cell over the earlier, whatever their form', () => {
    const rows = rowsOf(['external_id', 'row_number', 'columns', 'values']);
    append(rows, 's', '1', null, '{"a": 1, "b": 12345678901234567890}');
    append(rows, 's', '2', null, '{"a": 2}');
    append(rows, 's', '1', '{a,c}', '[3, "x,]}"]');

    const [batch] = rows.encode(0, 3);
    expect(batch!.body.toString()).toBe(
      '{"items":[{"externalId":"s","rowNumber":2,"values":{"a": 2}},' +
        '{"externalId":"s","rowNumber":1,"values":{"a":3,"b":12345678901234567890,"c":"x,]}"}}]}',
    );
    expect([...batch!.rowNumbers]).toEqual([2, 3]);
  });

  it('leave in CDF what writing them one by one would leave', () => {
    const column = fc.constantFrom('a', 'b', 'c', 'ø "x"', '\\');
    const value = fc.oneof(fc.integer(), fc.double({ noDefaultInfinity: true, noNaN: true }), fc.string());
    const row = fc.record({
      externalId: fc.constantFrom('s', 't', 'æ'),
      rowNumber: fc.integer({ min: 0, max: 3 }),
      cells: fc.uniqueArray(fc.tuple(column, value), { minLength: 1, selector: ([name]) => name }),
      asList: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 12 }), (written) => {
        const rows = rowsOf(['external_id', 'row_number', 'columns', 'values']);
        const expected = new Map<string, Record<string, unknown>>();
        for (const { externalId, rowNumber, cells, asList } of written) {
          const names = cells.map(([name]) => `"${name.replace(/["\\]/g, '\\$&')}"`);
          const values = JSON.stringify(cells.map(([, cell]) => cell));
          if (asList) append(rows, externalId, String(rowNumber), `{${names.join(',')}}`, values);
          else append(rows, externalId, String(rowNumber), null, JSON.stringify(Object.fromEntries(cells)));
          const key = `${externalId} ${rowNumber}`;
          const canonical = JSON.parse(JSON.stringify(Object.fromEntries(cells))) as Record<string, unknown>;
          expected.set(key, { ...expected.get(key), ...canonical });
        }
        const found = new Map<string, Record<string, unknown>>();
        for (const { externalId, rowNumber, values, columns } of itemsOf(rows)) {
          const cells =
            columns === undefined
              ? (values as Record<string, unknown>)
              : Object.fromEntries(columns.map((name, i) => [name, (values as unknown[])[i]]));
          expect(found.has(`${externalId} ${rowNumber}`)).toBe(false);
          found.set(`${externalId} ${rowNumber}`, cells);
        }
        expect(found).toEqual(expected);
      }),
    );
  });

  it('keep the first of a row number where existing rows are to stay', () => {
    const rows = rowsOf(KEY_AND_VALUES, { action: 'nothing' });
    append(rows, 's', '1', '{"a":1}');
    append(rows, 's', '1', '{"b":2}');

    expect(itemsOf(rows)).toEqual([{ externalId: 's', rowNumber: 1, values: { a: 1 } }]);
  });

  it('are cut within limits of rows, values and sequences, a sequence always in the same lane', () => {
    const rows = rowsOf(KEY_AND_VALUES);
    const wide = JSON.stringify(Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`c${i}`, i])));
    for (let i = 0; i < 12_000; i++) append(rows, `s${i % 3000}`, String(i), wide);

    const batches = rows.encode(0, rows.count);
    const laneOf = new Map<string, number>();
    for (const { lane, body } of batches) {
      const { items } = JSON.parse(body.toString()) as { items: Item[] };
      const sequences = new Set(items.map(({ externalId }) => externalId));
      expect(items.length * 20).toBeLessThanOrEqual(100_000);
      expect(sequences.size).toBeLessThanOrEqual(1000);
      for (const name of sequences) expect(laneOf.get(name) ?? lane).toBe(lane);
      for (const name of sequences) laneOf.set(name, lane);
    }
    expect(new Set(laneOf.values()).size).toBe(LANES);
    expect(batches.reduce((sum, { rowNumbers }) => sum + rowNumbers.length, 0)).toBe(12_000);
    expect(rows.encode(0, 5).map(({ lane }) => lane)).toEqual([ALL_LANES]);
  });

  it('of one sequence stay in order over several requests', () => {
    const rows = rowsOf(KEY_AND_VALUES);
    for (let i = 0; i < 10_001; i++) append(rows, 'long', String(i), '{"a":1}');

    const batches = rows.encode(0, rows.count);
    expect(batches.map(({ rowNumbers }) => rowNumbers.length)).toEqual([10_000, 1]);
    expect(new Set(batches.map(({ lane }) => lane)).size).toBe(1);
    expect(itemsOf(rows).map(({ rowNumber }) => rowNumber)).toEqual([...Array(10_001).keys()]);
  });

  it('are full when every lane has a request, and not after they are taken back', () => {
    const rows = rowsOf(KEY_AND_VALUES);
    const wide = JSON.stringify(Object.fromEntries(Array.from({ length: 400 }, (_, i) => [`c${i}`, i])));
    for (let i = 0; i < 999; i++) append(rows, 's', String(i), wide);
    expect(rows.isFull).toBe(false);
    append(rows, 's', '999', wide);
    expect(rows.isFull).toBe(true);

    rows.truncate(998);
    expect(rows.isFull).toBe(false);
    append(rows, 's', '998', '{"a":1}');
    expect(itemsOf(rows, 998)).toEqual([{ externalId: 's', rowNumber: 998, values: { a: 1 } }]);
    rows.truncate(0);
    expect(rows.encode(0, 0)).toEqual([]);
  });

  it.each([
    ['a row without a sequence', [null, '1', null, '{"a":1}', null], '23502'],
    ['a row without a number', ['s', null, null, '{"a":1}', null], '23502'],
    ['a row without values', ['s', '1', null, null, null], '23502'],
    ['values under both of their names', ['s', '1', null, '{"a":1}', '{"a":1}'], '22023'],
    ['a list of values without columns', ['s', '1', null, '[1]', null], '22023'],
    ['an object beside columns', ['s', '1', '{a}', '{"a":1}', null], '22023'],
    ['more columns than values', ['s', '1', '{a,b}', '[1]', null], '22023'],
    ['no cell at all', ['s', '1', null, ' { } ', null], '22023'],
    ['a cell that is an object', ['s', '1', null, '{"a": {"b":1}}', null], '22023'],
    ['a cell that is a boolean', ['s', '1', null, '{"a": 1, "b": true}', null], '22023'],
    ['a number below 0', ['s', '-1', null, '{"a":1}', null], '22003'],
    ['a number beyond what JSON keeps', ['s', '9007199254740992', null, '{"a":1}', null], '22003'],
  ])('refuse %s', (_, values, code) => {
    const rows = rowsOf(['external_id', 'row_number', 'columns', 'values', 'row_values']);
    append(rows, 's', '0', null, '{"a":1}', null);

    expect(() => append(rows, ...values)).toThrow(expect.objectContaining({ code }) as Error);
    expect(itemsOf(rows)).toEqual([{ externalId: 's', rowNumber: 0, values: { a: 1 } }]);
  });

  it('refuse more cells than a sequence has columns', () => {
    const rows = rowsOf(KEY_AND_VALUES);
    const wide = JSON.stringify(Object.fromEntries(Array.from({ length: 401 }, (_, i) => [`c${i}`, i])));

    expect(() => append(rows, 's', '0', wide)).toThrow(expect.objectContaining({ code: '54000' }) as Error);
  });

  it('refuse a statement that names no values', () => {
    expect(() => rowsOf(['external_id', 'row_number'])).toThrow(
      expect.objectContaining({ code: '23502' }) as Error,
    );
  });
});
