import fc from 'fast-check';
import { BoundedCache } from './bounded-cache';
import { loadParser, readHeadExactly } from './head-exact';
import { readHeadFast } from './head-fast';
import { parseInsertHead } from './insert-head';

beforeAll(loadParser);

const TARGET = { database: null, schema: null, name: 't' };
const HEAD = {
  target: TARGET,
  alias: null,
  columns: null,
  onConflict: { action: 'none' },
  returning: false,
  overriding: false,
};

function conflict(clause: string) {
  return parseInsertHead(`INSERT INTO t VALUES (NULL) ${clause}`)?.onConflict;
}

test.each([
  ['INSERT INTO t VALUES (NULL)', HEAD],
  ['INSERT INTO "Db"."S".T VALUES (NULL)', { ...HEAD, target: { database: 'Db', schema: 'S', name: 't' } }],
  ['INSERT INTO t AS X (A, "b""C") VALUES (NULL)', { ...HEAD, alias: 'x', columns: ['a', 'b"C'] }],
  [
    'INSERT INTO t OVERRIDING USER VALUE VALUES (NULL) RETURNING 1',
    { ...HEAD, returning: true, overriding: true },
  ],
  [`INSERT INTO t (${'x'.repeat(70)}) VALUES (NULL)`, { ...HEAD, columns: ['x'.repeat(63)] }],
  ['SELECT 1', null],
  ['INSERT INTO t VALUES (NULL); SELECT 1', null],
  ['INSERT INTO t (a.b) VALUES (NULL)', null],
])('reads %s', (text, head) => {
  expect(parseInsertHead(text)).toEqual(head);
});

test.each([
  ['ON CONFLICT DO NOTHING', { action: 'nothing', columns: null }],
  ['ON CONFLICT (a, "B") DO NOTHING', { action: 'nothing', columns: ['a', 'B'] }],
  ['ON CONFLICT ON CONSTRAINT T_pkey DO NOTHING', { action: 'nothing', columns: null, constraint: 't_pkey' }],
  [
    'ON CONFLICT (a) DO UPDATE SET "b"=EXCLUDED."b", c = excluded.C',
    { action: 'update', columns: ['a'], set: ['b', 'c'] },
  ],
  [
    'ON CONFLICT (a) DO UPDATE SET (b, c) = (EXCLUDED.b, EXCLUDED.c)',
    { action: 'update', columns: ['a'], set: ['b', 'c'] },
  ],
  [
    'ON CONFLICT (a) DO UPDATE SET (b, c) = ROW(EXCLUDED.b, EXCLUDED.c)',
    { action: 'update', columns: ['a'], set: ['b', 'c'] },
  ],
  ['ON CONFLICT (a) DO UPDATE SET (b, c) = (EXCLUDED.c, EXCLUDED.b)', { action: 'other' }],
  ['ON CONFLICT (a) DO UPDATE SET b = EXCLUDED.c', { action: 'other' }],
  ['ON CONFLICT (a) DO UPDATE SET b = t.b', { action: 'other' }],
  ['ON CONFLICT (a) DO UPDATE SET b = EXCLUDED.b + 1', { action: 'other' }],
  ['ON CONFLICT (a) DO UPDATE SET b = 5', { action: 'other' }],
  ["ON CONFLICT (a) DO UPDATE SET b = 'x'", { action: 'other' }],
  ['ON CONFLICT (a) DO UPDATE SET b = DEFAULT', { action: 'other' }],
  ['ON CONFLICT (a) DO UPDATE SET b = "EXCLUDED".b', { action: 'other' }],
  ['ON CONFLICT (a) DO UPDATE SET b = EXCLUDED.b WHERE t.b IS NULL', { action: 'other' }],
  ['ON CONFLICT (a) WHERE b > 1 DO NOTHING', { action: 'other' }],
  ['ON CONFLICT (lower(a)) DO NOTHING', { action: 'other' }],
  ['ON CONFLICT (a COLLATE "C") DO NOTHING', { action: 'other' }],
  ['ON CONFLICT (a text_ops) DO NOTHING', { action: 'other' }],
])('reads %s', (clause, expected) => {
  expect(conflict(clause)).toEqual(expected);
});

