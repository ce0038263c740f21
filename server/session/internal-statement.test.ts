// A statement of the gateway's own that the engine refuses: the next one, under the same name, works as if nothing had been.
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LoneSession } from '../../tests/support/lone-session';
import { MemoryDefinitions } from '../../tests/support/memory-definitions';
import { createSilentLog } from '../../tests/support/silent-log';
import { type Engine, startEngine } from '../engine/engine';
import { loadParser } from '../sql/head-exact';

let engine: Engine;
let jo: LoneSession;

beforeAll(async () => {
  const cacheDirectory = join(tmpdir(), 'sluice-test-cache');
  const log = createSilentLog();
  [engine] = await Promise.all([
    startEngine({ binDirectory: null, cacheDirectory, maxConnections: 20, log }),
    loadParser(),
  ]);
}, 60_000);

afterAll(() => engine.stop());

beforeEach(async () => {
  jo = await LoneSession.open(engine, {}, undefined, new MemoryDefinitions(engine));
});

afterEach(() => jo.session.closed());

async function run(sql: string): Promise<string[]> {
  jo.send(`Query ${sql}`);
  return jo.until('ReadyForQuery');
}

async function extended(sql: string, ...values: string[]): Promise<string[]> {
  jo.send(`Parse ${sql}`, ['Bind', ...values].join(' '), 'Execute', 'Sync');
  return jo.until('ReadyForQuery');
}

const write = "INSERT INTO assets (external_id, name) VALUES ('n', 'n')";

describe('after an internal statement that failed', () => {
  test.each<[sql: string, code: string, values: string[]]>([
    ['CREATE TABLE raw.z (a nosuchtype)', '42704', []],
    ['CREATE TABLE raw.z (a int, a int)', '42701', []],
    ["UPDATE events SET description = (1 / ($1::int))::text WHERE external_id = 'x'", '22012', ['0']],
    [
      "DELETE FROM events WHERE external_id = ANY (string_to_array($1, ',')::int[]::text[])",
      '22P02',
      ['x,y'],
    ],
    ['INSERT INTO events (external_id) VALUES ((1 / $1::int)::text)', '22012', ['0']],
  ])('(%s) the session writes on', async (sql, code, values) => {
    expect(await extended(sql, ...values)).toContain(`ErrorResponse ${code}`);
    expect(await run(write)).toEqual(['CommandComplete INSERT 0 1', 'ReadyForQuery I']);
    expect(await run("DELETE FROM events WHERE external_id = upper('x')")).toContain(
      'CommandComplete DELETE 1',
    );
    expect(await extended('DELETE FROM events WHERE external_id = upper($1)', 'x')).toContain(
      'CommandComplete DELETE 1',
    );
  });

  it('a block goes on behind its savepoint', async () => {
    await run('BEGIN; SAVEPOINT s');
    expect(await run('CREATE TABLE raw.z (a nosuchtype)')).toContain('ErrorResponse 42704');
    await run('ROLLBACK TO s');
    expect(await run(write)).toContain('CommandComplete INSERT 0 1');
    expect(await run('COMMIT')).toContain('CommandComplete COMMIT');
  });

  it('a pipeline is refused up to its Sync, and the next one works', async () => {
    jo.send(
      ...['Parse SELECT 1', 'Bind', 'Execute'],
      ...['Parse INSERT INTO events (external_id) VALUES ((1 / $1::int)::text)', 'Bind 0', 'Execute', 'Sync'],
    );
    expect(await jo.until('ReadyForQuery')).toContain('ErrorResponse 22012');
    jo.send('Parse SELECT 1', 'Bind', 'Execute');
    jo.send(
      'Parse INSERT INTO events (external_id) VALUES ((1 / $1::int)::text)',
      'Bind 1',
      'Execute',
      'Sync',
    );
    expect(await jo.until('ReadyForQuery')).toContain('CommandComplete INSERT 0 1');
  });
});
