import { TABLES, tableNamed } from './catalogue';
import { columnOf, type Table } from './table';

const tables = TABLES.map((table) => [table.name, table] as const);
const position = (name: string) => TABLES.indexOf(tableNamed(name)!);

it('knows every table of the gateway, and those that the first gateway named otherwise', () => {
  const second = [
    ...['assets', 'double_datapoints', 'events', 'extraction_pipeline_runs', 'extraction_pipelines', 'files'],
    ...['labels', 'raw_rows', 'raw_tables', 'relationships', 'sequence_rows', 'sequences'],
    ...['string_datapoints', 'time_series', 'data_models', 'views', 'containers', 'units', 'unit_systems'],
  ];
  const first = ['timeseries', 'datapoints', 'raw'];

  expect(TABLES.map(({ name }) => name).sort()).toEqual([...second, ...first].sort());
});

describe.each(tables)('the declaration of %s', (_, table) => {
  it('names each column once', () => {
    expect(new Set(table.columns.map(({ name }) => name)).size).toBe(table.columns.length);
  });

  it('has its key among its columns', () => {
    for (const name of table.key) expect(columnOf(table, name)).toBeDefined();
  });

  it('says the same of all columns that name one property', () => {
    for (const column of table.columns)
      for (const other of table.columns)
        if (other.property === column.property)
          expect([other.access, other.immutable, other.onNull]).toEqual([
            ...[column.access, column.immutable, column.onNull],
          ]);
  });

  it('refers by external id only beside a column for ids, one for one and many for many', () => {
    for (const { refersTo, property, type } of table.columns)
      if (refersTo !== undefined)
        expect(
          table.columns.find((column) => column.property === property && column.refersTo === undefined)!.type,
        ).toBe(type.endsWith('[]') ? 'int8[]' : 'int8');
  });

  it('lets references be given by external id wherever CDF takes ids of assets and data sets', () => {
    const references = { assetId: '/assets', assetIds: '/assets', dataSetId: '/datasets' };
    for (const [property, refersTo] of Object.entries(references))
      if (table.columns.some((column) => column.property === property))
        expect(table.columns).toContainEqual(expect.objectContaining({ property, refersTo }));
  });

  it('lets a read-only table have no column that can be written, and only that', () => {
    const isReadOnly = table.columns.every(({ access }) => access === 'read-only');

    expect(isReadOnly).toBe(table.request.kind === 'read-only');
  });
});

it.each([
  ['labels', 'assets'],
  ['assets', 'events'],
  ['assets', 'time_series'],
  ['assets', 'sequences'],
  ['assets', 'files'],
  ['time_series', 'double_datapoints'],
  ['timeseries', 'datapoints'],
  ['time_series', 'string_datapoints'],
  ['sequences', 'sequence_rows'],
  ['raw_tables', 'raw_rows'],
  ['extraction_pipelines', 'extraction_pipeline_runs'],
  ['files', 'relationships'],
  ['events', 'relationships'],
])('%s are written before %s', (first, then) => {
  expect(position(first)).toBeLessThan(position(then));
});

it.each([
  ['time_series', 'timeseries'],
  ['double_datapoints', 'datapoints'],
  ['raw_rows', 'raw'],
])('%s and %s are one resource under two names', (name, other) => {
  const request = (table: Table | undefined) => table!.request;

  expect(request(tableNamed(other))).toBe(request(tableNamed(name)));
});