test('gives the very same head for the same text', () => {
  const text = 'INSERT INTO kept (a, b) VALUES (NULL)';
  expect(parseInsertHead(text)).toBe(parseInsertHead(text));
});

describe('the two parsers', () => {
  const name = fc.constantFrom(
    'a',
    'B',
    '"C"',
    '"d e"',
    'value',
    'timestamp',
    '"externalId"',
    'x1',
    '"a""b"',
    'ü',
    'U&"\\0061"',
    'type',
  );
  const list = fc.array(name, { minLength: 1, maxLength: 4 });
  const target = fc.array(name, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('.'));
  const columns = fc.oneof(
    fc.constant(''),
    list.map((names) => ` (${names.join(', ')})`),
  );
  const arbiter = fc.oneof(
    fc.constantFrom('', ' (a) WHERE b > 1', ' (lower(a))', ' (a COLLATE "C", b)', ' ON CONSTRAINT a_pkey'),
    list.map((names) => ` (${names.join(',')})`),
  );
  const set = fc.oneof(
    list.map((names) => names.map((column) => `${column} = EXCLUDED.${column}`).join(', ')),
    list.map(
      (names) => `(${names.join(', ')}) = (${names.map((column) => `excluded.${column}`).join(', ')})`,
    ),
    fc.constantFrom(
      'a = 1',
      "a = 'x', b = excluded.b",
      'a = t.a',
      'a = excluded.a + 1',
      '(a, b) = ROW(excluded.a, excluded.b)',
    ),
  );
  const action = fc.oneof(
    fc.constant('NOTHING'),
    fc.tuple(set, fc.constantFrom('', ' WHERE t.a = 1')).map((parts) => `UPDATE SET ${parts.join('')}`),
  );
  const tail = fc.oneof(
    fc.constant(''),
    fc.tuple(arbiter, action).map(([on, what]) => ` ON CONFLICT${on} DO ${what}`),
  );
  const head = fc
    .record({
      target,
      alias: fc.constantFrom('', ' AS q', ' AS "Q r"'),
      columns,
      overriding: fc.constantFrom('', ' OVERRIDING SYSTEM VALUE', ' OVERRIDING USER VALUE'),
      tail,
      returning: fc.constantFrom('', ' RETURNING *', ' RETURNING a AS b, "C"', ' returning 1'),
      break: fc.constantFrom(' ', '\n', ' /* x */ ', ' -- x\n'),
    })
    .map(
      (h) =>
        `INSERT INTO ${h.target}${h.alias}${h.columns}${h.overriding}${h.break}VALUES (NULL)${h.tail}${h.returning}`,
    );

  test('read the same', () => {
    fc.assert(
      fc.property(head, (text) => {
        expect([text, parseInsertHead(text)]).toEqual([text, readHeadExactly(text)]);
      }),
      { numRuns: 1000 },
    );
  });

  test('need not both read a plain head', () => {
    const text =
      'INSERT INTO "public"."npg_t" ("id", "n") VALUES (NULL) ON CONFLICT ("id") DO UPDATE SET "n" = EXCLUDED."n"';
    expect(readHeadFast(text)).toEqual(readHeadExactly(text));
    expect(readHeadFast(text)).not.toBeNull();
  });
});

describe('a bounded cache', () => {
  test('forgets what was used longest ago', () => {
    const cache = new BoundedCache<number>(2, 100);
    cache.set('a', 1);
    cache.set('b', 2);
    cache.get('a');
    cache.set('c', 3);

    expect([cache.get('a'), cache.get('b'), cache.get('c')]).toEqual([1, undefined, 3]);
  });

  test('holds no more bytes of text than it may', () => {
    const cache = new BoundedCache<number>(100, 10);
    cache.set('aaaa', 1);
    cache.set('bbbb', 2);
    cache.set('cccc', 3);
    expect(cache.size).toBe(2);

    cache.set('d'.repeat(11), 4);
    expect(cache.size).toBe(0);
  });
});
