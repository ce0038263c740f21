import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LoneSession } from '../../tests/support/lone-session';
import { createSilentLog } from '../../tests/support/silent-log';
import { type Engine, startEngine } from '../engine/engine';
import { loadParser } from '../sql/head-exact';

const COPY = 'Query COPY events (external_id, type) FROM STDIN';
/** Rows of a window, and its batches. */
const WINDOW_ROWS = 4_000;
const WINDOW_BATCHES = 4;

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
  jo = await LoneSession.open(engine, { options: '-c sluice.handover=early' });
});

afterEach(() => jo.session.closed());

/** CopyData of a whole window, whose keys begin with `name`. */
const windowOf = (name: string, type = () => 't') =>
  `CopyData ${Array.from({ length: WINDOW_ROWS }, (_, i) => `${name}${i}\\t${type()}\\n`).join('')}`;

async function copying(...before: string[]): Promise<void> {
  jo.send(...before, COPY);
  await jo.until('CopyInResponse');
}

async function queued(batches: number): Promise<void> {
  while (jo.queued.length < batches) await turn();
}

/** Whatever goes on without the client has had its turn. */
const turn = () => new Promise((resolve) => setImmediate(resolve));

async function quiet(): Promise<void> {
  for (let i = 0; i < 50; i++) await turn();
}

const rowsQueued = () => jo.queued.reduce((sum, batch) => sum + batch.rows, 0);

