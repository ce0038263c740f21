import type { Table } from '../../shared/tables/table';
import { tableOf } from '../../shared/table-of-own';
import { PostgresError } from '../postgres-error';
import { REFUSED_AGAIN_MS, ShownTables } from './shown-tables';

const own = (name: string): Table =>
  tableOf({
    ...{ schema: 'public', name, columns: [{ name: 'id', type: 'int8' }] },
    destination: { type: 'raw_rows', target: { database: 'd', table: name }, primaryKey: 'id' },
  });

describe('a definition that the engine refuses', () => {
  const failures: unknown[] = [];
  let now = 0;
  let isInTheWay = true;
  let runs = 0;
  const shown = new ShownTables(
    (error) => failures.push(error),
    () => now,
  );
  const run = (text: string) => {
    runs++;
    if (isInTheWay && text.includes('CREATE TABLE "public"."bad"'))
      return Promise.reject(new PostgresError({ code: '42710' }, 'type "bad" already exists'));
    return Promise.resolve();
  };
  const become = (...names: string[]) => shown.become(names.map(own), run);

  test('keeps back no other, and is tried again after a while', async () => {
    expect(await become('bad', 'good')).toBe(false);
    expect(failures).toHaveLength(1);
    const before = runs;
    expect(await become('bad', 'good')).toBe(false);
    expect(runs).toBe(before);

    isInTheWay = false;
    now += REFUSED_AGAIN_MS;
    expect(await become('bad', 'good')).toBe(true);
    expect(runs).toBe(before + 1);
  });

  test('is forgotten with its table', async () => {
    isInTheWay = true;
    expect(await become('good')).toBe(true);
    expect(await become('bad', 'good')).toBe(false);
    expect(await become('good')).toBe(true);
  });
});
