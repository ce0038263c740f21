import { MAX_OWN_COLUMNS, MAX_OWN_TABLES } from '../../shared/own-table';
import { TABLES } from '../../shared/tables/catalogue';
import type { HttpApi } from '../../tests/support/http-api';
import { startHttpApi } from '../../tests/support/http-api';

let api: HttpApi;
let username: string;
beforeAll(async () => {
  api = await startHttpApi();
});
afterAll(() => api.close());
beforeEach(async () => {
  ({ username } = await api.createUser());
});

const path = (rest = '') => `/api/v1/projects/plant/postgresgateway/tables/${username}${rest}`;
const v1 = (rest = '') => `/user/${username}/tables${rest}`;

const movies = {
  type: 'raw_rows',
  tablename: 'movies',
  options: { database: 'my_database', table: 'my_table', primaryKey: 'title' },
  columns: { title: { type: 'TEXT' }, year: { type: 'BIGINT' }, tags: { type: 'VARCHAR[]' } },
};

const v1Movies = {
  destination: 'raw',
  name: 'movies',
  columns: ['title', 'year', 'budget'],
  options: { primary_key: 'title', database: 'my_database', table: 'my_table' },
};

const create = (...items: object[]) => api.call('POST', path(), { items });
const createV1 = (...items: object[]) => api.call('POST', v1(), { items });

describe('a RAW table over v2', () => {
  test('is answered as it was declared, with its time, and listed as it is', async () => {
    const created = await create(movies);

    expect(created).toEqual({
      status: 200,
      body: { items: [{ ...movies, createdTime: 1_790_000_000_000 }] },
    });
    expect((await api.call('GET', path())).body).toEqual({ items: [movies] });
  });

  test('is stored as what the gateway makes of it', async () => {
    await create(movies);

    const [table] = (await api.tables.list(username)).tables;
    expect(table).toMatchObject({
      schema: 'public',
      name: 'movies',
      destination: {
        type: 'raw_rows',
        target: { database: 'my_database', table: 'my_table' },
        primaryKey: 'title',
      },
      columns: [
        { name: 'title', type: 'text' },
        { name: 'year', type: 'int8' },
        { name: 'tags', type: 'text[]' },
      ],
    });
    expect(table?.id).toMatch(/^\d{1,15}$/);
  });

  test.each<[string, object, number, string]>([
    ['the name of a built-in table', { tablename: 'assets' }, 400, 'is the name of a built-in table'],
    ['a name of v1', { tablename: 'timeseries' }, 400, 'is the name of a built-in table'],
    [
      'a name of 61 characters',
      { tablename: 'x'.repeat(61) },
      422,
      'at most 60 characters: items.0.tablename',
    ],
    ['a name of 64 bytes', { tablename: 'ø'.repeat(32) }, 400, 'is longer than 63 bytes'],
    ['no name', { tablename: '' }, 422, 'String should have at least 1 character'],
    ['a control character', { tablename: 'a\u0000' }, 400, 'contains a control character'],
    [
      'a key that is no column',
      { options: { ...movies.options, primaryKey: 'x' } },
      400,
      'not among the columns',
    ],
    [
      'a type that is not known',
      { columns: { a: { type: 'UUID' } } },
      422,
      "Input should be 'TEXT', 'VARCHAR'",
    ],
    [
      "a system column's name",
      { columns: { title: { type: 'TEXT' }, ctid: { type: 'TEXT' } } },
      400,
      'system column',
    ],
    ['something beside', { schema: 'x' }, 422, 'Extra inputs are not permitted: items.0.schema'],
    ['an option beside', { options: { ...movies.options, x: 1 } }, 422, 'not permitted: items.0.options.x'],
    ['another type', { type: 'built_in' }, 422, "Input should be 'raw_rows' or 'view': items.0.type"],
    ['a long RAW database', { options: { ...movies.options, database: 'x'.repeat(33) } }, 422, 'at most 32'],
  ])('with %s is refused', async (_, change, status, message) => {
    const answer = await create({ ...movies, ...change });

    expect([answer.status, answer.body.error.code]).toEqual([status, status]);
    expect(answer.body.error.message).toContain(message);
    expect((await api.tables.list(username)).tables).toEqual([]);
  });

  test('without a primary key has the key column _raw_key, which nobody else may have', async () => {
    const { primaryKey: _, ...options } = movies.options;
    expect((await create({ ...movies, options })).body.items[0]).toMatchObject({ options });

    const columns = { _raw_key: { type: 'TEXT' } };
    const refused = await create({ ...movies, tablename: 'x', options, columns });
    expect(refused.body.error.message).toContain('"_raw_key" is the key');
    const named = { ...options, primaryKey: '_raw_key' };
    expect((await create({ ...movies, tablename: 'x', options: named, columns })).status).toBe(200);
  });

  test('comes once; of several all are made, or none', async () => {
    await create(movies);

    const twice = await create({ ...movies, tablename: 'a' }, { ...movies, tablename: 'a' });
    const again = await create({ ...movies, tablename: 'b' }, movies);

    expect([twice.status, twice.body.error.duplicated]).toEqual([400, [{ tablename: 'a' }]]);
    expect([again.status, again.body.error.duplicated]).toEqual([400, [{ tablename: 'movies' }]]);
    expect((await api.call('GET', path())).body.items).toHaveLength(1);
  });

  test('made by two at one time is made by one', async () => {
    const answers = await Promise.all([create(movies), create(movies)]);

    expect(answers.map(({ status }) => status).sort()).toEqual([200, 400]);
  });

  test('of ten at most a time, and so many columns', async () => {
    const many = Array.from({ length: 11 }, (_, n) => ({ ...movies, tablename: `t${n}` }));
    expect((await create(...many)).status).toBe(422);
    const wide = Object.fromEntries(
      Array.from({ length: MAX_OWN_COLUMNS + 1 }, (_, n) => [`c${n}`, { type: 'TEXT' }]),
    );
    expect((await create({ ...movies, columns: { ...wide, title: { type: 'TEXT' } } })).status).toBe(422);
    expect(MAX_OWN_TABLES).toBeGreaterThanOrEqual(100);
  });
});

