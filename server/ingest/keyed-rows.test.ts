// Windows of UPDATE and DELETE in a commit unit: what each request holds, and which row of which statement it is of.
import { gunzipSync } from 'node:zlib';
import { decodeRowNumbers } from '../../shared/batch-index';
import { assets } from '../../shared/tables/assets';
import { doubleDatapoints } from '../../shared/tables/double-datapoints';
import { events } from '../../shared/tables/events';
import { rawRows } from '../../shared/tables/raw-rows';
import { columnOf, type Table } from '../../shared/tables/table';
import { timeSeries } from '../../shared/tables/time-series';
import { rowSink } from '../session/row-sink';
import type { Operator } from '../sql/conditions';
import { CommitUnit } from './commit-unit';
import { NULL_FIELD, RowFields } from './decode/row-fields';
import { LaneTails } from './lane-tails';
import { Staging } from './staging';

type Value = string | null;

const SESSION = { timeZone: 'UTC', dateOrder: 'MDY' } as const;

function aUnit() {
  const blobs = new Map<string, Buffer>();
  const staging = new Staging(
    (name, payload) => Promise.resolve(void blobs.set(name, payload)),
    (name) => Promise.resolve(void blobs.delete(name)),
  );
  const unit = new CommitUnit('sluice_test', staging, new LaneTails());
  /** A statement; returns how many rows it counts. */
  const write = (
    kind: 'insert' | 'update' | 'delete',
    table: Table,
    compared: readonly (string | readonly [name: string, operator: Operator])[],
    rows: readonly (readonly Value[])[],
  ): number => {
    const plan = {
      table,
      columns: compared.map((each) => columnOf(table, typeof each === 'string' ? each : each[0])!),
      operators: compared.map((each): Operator => (typeof each === 'string' ? '=' : each[1])),
      onConflict: { action: 'update' } as const,
      ...(kind === 'insert' ? {} : { write: kind }),
    };
    unit.startStatement();
    const before = unit.rows;
    const sink = rowSink(unit, plan, SESSION, () => 'row');
    for (const row of rows) sink(fieldsOf(row));
    return unit.rows - before;
  };
  const batches = async () => {
    unit.cut();
    await staging.settle();
    return unit.batches.map(({ staged, after }) => {
      const { payload, bodyBytes, rows } = staged!;
      const bytes =
        payload.place === 'message' ? Buffer.from(payload.base64, 'base64') : blobs.get(payload.name)!;
      const body = JSON.parse(gunzipSync(bytes.subarray(0, bodyBytes)).toString()) as { items: unknown[] };
      const numbers = [...decodeRowNumbers(gunzipSync(bytes.subarray(bodyBytes)), rows)];
      return { ...staged!, after, items: body.items, numbers };
    });
  };
  return { unit, write, batches };
}

function fieldsOf(row: readonly Value[]): RowFields {
  const fields = new RowFields(row.length);
  row.forEach((value, i) => {
    fields.buffers[i] = Buffer.from(value ?? '');
    fields.starts[i] = value === null ? NULL_FIELD : 0;
    fields.ends[i] = fields.buffers[i].length;
  });
  return fields;
}

const KEY = ['external_id'];
const keys = (count: number) => Array.from({ length: count }, (_, i) => [`k${i}`]);

