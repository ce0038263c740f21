import type { OwnTable } from '../../shared/own-table';
import { tableOf } from '../../shared/table-of-own';
import { columnOf, type TypeName } from '../../shared/tables/table';
import type { Write } from '../../shared/batch';
import { createRows } from './create-rows';
import { BINARY_FORMAT, NULL_FIELD, OID, RowFields } from './decode/row-fields';
import type { Rows } from './rows';
import { rowsOf } from './rows-of';

const session = { timeZone: 'Europe/Oslo', dateOrder: 'MDY' } as const;

type Values = Readonly<Record<string, string | null>>;

function rowsFor(
  own: Pick<OwnTable, 'destination' | 'columns'>,
  names: readonly string[],
  write?: Write,
): Rows {
  const table = tableOf({ schema: 'public', name: 't', ...own });
  const columns = names.map((name) => columnOf(table, name)!);
  return createRows({
    table,
    columns,
    onConflict: { action: 'update' },
    session,
    ...(write === undefined ? {} : { write }),
  });
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

function itemsOf(rows: Rows): unknown[] {
  return rows
    .encode(0, rows.count)
    .flatMap(({ body }) => (JSON.parse(body.toString()) as { items: unknown[] }).items);
}

function written(own: Pick<OwnTable, 'destination' | 'columns'>, values: Values): unknown {
  const rows = rowsFor(own, Object.keys(values));
  append(rows, Object.values(values));
  return itemsOf(rows)[0];
}

const raw = (primaryKey: string | null, columns: OwnTable['columns']) => ({
  destination: { type: 'raw_rows', target: { database: 'd', table: 't' }, primaryKey } as const,
  columns,
});

const view = (of: 'node' | 'edge', columns: OwnTable['columns']) => ({
  destination: {
    type: 'view',
    view: {
      ...{ space: 's', externalId: 'v', version: '1', of },
      ...{ autoCreateDirectRelations: true, autoCreateStartNodes: false, autoCreateEndNodes: false },
    },
  } as const,
  columns,
});

/** The key of a row whose only field is the key, in the binary format. */
function keyOf(type: TypeName, write: Write, { bytes, oid }: { bytes: Buffer; oid: number }): string {
  const table = tableOf({ schema: 'raw', name: 't', ...raw('k', [{ name: 'k', type }]) });
  const rows = rowsOf({ table, columns: table.columns, onConflict: { action: 'update' }, session, write });
  const fields = new RowFields(1);
  fields.buffers[0] = bytes;
  fields.starts[0] = 0;
  fields.ends[0] = bytes.length;
  fields.formats[0] = BINARY_FORMAT;
  fields.oids[0] = oid;
  rows.startStatement?.();
  rows.admit?.(fields);
  rows.append(fields, 1);
  return (itemsOf(rows)[0] as { key: string }).key;
}

const refused = (work: () => unknown) => {
  try {
    work();
    return null;
  } catch (error) {
    return (error as { code: string }).code;
  }
};

describe('rows of an own RAW table', () => {
  it('have typed values, null for NULL, and nothing for what the statement does not name', () => {
    const own = raw('id', [
      ...[{ name: 'id', type: 'int8' } as const, { name: 'key', type: 'text' } as const],
      ...[{ name: 'at', type: 'timestamptz' } as const, { name: 'all', type: 'timestamptz[]' } as const],
      ...[{ name: 'big', type: 'numeric' } as const, { name: 'left out', type: 'text' } as const],
      ...[{ name: 'bytes', type: 'bytea' } as const, { name: 'day', type: 'date' } as const],
    ]);
    const rows = rowsFor(own, ['id', 'key', 'at', 'all', 'big', 'bytes', 'day']);
    append(rows, [
      '7',
      'k',
      '2024-07-01 12:00',
      '{2024-01-01 00:00+00}',
      '12345678901234567890.5',
      '\\xDEADbeef',
      null,
    ]);

    const [cut] = rows.encode(0, 1);
    expect(cut!.body.toString()).toBe(
      '{"items":[{"key":"7","columns":{"id":7,"key":"k","at":"2024-07-01T10:00:00.000Z",' +
        '"all":["2024-01-01T00:00:00.000Z"],"big":12345678901234567890.5,"bytes":"3q2+7w==","day":null}}]}',
    );
    expect(cut!.target).toEqual({ database: 'd', table: 't' });
  });

  it.each([
    ['timestamptz', '2024-07-01 12:00', '2024-07-01T10:00:00.000Z'],
    ['timestamp', '2024-07-01 12:00', '2024-07-01T12:00:00.000'],
    ['date', 'July 1, 2024', '2024-07-01'],
    ['bool', 'yes', 'true'],
    ['uuid', '{A0EEBC99-9C0B4EF8-BB6D6BB9-BD380A11}', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'],
    ['text', 'a"b', 'a"b'],
    ['timestamptz', '2024-07-01 12:00:00.0001', '2024-07-01T10:00:00.000100Z'],
    ['timestamp', '2024-07-01 12:00:00.123456', '2024-07-01T12:00:00.123456'],
    ['timestamp', '4713-01-01 12:00 BC', '-004712-01-01T12:00:00.000'],
    ['date', '5874897-12-31', '+5874897-12-31'],
    ['date', '10000-01-01', '+010000-01-01'],
    ['date', '0001-01-01 BC', '0000-01-01'],
    ['int8', '0x10', '16'],
    ['numeric(10,2)', '1.005', '1.01'],
    ['numeric(10,2)', '7', '7'],
    ...['1', '1.0', '+1.00', '01', '1e0', '10e-1', ' 1 '].map((value) => ['numeric', value, '1'] as const),
    ...['0', '-0.0', '0.00', '-0e5'].map((value) => ['numeric', value, '0'] as const),
    ...['100', '1e2', '100.0'].map((value) => ['numeric', value, '100'] as const),
    ...['-1.50', '-1.5', '-15e-1'].map((value) => ['numeric', value, '-1.5'] as const),
  ] as const)('have the text of a %s as key', (type, value, key) => {
    expect(written(raw('k', [{ name: 'k', type }]), { k: value })).toMatchObject({ key });
  });

  it('have the same key however the value comes: as text, in the binary format, or of another type', () => {
    const day = '00000ae1f6c69ca4'; // microseconds since 2000
    const cases = [
      ['numeric', '0002000000000002 0001 1388', OID.numeric, '1.5'],
      ['numeric', '0001000000000002 0001', OID.numeric, '1'],
      ['numeric', '3ff0000000000000', OID.float8, '1'],
      ['numeric', '00000064', OID.int4, '100'],
      ['timestamptz', day, OID.timestamptz, new Date(Number(BigInt(`0x${day}`) / 1000n) + 946684800000)],
      ['date', 'ffffffff', OID.date, '1999-12-31'],
      ['bool', '01', OID.bool, 'true'],
    ] as const;
    for (const [type, hex, oid, key] of cases) {
      const bytes = Buffer.from(hex.replaceAll(' ', ''), 'hex');
      const micros = String(BigInt(`0x${day}`) % 1000n).padStart(3, '0');
      const text = typeof key === 'string' ? key : key.toISOString().replace('Z', `${micros}Z`);
      for (const write of ['insert', 'update', 'delete'] as const)
        expect(keyOf(type, write, { bytes, oid })).toBe(text);
    }
  });

  it('keep microseconds where a value has them, in columns and in lists', () => {
    const own = raw('k', [
      ...[{ name: 'k', type: 'text' } as const, { name: 'at', type: 'timestamptz' } as const],
      ...[{ name: 'local', type: 'timestamp' } as const, { name: 'all', type: 'timestamptz[]' } as const],
    ]);
    const at = '2024-01-01 00:00:00.123456+00';

    expect(written(own, { k: 'k', at, local: at, all: `{${at},2024-01-01 00:00+00}` })).toMatchObject({
      columns: {
        ...{ at: '2024-01-01T00:00:00.123456Z', local: '2024-01-01T00:00:00.123456' },
        all: ['2024-01-01T00:00:00.123456Z', '2024-01-01T00:00:00.000Z'],
      },
    });
  });

  it('are one row where the keys are equal, and two where microseconds differ', () => {
    const keys = (type: 'numeric' | 'timestamptz', values: readonly string[]) => {
      const rows = rowsFor(raw('k', [{ name: 'k', type }]), ['k']);
      for (const value of values) append(rows, [value]);
      return (itemsOf(rows) as { key: string }[]).map(({ key }) => key);
    };

    expect(keys('numeric', ['1.0', '1', '1.00', '2'])).toEqual(['1', '2']);
    expect(keys('timestamptz', ['2024-01-01 00:00:00.000100+00', '2024-01-01 00:00:00.000900+00'])).toEqual([
      '2024-01-01T00:00:00.000100Z',
      '2024-01-01T00:00:00.000900Z',
    ]);
  });

  it('have a key each where nobody gives one, and the given one where somebody does', () => {
    const own = raw(null, [{ name: 'a', type: 'int4' }]);
    const rows = rowsFor(own, ['a']);
    append(rows, ['1']);
    append(rows, ['1']);

    const items = itemsOf(rows) as { key: string; columns: unknown }[];
    expect(new Set(items.map(({ key }) => key)).size).toBe(2);
    expect(items[0]!.columns).toEqual({ a: 1 });
    expect(written(own, { a: '1', _raw_key: 'k' })).toEqual({ key: 'k', columns: { a: 1 } });
    expect(refused(() => written(own, { a: '1', _raw_key: null }))).toBe('23502');
  });

  it('are one a key in a request: the last', () => {
    const rows = rowsFor(
      raw('id', [
        { name: 'id', type: 'text' },
        { name: 'n', type: 'int4' },
      ]),
      ['id', 'n'],
    );
    for (const [id, n] of [
      ['a', '1'],
      ['b', '2'],
      ['a', '3'],
    ])
      append(rows, [id!, n!]);

    expect(itemsOf(rows)).toEqual([
      { key: 'b', columns: { id: 'b', n: 2 } },
      { key: 'a', columns: { id: 'a', n: 3 } },
    ]);
  });

  it('refuse keys that RAW cannot have, and NULL where it is not allowed', () => {
    const own = raw('id', [
      { name: 'id', type: 'text' },
      { name: 'must', type: 'text', access: 'required' },
    ]);

    expect(refused(() => written(own, { id: '', must: 'x' }))).toBe('22023');
    expect(refused(() => written(own, { id: 'x'.repeat(1025), must: 'x' }))).toBe('22001');
    expect(refused(() => written(own, { id: 'x', must: null }))).toBe('23502');
    expect(refused(() => written(own, { id: 'x' }))).toBe('23502');
    expect(refused(() => rowsFor(own, ['id'], 'update'))).toBeNull();
  });

  it('are at most 10 000 in a request', () => {
    const rows = rowsFor(raw('id', [{ name: 'id', type: 'int4' }]), ['id']);
    for (let i = 0; i < 10_001; i++) append(rows, [String(i)]);

    expect(rows.encode(0, rows.count).map(({ rowNumbers }) => rowNumbers.length)).toEqual([10_000, 1]);
  });
});

describe('rows of a view', () => {
  it('become nodes, with properties as the view has them', () => {
    const own = view('node', [
      ...[
        { name: 'name', type: 'text', access: 'required' } as const,
        { name: 'tags', type: 'text[]' } as const,
      ],
      ...[{ name: 'made', type: 'timestamptz' } as const, { name: 'day', type: 'date' } as const],
      ...[{ name: 'next', type: 'json', as: 'direct' } as const, { name: 'extra', type: 'json' } as const],
      ...[{ name: 'other', property: 'Other-1', type: 'int8' } as const],
    ]);

    expect(
      written(own, {
        ...{
          space: 's1',
          external_id: 'n1',
          name: 'N',
          tags: '{a,b}',
          made: '2024-07-01 12:00+00',
          day: null,
        },
        ...{ next: ' "n2"', extra: '"n2"', other: '5' },
      }),
    ).toEqual({
      ...{ instanceType: 'node', space: 's1', externalId: 'n1' },
      sources: [
        {
          source: { type: 'view', space: 's', externalId: 'v', version: '1' },
          properties: {
            ...{ name: 'N', tags: ['a', 'b'], made: '2024-07-01T12:00:00.000Z', day: null },
            ...{ next: { space: 's1', externalId: 'n2' }, extra: 'n2', 'Other-1': 5 },
          },
        },
      ],
    });
    expect(written(own, { space: 's', external_id: 'x' })).toEqual({
      instanceType: 'node',
      space: 's',
      externalId: 'x',
    });
  });

  it('become edges, whose ends may be in the same space, and whose view may have a `type` of its own', () => {
    const own = view('edge', [{ name: 'type_property', property: 'type', type: 'text' }]);
    const item = written(own, {
      ...{ space: 's', external_id: 'e', type: '{"space":"t","externalId":"flows"}' },
      ...{ start_node: '"a"', end_node: '{"space":"o","externalId":"b"}', type_property: 'x' },
    });

    expect(item).toMatchObject({
      ...{ instanceType: 'edge', type: { space: 't', externalId: 'flows' } },
      ...{ startNode: { space: 's', externalId: 'a' }, endNode: { space: 'o', externalId: 'b' } },
      sources: [{ properties: { type: 'x' } }],
    });
    expect(refused(() => written(own, { space: 's', external_id: 'e' }))).toBe('23502');
  });

  it('are one an instance in a request, and at most 1000', () => {
    const rows = rowsFor(view('node', []), ['space', 'external_id']);
    for (let i = 0; i < 2002; i++) append(rows, [i % 2 === 0 ? 'a' : 'b', String(Math.floor(i / 4))]);

    expect(rows.encode(0, rows.count).map(({ rowNumbers }) => rowNumbers.length)).toEqual([1000, 2]);
  });
});
