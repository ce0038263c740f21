import { randomBytes, randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { LoneSession } from '../../tests/support/lone-session';
import { createSilentLog } from '../../tests/support/silent-log';
import { type Engine, startEngine } from '../engine/engine';
import type { EngineSession } from './ports';
import { EngineLink } from './engine-link';
import { ReplyQueue } from './reply-queue';
import { loadParser } from '../sql/head-exact';

const PUT = 'Parse name=put INSERT INTO events (external_id, type) VALUES ($1, $2)';

let engine: Engine;
let jo: LoneSession;

beforeAll(async () => {
  [engine] = await Promise.all([
    startEngine({
      binDirectory: null,
      cacheDirectory: join(tmpdir(), 'sluice-test-cache'),
      maxConnections: 20,
      log: createSilentLog(),
    }),
    loadParser(),
  ]);
}, 60_000);

afterAll(() => engine.stop());

beforeEach(async () => {
  jo = await LoneSession.open(engine);
});

afterEach(() => jo.session.closed());

/** Bodies of what is queued, of those that travel in messages. */
const bodies = () =>
  jo.queued.map(({ payload, bodyBytes }) => {
    const bytes = payload.place === 'message' ? Buffer.from(payload.base64, 'base64') : Buffer.alloc(0);
    return gunzipSync(bytes.subarray(0, bodyBytes)).toString();
  });

/** More batches than may be uploaded at once, too large for messages. */
const manyRows = () =>
  Array.from({ length: 5_000 }, (_, i) => `('${i}', '${randomBytes(40).toString('hex')}')`).join(',');

const rowsQueued = () => jo.queued.reduce((sum, batch) => sum + batch.rows, 0);

describe('an error of the engine in a pipeline', () => {
  it('keeps a COMMIT behind it from writing to CDF', async () => {
    jo.send('Query BEGIN', "Query INSERT INTO events (external_id, type) VALUES ('a', 't')");
    await jo.until('ReadyForQuery T', 2);
    jo.send(
      ...['Parse SELECT 1/0', 'Bind', 'Execute'],
      ...['Parse name=end COMMIT', 'Bind statement=end', 'Execute', 'Sync'],
    );
    expect(await jo.until('ReadyForQuery')).toEqual([
      'ParseComplete',
      'ErrorResponse 22012',
      'ReadyForQuery E',
    ]);
    jo.send('Query COMMIT');
    expect(await jo.until('ReadyForQuery')).toEqual(['CommandComplete ROLLBACK', 'ReadyForQuery I']);
    expect(jo.queued).toEqual([]);
  });

  it('is the only one that is told when a write to a gateway table stands behind it', async () => {
    jo.send('Query BEGIN');
    await jo.until('ReadyForQuery T');
    jo.send('Parse SELECT 1/0', 'Bind', 'Execute', PUT, 'Bind statement=put 1 t', 'Execute', 'Sync');
    expect(await jo.until('ReadyForQuery')).toEqual([
      'ParseComplete',
      'ErrorResponse 22012',
      'ReadyForQuery E',
    ]);
  });

  it('in the values of a write leaves the session usable', async () => {
    const divide =
      "Parse name=d INSERT INTO events (external_id, start_time) VALUES ($1, now() - $2 / 0 * interval '1 s')";
    jo.send(divide, 'Bind statement=d a 1', 'Execute', 'Sync', 'Query SELECT 1');
    const lines = await jo.until('ReadyForQuery', 2);
    expect(lines.filter((line) => !line.includes('Complete'))).toEqual([
      'ErrorResponse 22012',
      'ReadyForQuery I',
      'RowDescription ?column?:23',
      'DataRow 1',
      'ReadyForQuery I',
    ]);
  });
});

describe('a Query behind a group without its Sync', () => {
  it('ends the implicit transaction: the rows are written', async () => {
    jo.send(PUT, 'Bind statement=put a t', 'Execute', 'Query SELECT 1');
    expect((await jo.until('ReadyForQuery')).at(-2)).toBe('CommandComplete SELECT 1');
    expect(rowsQueued()).toBe(1);
    jo.send('Bind statement=put b t', 'Execute', 'Query ');
    expect(await jo.until('ReadyForQuery')).toContain('EmptyQueryResponse');
    expect(rowsQueued()).toBe(2);
  });
});

describe('COPY', () => {
  it('takes data in order that came before it was ready', async () => {
    jo.send('Query COPY events (external_id, type) FROM STDIN');
    jo.send('CopyData a\\tb\\nc');
    await jo.until('CopyInResponse');
    jo.send('CopyData \\td\\n', 'CopyDone');
    expect(await jo.until('ReadyForQuery')).toEqual(['CommandComplete COPY 2', 'ReadyForQuery I']);
  });

  it('into a table of its own between other statements', async () => {
    jo.send('Query CREATE TEMP TABLE t (a int)');
    await jo.until('ReadyForQuery');
    jo.send('Query BEGIN; COPY t FROM STDIN; COMMIT');
    await jo.until('CopyInResponse');
    jo.send('CopyData 1\\n', 'CopyDone');
    expect(await jo.until('ReadyForQuery')).toEqual([
      'CommandComplete COPY 1',
      'CommandComplete COMMIT',
      'ReadyForQuery I',
    ]);
  });

  it('ends the session where a message comes that has no place in it', async () => {
    jo.send('Query COPY events (external_id) FROM STDIN', 'Query SELECT 1');
    expect(await jo.until('ErrorResponse')).toContain('ErrorResponse FATAL 08P01');
    expect(jo.isClosed).toBe(true);
  });
});

describe('a long wait for CDF', () => {
  it('is spoken of while it lasts', async () => {
    let time = 0;
    jo.now = () => (time += 10_000);
    const { judge } = jo;
    jo.judge = () => null;
    jo.send("Query INSERT INTO events (external_id) VALUES ('a')");
    expect(await jo.until('NoticeResponse')).toEqual(['NoticeResponse NOTICE 00000']);
    jo.judge = judge;
    expect((await jo.until('ReadyForQuery')).filter((line) => !line.startsWith('Notice'))).toEqual([
      'CommandComplete INSERT 0 1',
      'ReadyForQuery I',
    ]);
  });
});

describe('an unnamed portal', () => {
  it('keeps its parameters while others are bound', async () => {
    jo.send(PUT, 'Bind statement=put a t', 'Bind portal=p statement=put b t', 'Execute', 'Sync');
    await jo.until('ReadyForQuery');
    expect(bodies()).toEqual(['{"items":[{"externalId":"a","type":"t"}]}']);
  });
});

describe('a prepared statement', () => {
  it('stays what it was where its name is taken', async () => {
    jo.send(PUT, 'Sync', 'Parse name=put INSERT INTO assets (external_id, name) VALUES ($1, $2)', 'Sync');
    expect(await jo.until('ReadyForQuery', 2)).toContain('ErrorResponse 42P05');
    jo.send('Bind statement=put a t', 'Execute', 'Sync');
    await jo.until('ReadyForQuery');
    expect(jo.queued.map(({ table }) => table)).toEqual(['events']);
  });

  it('is there after a DISCARD ALL that was refused', async () => {
    jo.send(PUT, 'Sync', 'Query BEGIN', 'Parse DISCARD ALL', 'Bind', 'Execute', 'Sync', 'Query ROLLBACK');
    expect(await jo.until('ReadyForQuery', 4)).toContain('ErrorResponse 25001');
    jo.send('Bind statement=put a t', 'Execute', 'Sync');
    expect(await jo.until('ReadyForQuery')).toContain('CommandComplete INSERT 0 1');
  });

  it('has so many named portals and no more', async () => {
    jo.send(PUT, 'Query BEGIN');
    await jo.until('ReadyForQuery');
    jo.send(...Array.from({ length: 1_001 }, (_, i) => `Bind portal=p${i} statement=put a t`), 'Sync');
    expect((await jo.until('ReadyForQuery')).slice(-2)).toEqual(['ErrorResponse 54000', 'ReadyForQuery E']);
  });
});

describe('a block that is gone back in', () => {
  it('takes writes behind ROLLBACK TO in the same group', async () => {
    jo.send('Query BEGIN; SAVEPOINT s', 'Query SELECT 1/0');
    await jo.until('ReadyForQuery', 2);
    const back = ['Parse name=back ROLLBACK TO s', 'Bind statement=back', 'Execute'];
    jo.send(...back, PUT, 'Bind statement=put a t', 'Execute', 'Sync', 'Query COMMIT');
    expect(await jo.until('ReadyForQuery', 2)).toContain('CommandComplete INSERT 0 1');
    expect(rowsQueued()).toBe(1);
  });
});

describe('a unit behind another one in the same Query', () => {
  it('may fail, and the first is still said to be written', async () => {
    jo.judge = ({ unit, number, rows }) =>
      unit === jo.queued[0]!.unit
        ? { unit, number, written: rows, refused: 0, errors: [] }
        : {
            unit,
            number,
            written: 0,
            refused: 1,
            errors: [{ row: 1, key: null, code: '23505', message: 'no' }],
          };
    const insert = "INSERT INTO events (external_id) VALUES ('a')";
    jo.send(`Query BEGIN; ${insert}; COMMIT; ${insert}`);
    expect(await jo.until('ReadyForQuery')).toEqual([
      'CommandComplete BEGIN',
      'CommandComplete INSERT 0 1',
      'CommandComplete COMMIT',
      'ErrorResponse 23505',
      'ReadyForQuery I',
    ]);
  });
});

describe('a COMMIT that CDF refuses', () => {
  it('leaves nothing of SET LOCAL behind', async () => {
    const { judge } = jo;
    const errors = [{ row: 1, key: null, code: '23505', message: 'no' }];
    jo.judge = ({ unit, number }) => ({ unit, number, written: 0, refused: 1, errors });
    const insert = "INSERT INTO events (external_id) VALUES ('a')";
    jo.send(
      `Query BEGIN; SET LOCAL statement_timeout = '1h'; SET LOCAL TimeZone = 'Asia/Tokyo'; ${insert}; COMMIT`,
    );
    expect(await jo.until('ReadyForQuery')).toContain('ErrorResponse 23505');
    jo.judge = judge;
    jo.queued.length = 0;
    jo.send("Query INSERT INTO events (external_id, start_time) VALUES ('a', '1970-01-01')");
    await jo.until('ReadyForQuery');
    expect(bodies()).toEqual(['{"items":[{"externalId":"a","startTime":0}]}']);
  });
});

describe('storage that fails', () => {
  const load = 'Query COPY events (external_id, description) FROM STDIN';
  // More than fits in a message, and random: it goes to a blob.
  const data = () =>
    `CopyData ${Array.from({ length: 2_000 }, () => `${randomUUID()}\\t${randomUUID()}\\n`).join('')}`;

  it('fails the unit, and not the next one', async () => {
    jo.stage = () => Promise.reject(new Error('storage is away'));
    jo.send('Query BEGIN', load, data(), 'CopyDone', 'Query COMMIT', 'Query SELECT 1');
    const lines = await jo.until('ReadyForQuery', 4);
    expect(lines.slice(-6)).toEqual(
      [
        'ReadyForQuery T',
        'ErrorResponse 58030',
        'ReadyForQuery I',
        'RowDescription ?column?:23',
        'DataRow 1',
        'CommandComplete SELECT 1',
      ]
        .concat('ReadyForQuery I')
        .slice(-6),
    );
    jo.stage = () => Promise.resolve();
    jo.send(load, data(), 'CopyDone');
    expect(await jo.until('ReadyForQuery')).toContain('CommandComplete COPY 2000');
  });
});

describe('rows that the engine makes', () => {
  it('are staged as they come, and not when all are there', async () => {
    const lone = await LoneSession.open(engine);
    lone.send(
      "Query INSERT INTO events (external_id, description) SELECT i, repeat('x', 400) FROM generate_series(1, 100000) i",
    );
    expect(await lone.until('ReadyForQuery')).toContain('CommandComplete INSERT 0 100000');
    expect(lone.queued.length).toBeGreaterThanOrEqual(100);
    lone.session.closed();
  });

  it('are not written where the engine is lost in the midst', async () => {
    jo.send('Query SELECT pg_backend_pid()');
    const pid = (await jo.until('ReadyForQuery'))[1]!.split(' ')[1]!;
    jo.send(
      'Query INSERT INTO events (external_id) SELECT CASE WHEN i < 50000 THEN i::text ELSE (SELECT pg_sleep(10))::text END FROM generate_series(1, 50000) i',
    );
    const other = await LoneSession.open(engine);
    other.send(`Query SELECT pg_sleep(0.2), pg_terminate_backend(${pid})`);
    await other.until('ReadyForQuery');
    other.session.closed();
    await jo.until('ErrorResponse');
    while (!jo.isClosed) await new Promise((resolve) => setImmediate(resolve));
    expect(jo.queued).toEqual([]);
  });
});

describe('a client that does not read', () => {
  it('is not read either', async () => {
    jo.needsDrain = true;
    jo.send('Sync');
    await jo.until('ReadyForQuery');
    expect(jo.isReadingPaused).toBe(true);
    jo.needsDrain = false;
    jo.session.writable();
    expect(jo.isReadingPaused).toBe(false);
  });

  it('may write a pipeline without end: its replies do not wait in memory', async () => {
    jo.send(PUT);
    for (let i = 0; i < 10; i++)
      jo.send(
        ...Array.from({ length: 1_000 }, (_, j) => [`Bind statement=put ${i}-${j} t`, 'Execute']).flat(),
      );
    jo.send('Flush');
    const lines = await jo.until('CommandComplete', 9_000);
    expect(lines).toContain('ParseComplete');
    jo.send('Sync');
    await jo.until('ReadyForQuery');
    expect(rowsQueued()).toBe(10_000);
  });
});

describe('a cancel request', () => {
  it('that comes before anything is asked cancels nothing', async () => {
    jo.session.cancel();
    jo.send("Query INSERT INTO events (external_id) VALUES ('a')");
    expect(await jo.until('ReadyForQuery')).toContain('CommandComplete INSERT 0 1');
  });

  it('that comes while uploads are waited for is not forgotten', async () => {
    let finish = () => undefined as void;
    jo.stage = () => new Promise((resolve) => (finish = resolve));
    jo.send(`Query INSERT INTO events (external_id, description) VALUES ${manyRows()}`);
    while (jo.session['core'].transaction.isBehind === false) await new Promise(setImmediate);
    jo.session.cancel();
    jo.stage = () => Promise.resolve();
    finish();
    finish();
    await new Promise(setImmediate);
    finish();
    expect(await jo.until('ReadyForQuery')).toEqual(['ErrorResponse 57014', 'ReadyForQuery I']);
    expect(jo.queued).toEqual([]);
  });
});

describe('SIGTERM', () => {
  it('ends a session when the statement in hand is answered by the engine', async () => {
    jo.send('Query SELECT pg_sleep(0.1)');
    const drained = jo.session.drain();
    expect(await jo.until('ErrorResponse')).toContain('CommandComplete SELECT 1');
    await drained;
    expect(jo.isClosed).toBe(true);
  });
});

describe('a session that is over', () => {
  it('holds no memory of the gauge', () => {
    const held: number[] = [];
    return LoneSession.open(
      engine,
      {},
      { hold: (_, bytes) => (held.push(bytes), false), release: () => void held.push(-1) },
    ).then((lone) => {
      lone.send('Terminate');
      expect(held.at(-1)).toBe(-1);
    });
  });

  it('ends an engine session that opens too late', async () => {
    let ended = 0;
    const link = new EngineLink(
      () =>
        new Promise((resolve) =>
          setImmediate(() => resolve({ end: () => void ended++ } as unknown as EngineSession)),
        ),
      new ReplyQueue(() => undefined),
      {
        parameter: () => undefined,
        lost: () => undefined,
        answered: () => undefined,
        drained: () => undefined,
      },
    );
    const opening = link.open();
    link.end();
    await expect(opening).rejects.toMatchObject({ code: '08006' });
    expect(ended).toBe(1);
  });
});