describe('rows of UPDATE and DELETE', () => {
  it('stand in one request for many statements, each with its number', async () => {
    const { write, batches } = aUnit();
    expect(
      write(
        'update',
        events,
        ['external_id', 'type'],
        [
          ['a', 'x'],
          ['b', null],
        ],
      ),
    ).toBe(2);
    expect(write('update', events, ['external_id', 'type'], [['c', 'y']])).toBe(1);

    const [batch, ...others] = await batches();
    expect(others).toEqual([]);
    expect(batch).toMatchObject({
      write: 'update',
      table: 'events',
      columns: ['external_id', 'type'],
      rows: 3,
    });
    expect(batch!.items).toEqual([
      { externalId: 'a', type: 'x' },
      { externalId: 'b' },
      { externalId: 'c', type: 'y' },
    ]);
    expect(batch!.numbers).toEqual([1, 2, 3]);
  });

  it('count a key once a statement; another statement’s same key is written later', async () => {
    const { write, batches } = aUnit();
    expect(write('delete', events, KEY, [['a'], ['a'], [null], ['b']])).toBe(2);
    expect(write('delete', events, KEY, [['b'], ['c'], ['b']])).toBe(2);

    const written = await batches();
    expect(written.map(({ items }) => items)).toEqual([
      [{ externalId: 'a' }, { externalId: 'b' }],
      [{ externalId: 'b' }, { externalId: 'c' }],
    ]);
    expect(written.map(({ numbers }) => numbers)).toEqual([
      [1, 2],
      [3, 4],
    ]);
    expect(written[1]!.after).toEqual([`${written[0]!.unit}/1`]);
  });

  it('count a key once also where the window was cut within the statement', () => {
    const { write } = aUnit();
    expect(write('delete', events, KEY, [...keys(5000), ...keys(5000)])).toBe(5000);
  });

  it('count a key again in a statement after one that was taken back', async () => {
    const { unit, write, batches } = aUnit();
    write('delete', events, KEY, [['a']]);
    const mark = unit.mark();
    write('delete', events, KEY, [['b'], ['a'], ['c']]);
    unit.rollbackTo(mark);
    expect(write('delete', events, KEY, [['b'], ['c']])).toBe(2);
    unit.release(mark);

    expect((await batches()).flatMap(({ items }) => items)).toEqual(
      ['a', 'b', 'c'].map((externalId) => ({ externalId })),
    );
  });

  it('that do not fit their columns are no part of a key that counts', () => {
    const { write } = aUnit();
    expect(() => write('update', events, ['external_id', 'start_time'], [['a', 'never']])).toThrow(
      'invalid input',
    );
    expect(write('update', events, ['external_id', 'start_time'], [['a', '2024-01-01']])).toBe(1);
  });

  it('refuse NULL for what CDF requires', () => {
    const { write } = aUnit();
    expect(() => write('update', assets, ['external_id', 'name'], [['a', null]])).toThrow(
      'violates not-null',
    );
  });

  it('come in requests of a thousand, side by side, one statement after the other', async () => {
    const { write, batches } = aUnit();
    write('delete', events, KEY, keys(2500));
    write('insert', events, KEY, [['x']]);

    const written = await batches();
    expect(written.map(({ rows }) => rows)).toEqual([1000, 1000, 500, 1]);
    expect(written.slice(0, 3).every(({ after }) => after.length === 0)).toBe(true);
    expect(written[3]!.after).toHaveLength(3);
  });

  it('of RAW are one request a RAW table', async () => {
    const { unit, write, batches } = aUnit();
    const names = ['_raw_database', '_raw_table', '_raw_key'];
    write('delete', rawRows, names, [
      ['d', 't', '1'],
      ['d', 'u', '1'],
    ]);
    const mark = unit.mark();
    write('delete', rawRows, names, [
      ['d', 't', '2'],
      ['e', 't', '1'],
    ]);
    unit.rollbackTo(mark);
    write('delete', rawRows, names, [['d', 't', '3']]);

    expect((await batches()).map(({ target, items, numbers }) => [target, items, numbers])).toEqual([
      [{ database: 'd', table: 't' }, [{ key: '1' }], [1]],
      [{ database: 'd', table: 'u' }, [{ key: '1' }], [2]],
      [{ database: 'd', table: 't' }, [{ key: '3' }], [3]],
    ]);
  });

  it('of a table of the user’s own carry what the writer must know of it', async () => {
    const target = { database: 'db', table: 'pumps' };
    const pumps: Table = {
      ...{ schema: 'raw', name: 'events', description: '', acl: 'rawAcl', key: ['no'] },
      columns: [{ name: 'no', type: 'int8', property: 'key', access: 'required', description: '' }],
      request: { kind: 'raw-rows', target },
    };
    const { unit, write, batches } = aUnit();
    write('delete', events, KEY, [['x']]);
    write('delete', pumps, ['no'], [['007'], ['7']]);
    unit.truncate(
      { table: pumps, columns: [], onConflict: { action: 'update' }, session: SESSION, write: 'truncate' },
      target,
    );
    expect(unit.isEmpty).toBe(false);

    const [, deletion, truncation] = await batches();
    const own = { key: ['no'], request: { kind: 'raw-rows', target }, acl: 'rawAcl' };
    expect(deletion).toMatchObject({ write: 'delete', own, target, items: [{ key: '7' }] });
    expect(truncation).toMatchObject({ write: 'truncate', own, target, rows: 0, items: [], numbers: [] });
    expect(truncation!.after).toEqual([`${truncation!.unit}/2`]);
  });

  it('of several tables are deleted in the order of the statements', async () => {
    const { write, batches } = aUnit();
    write('insert', events, KEY, [['e']]);
    write('delete', doubleDatapoints, KEY, [['a']]);
    write('delete', timeSeries, KEY, [['a']]);
    write('insert', timeSeries, KEY, [['a']]);

    expect((await batches()).map(({ table, write: kind = 'insert' }) => `${kind} ${table}`)).toEqual([
      ...['insert events', 'delete double_datapoints', 'delete time_series', 'insert time_series'],
    ]);
  });
});

describe('ranges of data points', () => {
  const RANGE = ['external_id', ['timestamp', '>='], ['timestamp', '<']] as const;
  const day = (n: number) => new Date(Date.UTC(2024, 0, n)).toISOString();

  it('are within what CDF keeps, and empty ones are none', async () => {
    const { write, batches } = aUnit();
    const rows = [
      ['a', day(1), day(2)],
      ['a', day(2), day(2)],
      ['b', null, day(2)],
      ['c', '0001-01-01', day(2)],
    ];
    expect(write('delete', doubleDatapoints, RANGE, rows)).toBe(2);

    const [batch] = await batches();
    expect(batch!.items).toEqual([
      { externalId: 'a', inclusiveBegin: Date.parse(day(1)), exclusiveEnd: Date.parse(day(2)) },
      { externalId: 'c', inclusiveBegin: -2208988800000, exclusiveEnd: Date.parse(day(2)) },
    ]);
  });

  it('share a request unless they meet', async () => {
    const { write, batches } = aUnit();
    const one = (name: string, from: number, to: number) =>
      write('delete', doubleDatapoints, RANGE, [[name, day(from), day(to)]]);
    one('a', 5, 6);
    one('a', 6, 7);
    one('a', 1, 5);
    one('b', 1, 9);
    one('a', 4, 7);

    expect((await batches()).map(({ rows }) => rows)).toEqual([4, 1]);
  });
});
