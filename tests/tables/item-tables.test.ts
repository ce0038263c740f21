// One table of tests for each resource whose rows are items: every column is written through PostgreSQL and read back
// from CDF's API.
import type { Client } from 'pg';
import { columnOf, type Table } from '../../shared/tables/table';
import { tableNamed } from '../../shared/tables/catalogue';
import { type CdfApi, connectCdf } from '../support/cdf-api';
import { connectPg, failureOf } from '../support/clients';
import { type Stack, startStack } from '../support/stack';
import { ITEM_CASES, prepareReferences } from './item-cases';
import type { Sample, TableCase } from './table-case';

let stack: Stack;
let cdf: CdfApi;
let client: Client;

beforeAll(async () => {
  stack = await startStack();
  cdf = connectCdf(stack.ready);
  client = await connectPg(stack.ready);
  await prepareReferences(cdf);
}, 90_000);

afterAll(async () => {
  await client.end();
  await stack.stop();
});

type Values = Readonly<Record<string, string | null>>;

const quote = (name: string) => `"${name}"`;

async function insert(table: string, rows: readonly Values[]): Promise<number | null> {
  const names = Object.keys(rows[0]!);
  const lists = rows.map(
    (_, row) => `(${names.map((__, i) => `$${row * names.length + i + 1}`).join(', ')})`,
  );
  const text = `INSERT INTO ${quote(table)} (${names.map(quote).join(', ')}) VALUES ${lists.join(', ')}`;
  const values = rows.flatMap((row) => names.map((name) => row[name] ?? null));
  return (await client.query(text, values)).rowCount;
}

function sent(samples: Readonly<Record<string, Sample>>, names = Object.keys(samples)): Values {
  return Object.fromEntries(names.map((name) => [name, samples[name]!.sent]));
}

function found(
  table: Table,
  samples: Readonly<Record<string, Sample>>,
  names = Object.keys(samples),
): object {
  return Object.fromEntries(names.map((name) => [columnOf(table, name)!.property, samples[name]!.found]));
}

describe.each(ITEM_CASES.map((aCase) => [aCase.table, aCase] as const))('%s', (name, aCase: TableCase) => {
  const table = tableNamed(name)!;
  const { key, read, required } = aCase;
  const optional = () => Object.keys(aCase.samples()).filter((column) => !required.includes(column));
  /** Columns that a later write can change. */
  const changeable = () => optional().filter((column) => !aCase.fixed?.includes(column));

  it('has a sample of every column that can be written', () => {
    const names = [aCase.samples(), aCase.others()].flatMap((samples) => Object.keys(samples));
    const sampled = [...table.key, ...names, ...(aCase.ignored ?? [])];
    const writable = table.columns
      .filter(({ access }) => access !== 'read-only')
      .map((column) => column.name);
    expect(sampled.sort()).toEqual(writable.sort());
  });

  it('brings every column into CDF', async () => {
    const samples = aCase.samples();
    expect(await insert(name, [{ ...key(1), ...sent(samples) }])).toBe(1);
    expect(await read(cdf, key(1))).toMatchObject(found(table, samples));
  });

  it('brings the columns that name the same property in another way into CDF', async () => {
    const others = aCase.others();
    const samples = aCase.samples();
    const replaced = Object.keys(others).map((other) => columnOf(table, other)!.property);
    const rest = required.filter((column) => !replaced.includes(columnOf(table, column)!.property));
    await insert(name, [{ ...key(2), ...sent(samples, rest), ...sent(others) }]);
    expect(await read(cdf, key(2))).toMatchObject(found(table, others));
  });

  it('leaves unset what is omitted, and what is NULL', async () => {
    const samples = aCase.samples();
    const nulls = Object.fromEntries(optional().map((column) => [column, null]));
    await insert(name, [{ ...key(3), ...sent(samples, [...required]) }]);
    await insert(name, [{ ...key(4), ...sent(samples, [...required]), ...nulls }]);

    const properties = (item: Record<string, unknown> | null) => Object.keys(item ?? {}).sort();
    const [omitted, isNull] = [await read(cdf, key(3)), await read(cdf, key(4))];
    expect(omitted).toMatchObject(found(table, samples, [...required]));
    expect(properties(isNull)).toEqual(properties(omitted));
  });

  it('sets just the named columns of an item that exists, and NULL unsets', async () => {
    const samples = aCase.samples();
    await insert(name, [{ ...key(5), ...sent(samples) }]);
    const [first, ...rest] = changeable();
    if (first === undefined) return;
    await insert(name, [{ ...key(5), ...sent(samples, [...required]), [first]: null }]);

    const item = await read(cdf, key(5));
    expect(item).toMatchObject(found(table, samples, rest));
    const { property } = columnOf(table, first)!;
    const unset = [undefined, null, '', [], {}];
    expect(unset).toContainEqual(item![property]);
  });

  it('takes the last of several rows with one key', async () => {
    const samples = aCase.samples();
    const [first] = changeable();
    const row = { ...key(6), ...sent(samples, [...required]) };
    if (first === undefined) expect(await insert(name, [row, row])).toBe(2);
    else {
      expect(
        await insert(name, [
          { ...row, [first]: null },
          { ...row, [first]: samples[first]!.sent },
        ]),
      ).toBe(2);
      expect(await read(cdf, key(6))).toMatchObject(found(table, samples, [first]));
    }
  });

  it('refuses a value that its column does not take, and CDF has nothing of the row', async () => {
    const [column, value, code] = aCase.wrong;
    const failure = await failureOf(
      insert(name, [{ ...key(7), ...sent(aCase.samples(), [...required]), [column]: value }]),
    );
    expect(failure.code).toBe(code);
    expect(await read(cdf, key(7))).toBeNull();
  });

  it('refuses a value for a column that CDF sets', async () => {
    const readOnly = table.columns.find(
      (column) => column.access === 'read-only' && column.type === 'timestamptz',
    )!;
    const row = { ...key(8), ...sent(aCase.samples(), [...required]), [readOnly.name]: '2024-01-01' };
    const failure = await failureOf(insert(name, [row]));
    expect(failure).toMatchObject({
      code: '428C9',
      message: expect.stringContaining(readOnly.name) as string,
    });
    expect(await read(cdf, key(8))).toBeNull();
  });

  it('refuses a row that lacks what CDF requires', async () => {
    const [lacking] = required;
    if (lacking === undefined) return;
    const failure = await failureOf(
      insert(name, [{ ...key(9), ...sent(aCase.samples(), [...required]), [lacking]: null }]),
    );
    expect(failure.code).toBe('23502');
    expect(await read(cdf, key(9))).toBeNull();
  });

  it('deletes by key, and counts what was there', async () => {
    await insert(name, [{ ...key(10), ...sent(aCase.samples(), [...required]) }]);
    const text = `DELETE FROM ${quote(name)} WHERE external_id IN ($1, $2)`;
    const result = await client.query(text, [key(10)['external_id'], 'there-is-none']);
    expect(result.rowCount).toBe(1);
    expect(await read(cdf, key(10))).toBeNull();
  });
});
