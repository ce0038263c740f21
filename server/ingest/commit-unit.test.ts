import { assets } from '../../shared/tables/assets';
import { doubleDatapoints } from '../../shared/tables/double-datapoints';
import { events } from '../../shared/tables/events';
import { rawRows } from '../../shared/tables/raw-rows';
import { timeSeries } from '../../shared/tables/time-series';
import { timeseries } from '../../shared/tables/timeseries';
import { columnOf, type Table } from '../../shared/tables/table';
import { gunzipSync } from 'node:zlib';
import { CommitUnit } from './commit-unit';
import { NULL_FIELD, RowFields } from './decode/row-fields';
import { LaneTails } from './lane-tails';
import { Staging } from './staging';

interface Body {
  items: Record<string, unknown>[];
}

/** A unit whose payloads are kept in memory. */
function aUnit() {
  const blobs = new Map<string, Buffer>();
  const stage = (name: string, payload: Buffer) => {
    blobs.set(name, payload);
    return Promise.resolve();
  };
  const remove = (name: string) => {
    blobs.delete(name);
    return Promise.resolve();
  };
  const staging = new Staging(stage, remove);
  const unit = new CommitUnit('sluice_test', staging, new LaneTails());
  const insert = (table: Table, names: string[], ...rows: (string | null)[][]) => {
    const columns = names.map((name) => columnOf(table, name)!);
    const target = unit.open({
      table,
      columns,
      onConflict: { action: 'update' },
      session: { timeZone: 'UTC', dateOrder: 'MDY' },
    });
    unit.startStatement();
    for (const row of rows) {
      const fields = new RowFields(names.length);
      row.forEach((value, i) => {
        fields.buffers[i] = Buffer.from(value ?? '');
        fields.starts[i] = value === null ? NULL_FIELD : 0;
        fields.ends[i] = fields.buffers[i].length;
      });
      target.append(fields, ++unit.rows);
    }
  };
  const bodies = async () => {
    unit.cut();
    await staging.settle();
    return unit.batches.map(({ staged, after }) => {
      const payload =
        staged!.payload.place === 'message'
          ? Buffer.from(staged!.payload.base64, 'base64')
          : blobs.get(staged!.payload.name)!;
      const body = gunzipSync(payload.subarray(0, staged!.bodyBytes));
      return { staged: staged!, after, body };
    });
  };
  const items = async () => (await bodies()).map(({ body }) => (JSON.parse(body.toString()) as Body).items);
  return { unit, staging, insert, bodies, items, blobs };
}