test('tables are listed in pages, with built-in ones where asked for', async () => {
  await create(...['c', 'a', 'b'].map((tablename) => ({ ...movies, tablename })));
  const names: unknown[] = [];
  for (let next: string | undefined = ''; next !== undefined;) {
    const query: string = next === '' ? '' : `&cursor=${next}`;
    const { body } = await api.call('GET', path(`?limit=2&includeBuiltIns=true${query}`));
    names.push(...body.items.map(({ tablename }) => tablename));
    next = body.nextCursor;
  }

  expect(names).toEqual([...TABLES.map(({ name }) => name), 'a', 'b', 'c'].sort());
  expect((await api.call('GET', path('?includeBuiltIns=no'))).body.items).toHaveLength(3);
  expect((await api.call('GET', path('?includeBuiltIns=perhaps'))).status).toBe(422);
});

test('tables are looked up by name, built-in ones too; unknown ones are listed, or left out', async () => {
  await create(movies);
  const items = ['movies', 'x', 'assets'].map((tablename) => ({ tablename }));

  const refused = await api.call('POST', path('/byids'), { items });
  const found = await api.call('POST', path('/byids'), { items, ignoreUnknownIds: true });

  expect([refused.status, refused.body.error.missing]).toEqual([400, [{ tablename: 'x' }]]);
  expect(found.body.items.map(({ type, tablename }) => [type, tablename])).toEqual([
    ['raw_rows', 'movies'],
    ['built_in', 'assets'],
  ]);
});

