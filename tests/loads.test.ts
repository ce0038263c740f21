// What a user can see of its own loads with plain SQL, and what a user without a capability is told before a row is staged.
import type { Client } from 'pg';
import { ALL_CAPABILITIES } from '../local/cdf/access/capability';
import { connectPg, copy, failureOf } from './support/clients';
import { type OutsideCdf, startOutsideCdf } from './support/outside-cdf';
import type { Stack } from './support/stack';
import { clientWithout } from './support/write-batch';

let cdf: OutsideCdf;
let stack: Stack;
let client: Client;

beforeAll(async () => {
  cdf = await startOutsideCdf();
  stack = await cdf.start();
  client = await connectPg(stack.ready);
}, 90_000);

afterEach(() => cdf.heal());

afterAll(async () => {
  await client.end();
  await cdf.close();
});

const rowsOf = async <Row extends object>(text: string, values: unknown[] = []) =>
  (await client.query<Row>(text, values)).rows;

it('a load is listed batch by batch, with what became of it', async () => {
  await client.query(
    `INSERT INTO events (external_id, type) SELECT 'listed-' || n, 'x' FROM generate_series(1, 1500) n`,
  );

  const [newest] = await rowsOf<{ unit: string }>(
    'SELECT unit FROM sluice.batches ORDER BY queued_time DESC LIMIT 1',
  );
  const batches = await rowsOf(
    `SELECT batch, table_name, row_count::int, written::int, refused::int, state,
            done_time >= queued_time - interval '1 minute' AS done
       FROM sluice.batches WHERE unit = $1 ORDER BY batch`,
    [newest!.unit],
  );

  const batch = { table_name: 'events', refused: 0, state: 'written', done: true };
  expect(batches.length).toBeGreaterThanOrEqual(2);
  expect(batches).toEqual(batches.map((one, i) => ({ ...one, ...batch, batch: i + 1 })));
  const sum = batches.reduce((rows, one) => rows + (one as { written: number }).written, 0);
  expect(sum).toBe(1500);
});

it('rows that were set aside are a warning, and are all there with what was sent', async () => {
  const warnings: string[] = [];
  const listen = ({ severity, message }: { severity?: string; message?: string }) =>
    warnings.push(`${severity ?? ''} ${message ?? ''}`);
  client.on('notice', listen as never);
  await client.query("SET sluice.on_error = 'skip'");
  const line = (n: number) => `skip-${n}\tname ${n}\t${n % 5 === 0 ? 'no-such-parent' : ''}\n`;
  const lines = Array.from({ length: 150 }, (_, i) => line(i));

  await copy(client, "COPY assets (external_id, name, parent_external_id) FROM STDIN (NULL '')", lines);
  await client.query('RESET sluice.on_error');
  client.off('notice', listen as never);

  expect(warnings).toEqual(['WARNING CDF refused 30 of 150 rows; they were set aside']);
  const rejected = await rowsOf<{ row_number: string; key: string; name: string; sqlstate: string }>(
    `SELECT row_number, key, item ->> 'name' AS name, sqlstate FROM sluice.rejected_rows
      WHERE table_name = 'assets' ORDER BY row_number`,
  );
  expect(rejected).toHaveLength(30);
  expect(rejected[1]).toMatchObject({ row_number: '6', key: 'skip-5', name: 'name 5' });
  expect(
    await rowsOf("SELECT state FROM sluice.batches WHERE table_name = 'assets' AND refused > 0"),
  ).not.toEqual([]);
});

it('an error names 20 of the refused rows, and the rest can be looked up', async () => {
  const lines = Array.from({ length: 120 }, (_, i) => `listed-${i}\tn\tnobody\n`);
  const error = await failureOf(
    copy(client, 'COPY assets (external_id, name, parent_external_id) FROM STDIN', lines),
  );

  expect(error.detail!.split('\n')).toHaveLength(21);
  expect(error.detail).toContain('... and 100 more.');
  const [count] = await rowsOf("SELECT count(*)::int FROM sluice.rejected_rows WHERE key LIKE 'listed-%'");
  expect(count).toEqual({ count: 120 });
});

it('nobody sees the loads of another user, and nobody writes to the two tables', async () => {
  const other = await connectPg({ ...stack.ready, postgres: await newUser() });

  expect((await other.query('SELECT * FROM sluice.batches')).rows).toEqual([]);
  await other.end();
  expect(await failureOf(client.query('DELETE FROM sluice.batches'))).toMatchObject({ code: '42501' });
});

async function newUser(): Promise<Stack['ready']['postgres']> {
  const made = await fetch(`${stack.ready.http.baseUrl}/create`, {
    method: 'POST',
    headers: { authorization: `Bearer ${await token()}`, 'content-type': 'application/json' },
    body: JSON.stringify({ auth: auth(), project: stack.ready.cdf.project }),
  });
  const user = (await made.json()) as { username: string; password: string; database: string };
  return { ...stack.ready.postgres, ...user, user: user.username };
}

function auth() {
  const { tokenUrl, clientId, clientSecret, scope } = stack.ready.cdf;
  return { token_url: tokenUrl, client_id: clientId, client_secret: clientSecret, scope };
}

async function token(): Promise<string> {
  const { token_url: url, ...rest } = auth();
  const body = new URLSearchParams({ grant_type: 'client_credentials', ...rest });
  return ((await (await fetch(url, { method: 'POST', body })).json()) as { access_token: string })
    .access_token;
}

it('a prepared statement sees what came after it was prepared', async () => {
  const ask = { name: 'ask', text: "SELECT count(*)::int AS n FROM sluice.batches WHERE state = 'written'" };
  const before = (await client.query<{ n: number }>(ask)).rows[0]!.n;
  await client.query("INSERT INTO events (external_id, type) VALUES ('after', 'x')");
  expect((await client.query<{ n: number }>(ask)).rows[0]!.n).toBe(before + 1);
});

it('a missing capability is told before a row is staged, and ceases to matter when it is there', async () => {
  await cdf.api.control('POST', '/clients', clientWithout('sequencesAcl', ALL_CAPABILITIES));
  const other = await connectPg({ ...stack.ready, postgres: await newUser() });
  // The first write makes the writer ask CDF what the user may do; after that the server knows.
  const write = () =>
    copy(other, 'COPY sequences (external_id, columns) FROM STDIN', ['s\t[{"externalId":"a"}]\n']);
  expect(await failureOf(write())).toMatchObject({ code: '42501' });

  const error = await failureOf(write());

  expect(error).toMatchObject({ code: '42501', message: expect.stringContaining('sequences') as string });
  expect(`${error.message} ${error.hint ?? ''}`).toContain('sequencesAcl');
  expect(await cdf.requests('POST /sequences')).toBe(0);
  await cdf.heal();
  await write();
  await other.end();
});

it('a table with a warning gives it once a statement', async () => {
  const warnings: string[] = [];
  const listen = ({ message }: { message?: string }) => warnings.push(message ?? '');
  client.on('notice', listen as never);
  await client.query("INSERT INTO files (external_id, name) VALUES ('f1', 'a'), ('f2', 'b')");
  client.off('notice', listen as never);

  expect(warnings).toEqual([expect.stringContaining('within a week')]);
});
