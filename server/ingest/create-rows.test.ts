import { TABLES, tableNamed } from '../../shared/tables/catalogue';
import { columnOf } from '../../shared/tables/table';
import { createRows } from './create-rows';
import { NULL_FIELD, RowFields } from './decode/row-fields';
import type { Rows } from './rows';

const session = { timeZone: 'UTC', dateOrder: 'MDY' } as const;

function rowsOf(tableName: string, names: readonly string[]): Rows {
  const table = tableNamed(tableName)!;
  const columns = names.map((name) => columnOf(table, name)!);
  return createRows({ table, columns, onConflict: { action: 'update' }, session });
}

function append(rows: Rows, values: readonly (string | null)[]): void {
  const fields = new RowFields(values.length);
  values.forEach((value, i) => {
    fields.buffers[i] = Buffer.from(value ?? '');
    fields.starts[i] = value === null ? NULL_FIELD : 0;
    fields.ends[i] = fields.buffers[i].length;
  });
  rows.append(fields, rows.count + 1);
}

/** The items of the bodies, and the RAW tables that they go to. */
function written(rows: Rows): unknown[] {
  return rows
    .encode(0, rows.count)
    .flatMap(({ body, target }) =>
      (JSON.parse(body.toString()) as { items: object[] }).items.map((item) =>
        target === undefined ? item : { ...item, target },
      ),
    );
}

describe('the rows of a table', () => {
  it.each(TABLES.map((table) => [table.name, table] as const))(
    'of %s exist for all of its writable columns, or are refused',
    (_, table) => {
      const columns = table.columns.filter(({ access }) => access !== 'read-only');
      const make = () => createRows({ table, columns, onConflict: { action: 'update' }, session });

      if (table.request.kind !== 'read-only') expect(make().count).toBe(0);
      else
        expect(make).toThrow(
          expect.objectContaining({
            code: '0A000',
            message: `cannot write to gateway table "${table.name}"`,
          }) as Error,
        );
    },
  );

  it.each([
    [
      'events',
      { external_id: 'e', asset_external_ids: '{a,"b c"}', data_set_external_id: 'd', asset_ids: null },
      { externalId: 'e', assetIds: ['a', 'b c'], dataSetId: 'd' },
    ],
    [
      'timeseries',
      { external_id: 's', asset_external_id: 'a', legacy_name: 'old' },
      { externalId: 's', assetId: 'a', legacyName: 'old' },
    ],
    [
      'sequences',
      { external_id: 's', columns: '[{"externalId":"c","valueType":"LONG"}]', data_set_id: '5' },
      { externalId: 's', columns: [{ externalId: 'c', valueType: 'LONG' }], dataSetId: 5 },
    ],
    [
      'files',
      { name: 'f.pdf', labels: '{l}', source_created_time: '1970-01-01T00:00:01Z', geo_location: '{}' },
      { name: 'f.pdf', labels: [{ externalId: 'l' }], sourceCreatedTime: 1000, geoLocation: {} },
    ],
    ['labels', { external_id: 'l', name: 'L' }, { externalId: 'l', name: 'L' }],
    [
      'relationships',
      {
        external_id: 'r',
        ...{ source_external_id: 'a', source_type: 'asset', target_external_id: 'b', target_type: 'event' },
        ...{ confidence: '0.1', start_time: null },
      },
      {
        externalId: 'r',
        ...{ sourceExternalId: 'a', sourceType: 'asset', targetExternalId: 'b', targetType: 'event' },
        confidence: 0.1,
      },
    ],
    [
      'extraction_pipelines',
      { external_id: 'p', name: 'P', data_set_external_id: 'd', data_set_id: null },
      { externalId: 'p', name: 'P', dataSetId: 'd' },
    ],
    [
      'extraction_pipeline_runs',
      { externalId: 'p', status: 'success', external_id: null },
      { externalId: 'p', status: 'success' },
    ],
    [
      'raw',
      { database: 'db', table: 't', key: 'k', columns: '{"a":1}' },
      { key: 'k', columns: { a: 1 }, target: { database: 'db', table: 't' } },
    ],
    ['raw_tables', { _raw_database: 'db', _raw_table: 'ø' }, { database: 'db', table: 'ø' }],
  ])('of %s are the items that CDF takes', (tableName, row, item) => {
    const rows = rowsOf(tableName, Object.keys(row));
    append(rows, Object.values(row));

    expect(written(rows)).toEqual([item]);
  });

  it.each([
    ['time_series', { external_id: 's', asset_id: '1', asset_external_id: 'a' }],
    ['assets', { external_id: 'a', name: 'n', data_set_external_id: 'd', data_set_id: '1' }],
    ['extraction_pipeline_runs', { external_id: 'p', externalId: 'p', status: 'seen' }],
    ['double_datapoints', { external_id: 's', id: '1', timestamp: '2024-01-01', value: '1' }],
  ])('of %s refuse two values for one thing', (tableName, row) => {
    const rows = rowsOf(tableName, Object.keys(row));

    expect(() => append(rows, Object.values(row))).toThrow(
      expect.objectContaining({
        code: '22023',
        message: expect.stringContaining('cannot both have a value') as string,
      }) as Error,
    );
    expect(rows.count).toBe(0);
  });

  it.each([
    ['extraction_pipelines', { external_id: 'p', name: 'n', data_set_id: null, data_set_external_id: null }],
    ['extraction_pipeline_runs', { external_id: null, externalId: null, status: 'seen' }],
    ['labels', { external_id: null, name: 'n' }],
    ['raw_tables', { _raw_database: 'db', _raw_table: null }],
    ['raw', { database: 'db', table: 't', key: 'k', columns: null }],
  ])('of %s refuse a NULL where CDF wants a value', (tableName, row) => {
    const rows = rowsOf(tableName, Object.keys(row));

    expect(() => append(rows, Object.values(row))).toThrow(
      expect.objectContaining({ code: '23502' }) as Error,
    );
  });

  it.each([
    ['raw_tables', ['_raw_database']],
    ['raw', ['database', 'table', 'key']],
    ['labels', ['external_id']],
    ['extraction_pipeline_runs', ['status']],
  ])('of %s refuse a statement that leaves out what every row needs', (tableName, names) => {
    expect(() => rowsOf(tableName, names)).toThrow(expect.objectContaining({ code: '23502' }) as Error);
  });

  it('of raw_tables come once each, and are refused without a name', () => {
    const rows = rowsOf('raw_tables', ['_raw_database', '_raw_table']);
    append(rows, ['d', 't']);
    append(rows, ['d', 'u']);
    append(rows, ['d', 't']);

    expect(() => append(rows, ['d', ''])).toThrow(expect.objectContaining({ code: '22023' }) as Error);
    expect(written(rows)).toEqual([
      { database: 'd', table: 't' },
      { database: 'd', table: 'u' },
    ]);
  });

  it('of raw name the column at fault as the table does', () => {
    const rows = rowsOf('raw', ['database', 'table', 'key', 'columns']);

    expect(() => append(rows, ['d', 't', 'k', '[1]'])).toThrow(
      expect.objectContaining({ message: 'column "columns" must be a JSON object' }) as Error,
    );
    expect(() => append(rows, ['', 't', 'k', '{}'])).toThrow(
      expect.objectContaining({ message: 'column "database" must not be empty' }) as Error,
    );
  });
});