describe('a COPY that is handed over early', () => {
  it('has its first batches in the queue before its data ends, and each row once afterwards', async () => {
    await copying();
    jo.send(windowOf('a'));
    await queued(WINDOW_BATCHES);

    jo.send(windowOf('b'), 'CopyData z\\tt\\n', 'CopyDone');

    expect(await jo.until('ReadyForQuery')).toEqual(['CommandComplete COPY 8001', 'ReadyForQuery I']);
    expect(jo.queued.map(({ number }) => number)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(rowsQueued()).toBe(8_001);
  });

  it('has no more than so many batches in flight, and takes its data all the same', async () => {
    const { judge } = jo;
    jo.judge = () => null;
    await copying();
    for (let i = 0; i < 6; i++) jo.send(windowOf(`${i}-`));
    await queued(16);
    await quiet();
    expect(jo.queued).toHaveLength(16);
    expect(jo.isReadingPaused).toBe(false);

    jo.judge = judge;
    await queued(6 * WINDOW_BATCHES);
    jo.send('CopyDone');
    expect(await jo.until('ReadyForQuery')).toContain('CommandComplete COPY 24000');
  });

  it('is answered when CDF has the rows, with those that it refused', async () => {
    const refused = [{ row: 5, key: 'a4', code: '22000', message: 'no' }];
    jo.judge = ({ unit, number, rows }) =>
      number === 1
        ? { unit, number, written: rows - 1, refused: 1, errors: refused }
        : { unit, number, written: rows, refused: 0, errors: [] };
    await copying();
    jo.send(windowOf('a'));
    await queued(WINDOW_BATCHES);
    jo.send('CopyDone');

    expect(await jo.until('ReadyForQuery')).toEqual(['ErrorResponse 22000', 'ReadyForQuery I']);
    expect(jo.words).toEqual(['no\nrow 5 (a4): no']);
  });

  it('that fails says how much of it CDF has got, and removes no blob of that', async () => {
    const staged: string[] = [];
    jo.stage = (name) => Promise.resolve(void staged.push(name));
    jo.judge = () => null;
    await copying();
    for (let i = 0; i < 5; i++) jo.send(windowOf(`${i}-`, () => randomBytes(30).toString('hex')));
    await queued(16);
    while (staged.length < 20) await turn();
    await quiet();

    jo.send('CopyFail broken');

    expect(await jo.until('ReadyForQuery')).toEqual(['ErrorResponse 57014', 'ReadyForQuery I']);
    expect(jo.words).toEqual([
      'COPY from stdin failed: broken\n16 batches (16000 rows) were handed over to CDF before the error and will be written.',
    ]);
    const { unit } = jo.queued[0]!;
    expect(jo.removed).toEqual([17, 18, 19, 20].map((number) => `${unit}/${number}`));
    expect(jo.loads.at(-1)!.batches).toHaveLength(16);
  });

  it('ends where the queue is away, before its data does', async () => {
    jo.enqueue = () => Promise.reject(new Error('no queue'));
    await copying();
    jo.send(windowOf('a'));
    await quiet();
    jo.send('CopyData z\\tt\\n');

    expect(await jo.until('ReadyForQuery')).toEqual(['ErrorResponse 58030', 'ReadyForQuery I']);
  });

  it('whose client is gone leaves what was queued', async () => {
    await copying();
    jo.send(windowOf('a'));
    await queued(WINDOW_BATCHES);
    jo.send('CopyData z\\tt\\n');

    jo.session.closed();
    await quiet();

    expect(jo.queued).toHaveLength(WINDOW_BATCHES);
    expect(jo.loads.at(-1)!.batches).toHaveLength(WINDOW_BATCHES);
  });
});

describe('a block that is handed over early', () => {
  const load = async (name: string) => {
    await copying();
    jo.send(windowOf(name), 'CopyDone');
    await jo.until('ReadyForQuery');
  };

  it('leaves at ROLLBACK what was queued, and warns of it', async () => {
    await copying('Query BEGIN');
    jo.send(windowOf('a'));
    await queued(WINDOW_BATCHES);
    jo.send('CopyData z\\tt\\n', 'CopyDone', 'Query ROLLBACK');

    expect((await jo.until('ReadyForQuery I')).slice(-3)).toEqual([
      'NoticeResponse WARNING 01000',
      'CommandComplete ROLLBACK',
      'ReadyForQuery I',
    ]);
    expect(jo.words).toEqual([
      '4 batches (4000 rows) were handed over to CDF before the rollback and will be written',
    ]);
    expect(jo.queued).toHaveLength(WINDOW_BATCHES);
  });

  it('is followed by the next unit in the lanes that it has left', async () => {
    jo.judge = () => null;
    await copying('Query BEGIN');
    jo.send(windowOf('a'));
    await queued(WINDOW_BATCHES);
    jo.send('CopyDone', 'Query ROLLBACK');
    await jo.until('ReadyForQuery I');
    const { unit } = jo.queued[0]!;

    jo.send("Query INSERT INTO events (external_id) VALUES ('a1')");
    await queued(WINDOW_BATCHES + 1);

    expect([...jo.queued.at(-1)!.after].sort()).toEqual([1, 2, 3, 4].map((n) => `${unit}/${n}`));
    jo.session.cancel();
    await jo.until('ReadyForQuery I');
  });

  it('queues nothing behind a savepoint before it is released', async () => {
    jo.send('Query BEGIN', 'Query SAVEPOINT s');
    await jo.until('ReadyForQuery T', 2);
    await load('a');
    await quiet();
    expect(jo.queued).toEqual([]);

    jo.send('Query RELEASE s');
    await queued(WINDOW_BATCHES);
    jo.send('Query COMMIT');

    expect(await jo.until('ReadyForQuery I')).toContain('CommandComplete COMMIT');
    expect(jo.queued).toHaveLength(WINDOW_BATCHES);
  });

  it('forgets at ROLLBACK TO what is behind the savepoint, and keeps what is before', async () => {
    jo.send('Query BEGIN');
    await load('a');
    await queued(WINDOW_BATCHES);
    jo.send('Query SAVEPOINT s');
    await load('b');
    jo.send('Query SELECT 1/0', 'Query ROLLBACK TO s');
    await load('c');
    jo.send('Query COMMIT');
    await jo.until('ReadyForQuery I');

    expect(jo.queued.map(({ number }) => number)).toEqual([1, 2, 3, 4, 9, 10, 11, 12]);
    const { batches } = jo.loads.at(-1)!;
    expect(batches.map(({ rows }) => rows)).toEqual([
      ...Array<number>(4).fill(1_000),
      ...Array<number>(4).fill(-1),
      ...Array<number>(4).fill(1_000),
    ]);
    expect(jo.words.filter((words) => words.includes('handed over'))).toEqual([]);
  });

  it('hands nothing more over once a statement has failed, and says so with the error and at the end', async () => {
    jo.send('Query BEGIN');
    await load('a');
    await queued(WINDOW_BATCHES);
    jo.send('Query INSERT INTO events (external_id, start_time) VALUES (1, 2)');
    await jo.until('ReadyForQuery E');
    expect(jo.words[0]).toContain('4 batches (4000 rows) were handed over');

    jo.send('Query COMMIT');

    expect(await jo.until('ReadyForQuery I')).toEqual([
      'NoticeResponse WARNING 01000',
      'CommandComplete ROLLBACK',
      'ReadyForQuery I',
    ]);
  });
});

describe('the setting', () => {
  it('holds for a unit as its first write finds it', async () => {
    jo.send("Query BEGIN; SET LOCAL sluice.handover = 'commit'");
    await copying();
    jo.send(windowOf('a'), 'CopyDone', "Query SET LOCAL sluice.handover = 'early'", COPY);
    await jo.until('CopyInResponse');
    jo.send(windowOf('b'), 'CopyDone');
    await jo.until('CommandComplete COPY 4000');
    await quiet();
    expect(jo.queued).toEqual([]);

    jo.send('Query ROLLBACK');
    await jo.until('ReadyForQuery I');
    expect(jo.words).toEqual([]);
  });
});

describe('UPDATE and DELETE that are handed over early', () => {
  it('count what CDF has had', async () => {
    jo.judge = ({ unit, number, rows }) => {
      const affected = [[number === 1 ? 1 : 3, 0]] as const;
      return { unit, number, written: rows, refused: 0, errors: [], affected };
    };
    jo.send(
      "Query UPDATE events SET type = 'x' WHERE external_id IN ('a', 'b'); DELETE FROM events WHERE external_id = 'c'",
    );

    expect(await jo.until('ReadyForQuery')).toEqual([
      'CommandComplete UPDATE 1',
      'CommandComplete DELETE 0',
      'ReadyForQuery I',
    ]);
  });
});
