// sluice.handover = 'early' on the whole stack: what a slow COPY has given is in CDF while it still goes on, and stays there.
import { once } from 'node:events';
import type { Client } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { connectPg } from './support/clients';
import { type OutsideCdf, startOutsideCdf, until } from './support/outside-cdf';
import type { Stack } from './support/stack';

const EARLY = { options: '-c sluice.handover=early' };
/** Rows of a window of events: a piece of them ends in batches, and none of it waits in the server. */
const PIECE_ROWS = 4_000;

let cdf: OutsideCdf;
let stack: Stack;

beforeAll(async () => {
  cdf = await startOutsideCdf();
  stack = await cdf.start();
}, 90_000);

afterAll(() => cdf.close());

/** How many events CDF has of a type. */
async function count(type: string): Promise<number> {
  const found = await cdf.api.post('/events/aggregate', { filter: { type } });
  return (found['items'] as { count: number }[])[0]!.count;
}

const hasRows = (type: string, rows: number) =>
  until(`CDF has ${rows} events of type ${type}`, async () => (await count(type)) === rows);

/** A COPY whose data the test sends in pieces. */
function slowCopy(client: Client, type: string) {
  const stream = client.query(copyFrom('COPY events (external_id, type) FROM STDIN'));
  let sent = 0;
  const send = async (rows = PIECE_ROWS) => {
    const lines = Array.from({ length: rows }, () => `${type}-${++sent}\t${type}\n`);
    if (!stream.write(lines.join(''))) await once(stream, 'drain');
  };
  const end = async () => {
    stream.end();
    await once(stream, 'finish');
  };
  return { stream, send, end };
}

it('a COPY has its first batches in CDF before its data ends, and all of them when it is answered', async () => {
  const client = await connectPg(stack.ready, EARLY);
  const { send, end, stream } = slowCopy(client, 'slow');

  await send();
  await hasRows('slow', PIECE_ROWS);
  await send();
  await hasRows('slow', 2 * PIECE_ROWS);
  await send(10);
  await end();

  expect(stream.rowCount).toBe(2 * PIECE_ROWS + 10);
  expect(await count('slow')).toBe(2 * PIECE_ROWS + 10);
  const batches = await client.query(
    `SELECT count(*)::int AS batches, sum(written)::int AS written FROM sluice.batches
      WHERE unit = (SELECT unit FROM sluice.batches ORDER BY queued_time DESC LIMIT 1)`,
  );
  expect(batches.rows).toEqual([{ batches: 9, written: 2 * PIECE_ROWS + 10 }]);
  await client.end();
});

it('ROLLBACK leaves what was handed over, and warns', async () => {
  const client = await connectPg(stack.ready, EARLY);
  const warnings: string[] = [];
  client.on('notice', ({ severity, message }) => warnings.push(`${severity ?? ''} ${message ?? ''}`));
  await client.query('BEGIN');
  const { send, end } = slowCopy(client, 'rolled');
  await send();
  await hasRows('rolled', PIECE_ROWS);
  await send(10);
  await end();

  await client.query('ROLLBACK');

  expect(warnings).toEqual([
    'WARNING 4 batches (4000 rows) were handed over to CDF before the rollback and will be written',
  ]);
  // What comes after it in the same lanes is written behind it.
  await client.query("UPDATE events SET type = 'later' WHERE external_id = 'rolled-1'");
  expect(await count('rolled')).toBe(PIECE_ROWS - 1);
  await client.end();
});

it('a connection that breaks leaves what was handed over', async () => {
  const client = await connectPg(stack.ready, EARLY);
  const { send, stream } = slowCopy(client, 'broken');
  stream.on('error', () => undefined);
  await send();
  await hasRows('broken', PIECE_ROWS);
  await send(10);

  (client as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy();

  const other = await connectPg(stack.ready);
  await until('its batches are listed, and are all written', async () => {
    const { rows } = await other.query(
      `SELECT count(*)::int AS batches, sum(row_count)::int AS rows FROM sluice.batches
        WHERE unit = (SELECT unit FROM sluice.batches ORDER BY queued_time DESC LIMIT 1) AND state = 'written'`,
    );
    const [{ batches, rows: written }] = rows as [{ batches: number; rows: number }];
    return batches === 4 && written === PIECE_ROWS;
  });
  expect(await count('broken')).toBe(PIECE_ROWS);
  await other.end();
});