test('tables are deleted, all or none; built-in ones never', async () => {
  await create(movies, { ...movies, tablename: 'films' });
  const remove = (names: string[], more: object = {}) =>
    api.call('POST', path('/delete'), { items: names.map((tablename) => ({ tablename })), ...more });

  expect((await remove(['assets'])).body.error.message).toContain('Only custom tables can be deleted');
  expect((await remove(['movies', 'x'])).body.error.missing).toEqual([{ tablename: 'x' }]);
  expect((await api.tables.list(username)).tables).toHaveLength(2);
  expect(await remove(['movies', 'movies'])).toEqual({ status: 200, body: {} });
  expect(await remove(['movies', 'films'], { ignoreUnknownIds: true })).toEqual({ status: 200, body: {} });
  expect((await api.tables.list(username)).tables).toEqual([]);
});

test('tables that SQL made are left to SQL', async () => {
  await create(movies);
  const [table] = (await api.tables.list(username)).tables;
  await api.tables.create(username, { ...table!, id: '7', schema: 'raw', name: 'by_sql' });

  expect((await api.call('GET', path())).body.items).toHaveLength(1);
  expect((await api.call('GET', v1())).body.items).toHaveLength(1);
  const items = [{ tablename: 'by_sql' }];
  expect((await api.call('POST', path('/delete'), { items })).status).toBe(400);
});

describe('tables over v1', () => {
  test('are made of names, as Cognite documented it, and listed with an id', async () => {
    const { status, body } = await createV1(v1Movies);

    expect(status).toBe(200);
    expect(body.items).toEqual([{ id: expect.stringMatching(/^\d+$/) as string, ...v1Movies }]);
    expect((await api.call('GET', v1())).body).toEqual(body);
    expect((await api.tables.list(username)).tables[0]?.columns).toEqual(
      v1Movies.columns.map((name) => ({ name, type: 'text' })),
    );
  });

  test('are renamed and get columns', async () => {
    const [{ id } = {}] = (await createV1(v1Movies)).body.items;

    const update = { name: { set: 'films' }, columns: { add: ['another_column'] } };
    const { body } = await api.call('POST', v1('/update'), { items: [{ id, update }] });

    const columns = [...v1Movies.columns, 'another_column'];
    expect(body.items).toEqual([{ ...v1Movies, id, name: 'films', columns }]);
    expect((await api.call('GET', v1())).body).toEqual(body);
  });

  test('keep their names apart, and their columns', async () => {
    const [{ id } = {}] = (await createV1(v1Movies, { ...v1Movies, name: 'films' })).body.items;
    const change = (update: object) => api.call('POST', v1('/update'), { items: [{ id, update }] });

    expect((await change({ name: { set: 'films' } })).body.error.duplicated).toEqual([{ name: 'films' }]);
    expect((await change({ name: { set: 'events' } })).status).toBe(400);
    expect((await change({ columns: { add: ['year'] } })).body.error.message).toContain('comes twice');
    expect((await change({ columns: { remove: ['year'] } })).status).toBe(400);
  });

  test('are deleted by id, as a text or a number', async () => {
    const { items } = (await createV1(v1Movies, { ...v1Movies, name: 'films' })).body;
    const [one, two] = items.map(({ id }) => id as string);
    const remove = (...ids: (string | number)[]) =>
      api.call('POST', v1('/delete'), { items: ids.map((id) => ({ id })) });

    expect((await remove(one!, '12')).body.error.missing).toEqual([{ id: '12' }]);
    expect(await remove(Number(one))).toEqual({ status: 200, body: {} });
    expect(await remove(two!)).toEqual({ status: 200, body: {} });
    expect((await api.call('GET', v1())).body.items).toEqual([]);
  });

  test('refuse what v1 has not', async () => {
    for (const change of [
      { destination: 'assets' },
      { columns: [{ name: 'a' }] },
      { options: {} },
      { name: 7 },
    ])
      expect((await createV1({ ...v1Movies, ...change })).status).toBe(400);
  });
});