describe('a commit unit', () => {
  it('leaves NULL fields out of an item and keeps the column in the header', async () => {
    const { insert, bodies } = aUnit();

    insert(events, ['external_id', 'type', 'start_time'], ['a', null, '2024-01-01T00:00:00Z']);

    const [batch] = await bodies();
    expect(JSON.parse(batch!.body.toString())).toEqual({
      items: [{ externalId: 'a', startTime: 1704067200000 }],
    });
    expect(batch!.staged.columns).toEqual(['external_id', 'type', 'start_time']);
  });

  it('keeps the last row of a key', async () => {
    const { insert, items } = aUnit();

    insert(events, ['external_id', 'type'], ['a', '1'], ['b', '2'], ['a', '3']);

    expect(await items()).toEqual([
      [
        { externalId: 'b', type: '2' },
        { externalId: 'a', type: '3' },
      ],
    ]);
  });

  it('keeps every row that has no key', async () => {
    const { insert, items } = aUnit();

    insert(events, ['external_id', 'type'], [null, '1'], [null, '1']);

    expect((await items())[0]).toHaveLength(2);
  });

  it('sends parents before their children, over several requests too', async () => {
    const { insert, items } = aUnit();
    const rows = Array.from({ length: 2500 }, (_, i) => [`a${i}`, `n${i}`, i === 2499 ? null : `a${i + 1}`]);

    insert(assets, ['external_id', 'name', 'parent_external_id'], ...rows);

    const sent = (await items()).flat();
    expect(sent).toHaveLength(2500);
    expect(sent[0]).toEqual({ externalId: 'a2499', name: 'n2499' });
    expect(sent[2499]).toMatchObject({ externalId: 'a0' });
  });

  it('writes tables in an order that references can rely on, each after all of the one before', async () => {
    const { insert, bodies } = aUnit();

    insert(doubleDatapoints, ['external_id', 'timestamp', 'value'], ['s', '2024-01-01T00:00:00Z', '1.5']);
    insert(timeSeries, ['external_id', 'name'], ['s', 'S']);

    const batches = await bodies();
    expect(batches.map(({ staged }) => staged.table)).toEqual(['time_series', 'double_datapoints']);
    expect(batches[1]!.after).toEqual([`${batches[0]!.staged.unit}/${batches[0]!.staged.number}`]);
  });

  it('forgets what came after a mark, also when batches were cut in between', async () => {
    const { unit, insert, items } = aUnit();
    insert(events, ['external_id', 'type'], ['a', '1']);
    const mark = unit.mark();
    insert(events, ['external_id', 'type'], ['b', '2']);
    unit.cut();
    insert(events, ['external_id', 'type'], ['c', '3']);
    unit.cut();
    insert(events, ['external_id', 'type'], ['x', '3']);

    unit.rollbackTo(mark);
    insert(events, ['external_id', 'type'], ['d', '4']);

    expect((await items()).flat().map((item) => item['externalId'])).toEqual(['a', 'd']);
    expect(unit.rows).toBe(2);
  });

  it('cuts rows of one table apart where their columns differ, in the order written', async () => {
    const { insert, items } = aUnit();

    insert(events, ['external_id', 'type'], ['a', '1']);
    insert(events, ['external_id', 'subtype'], ['a', '2']);

    expect(await items()).toEqual([[{ externalId: 'a', type: '1' }], [{ externalId: 'a', subtype: '2' }]]);
  });

  it('keeps the order of rows that meet under two names of one table', async () => {
    const { insert, bodies } = aUnit();

    insert(timeseries, ['external_id', 'name'], ['s', 'first']);
    insert(timeSeries, ['external_id', 'name'], ['s', 'second']);

    const batches = await bodies();
    expect(batches.map(({ staged }) => staged.table)).toEqual(['timeseries', 'time_series']);
    expect(batches[1]!.after).toEqual([`${batches[0]!.staged.unit}/${batches[0]!.staged.number}`]);
  });

  it('cuts more rows than a request holds into requests side by side, window after window', async () => {
    const { unit, insert, bodies } = aUnit();
    const rows = (from: number) => Array.from({ length: 3000 }, (_, i) => [`e${from + i}`, 't']);

    insert(events, ['external_id', 'type'], ...rows(0));
    unit.cut();
    insert(events, ['external_id', 'type'], ...rows(3000));

    const batches = await bodies();
    expect(batches.map(({ staged }) => staged.rows)).toEqual([1000, 1000, 1000, 1000, 1000, 1000]);
    const id = (i: number) => `${unit.id}/${batches[i]!.staged.number}`;
    expect(batches.slice(0, 3).map(({ after }) => after)).toEqual([[], [], []]);
    for (const { after } of batches.slice(3)) expect([...after].sort()).toEqual([id(0), id(1), id(2)].sort());
  });

  it('makes one request a RAW table and replaces a key that comes twice', async () => {
    const { insert, bodies } = aUnit();

    insert(
      rawRows,
      ['_raw_database', '_raw_table', '_raw_key', '_raw_columns'],
      ['db', 't1', 'k', '{"a":1}'],
      ['db', 't2', 'k', '{"a":2}'],
      ['db', 't1', 'k', '{"a":3}'],
    );

    const batches = await bodies();
    expect(batches.map(({ staged }) => staged.target)).toEqual([
      { database: 'db', table: 't1' },
      { database: 'db', table: 't2' },
    ]);
    expect(JSON.parse(batches[0]!.body.toString())).toEqual({ items: [{ key: 'k', columns: { a: 3 } }] });
  });

  it('refuses a value for a column that CDF sets', () => {
    const { insert } = aUnit();

    expect(() => insert(events, ['external_id', 'id'], ['a', '1'])).toThrow(
      expect.objectContaining({ code: '428C9' }) as Error,
    );
  });

  it('refuses a statement that could neither create nor update', () => {
    const { insert } = aUnit();

    expect(() => insert(assets, ['external_id'], ['a'])).toThrow(
      expect.objectContaining({
        code: '23502',
        message: expect.stringContaining('"name"') as string,
      }) as Error,
    );
  });

  it('stays as it was where a row does not fit', async () => {
    const { insert, items } = aUnit();
    insert(events, ['external_id', 'start_time'], ['a', '2024-01-01T00:00:00Z']);

    expect(() => insert(events, ['external_id', 'start_time'], ['b', 'yesterdayish'])).toThrow(
      expect.objectContaining({ code: '22007' }) as Error,
    );
    expect(await items()).toEqual([[{ externalId: 'a', startTime: 1704067200000 }]]);
  });
});
