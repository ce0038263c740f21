// A row's whole journey, with everything real but CDF: sent by real clients, read back from CDF's API.
import type { Client } from 'pg';
import { type CdfApi, connectCdf } from './support/cdf-api';
import { connectPg, connectPostgresJs, copy, failureOf, psql } from './support/clients';
import { type Stack, startStack } from './support/stack';

let stack: Stack;
let cdf: CdfApi;
let client: Client;

beforeAll(async () => {
  stack = await startStack();
  cdf = connectCdf(stack.ready);
  client = await connectPg(stack.ready);
}, 90_000);

afterAll(async () => {
  await client.end();
  await stack.stop();
});

const AWKWARD = 'tab\t, line\nbreak, "quotes", \'single\', back\\slash, æøå, 日本語, 🚰, {"a":1}';

/** CDF's ids of new assets. */
async function assetIds(...externalIds: string[]): Promise<number[]> {
  await client.query('INSERT INTO assets (external_id, name) SELECT n, n FROM unnest($1::text[]) AS n', [
    externalIds,
  ]);
  return (await cdf.byExternalIds('assets', externalIds)).map((asset) => asset['id'] as number);
}

async function aSeries(name: string, isString = false): Promise<string> {
  await client.query('INSERT INTO time_series (external_id, name, is_string) VALUES ($1, $1, $2)', [
    name,
    isString,
  ]);
  return name;
}

describe('INSERT', () => {
  it('brings literals of every column into CDF, awkward text included', async () => {
    const ids = await assetIds('lit-a', 'lit-b');
    const quoted = AWKWARD.replace(/'/g, "''");
    const result = await client.query(
      `INSERT INTO public.events (external_id, start_time, end_time, type, subtype, description, metadata, asset_ids, source)
       VALUES ('lit-1', '2024-03-01 12:00:00+01', '2024-03-01T12:00:00Z', 't', NULL, '${quoted}', '{"k":"v","n":1}', '{${ids.join(',')}}', 'src'),
              ('lit-2', NULL, NULL, 't', 's', E'a\\nb', NULL, NULL, NULL)`,
    );

    expect(result.rowCount).toBe(2);
    const [one, two] = await cdf.byExternalIds('events', ['lit-1', 'lit-2']);
    expect(one).toMatchObject({
      startTime: Date.UTC(2024, 2, 1, 11),
      endTime: Date.UTC(2024, 2, 1, 12),
      description: AWKWARD,
      metadata: { k: 'v', n: '1' },
      assetIds: ids,
      source: 'src',
    });
    expect(two).toMatchObject({ subtype: 's', description: 'a\nb' });
    expect(two).not.toHaveProperty('startTime');
  });

  it('takes parameters, as text and as binary', async () => {
    const ids = await assetIds('par-a', 'par-b');
    await client.query({
      text: 'INSERT INTO events (external_id, start_time, description, metadata, asset_ids) VALUES ($1, $2, $3, $4, $5)',
      values: ['par-1', new Date(1_700_000_000_123), AWKWARD, { a: AWKWARD }, ids],
    });

    const [event] = await cdf.byExternalIds('events', ['par-1']);
    expect(event).toMatchObject({
      startTime: 1_700_000_000_123,
      description: AWKWARD,
      metadata: { a: AWKWARD },
      assetIds: ids,
    });
  });

  it('is an upsert that sets just the named columns, and NULL unsets', async () => {
    await client.query(
      "INSERT INTO assets (external_id, name, description, source) VALUES ('up-1', 'n', 'd', 's')",
    );

    await client.query("INSERT INTO assets (external_id, name, source) VALUES ('up-1', 'n2', NULL)");

    const [asset] = await cdf.byExternalIds('assets', ['up-1']);
    expect(asset).toMatchObject({ name: 'n2', description: 'd' });
    expect(asset).not.toHaveProperty('source');
  });

  it('leaves an existing item alone with ON CONFLICT DO NOTHING', async () => {
    await client.query("INSERT INTO assets (external_id, name) VALUES ('nothing-1', 'old')");

    await client.query(
      "INSERT INTO assets (external_id, name) VALUES ('nothing-1', 'new'), ('nothing-2', 'new') ON CONFLICT DO NOTHING",
    );

    const assets = await cdf.byExternalIds('assets', ['nothing-1', 'nothing-2']);
    expect(assets.map((asset) => asset['name'])).toEqual(['old', 'new']);
  });

  it('sends assets parents first', async () => {
    await client.query(
      `INSERT INTO assets (external_id, name, parent_external_id)
       VALUES ('leaf', 'leaf', 'branch'), ('branch', 'branch', 'root'), ('root', 'root', NULL)`,
    );

    const assets = await cdf.byExternalIds('assets', ['leaf', 'branch', 'root']);
    expect(new Set(assets.map((asset) => asset['rootId'])).size).toBe(1);
  });

  it('lets the engine evaluate what is no plain value', async () => {
    await client.query(
      "INSERT INTO events (external_id, start_time, description) VALUES ('ev' || '-1', to_timestamp(1700000000), upper('abc'))",
    );
    await client.query('CREATE TEMP TABLE staged (k text, d text)');
    await client.query("INSERT INTO staged VALUES ('ev-2', 'x'), ('ev-3', 'y')");
    const result = await client.query(
      "INSERT INTO events (external_id, description) SELECT k, d || '!' FROM staged WHERE k <> $1",
      ['none'],
    );

    expect(result.rowCount).toBe(2);
    const events = await cdf.byExternalIds('events', ['ev-1', 'ev-2', 'ev-3']);
    expect(events.map((event) => event['description'])).toEqual(['ABC', 'x!', 'y!']);
    expect(events[0]!['startTime']).toBe(1_700_000_000_000);
  });

  it('writes time series and their points in one transaction, in that order', async () => {
    await client.query('BEGIN');
    await client.query(
      "INSERT INTO double_datapoints (external_id, timestamp, value) VALUES ('tx-s', '2024-01-01Z', 1)",
    );
    await client.query("INSERT INTO time_series (external_id, name) VALUES ('tx-s', 'S')");
    await client.query('COMMIT');

    expect(await cdf.datapoints('tx-s')).toEqual([{ timestamp: Date.UTC(2024, 0, 1), value: 1 }]);
  });

  it('reports runs under the column name of the Data Factory guide', async () => {
    await cdf.post('/datasets', { items: [{ externalId: 'pipes', name: 'pipes' }] });
    await client.query(
      `INSERT INTO extraction_pipelines (external_id, name, data_set_external_id, contacts)
       VALUES ('pipe', 'Pipe', 'pipes', '[{"name":"a","email":"a@example.com"}]')`,
    );

    await client.query(
      `INSERT INTO extraction_pipeline_runs ("externalId", status, message) VALUES ('pipe', 'success', 'ok')`,
    );

    const runs = await cdf.post('/extpipes/runs/list', { filter: { externalId: 'pipe' } });
    expect(runs['items']).toEqual([expect.objectContaining({ status: 'success', message: 'ok' })]);
  });
});

describe('COPY', () => {
  it('loads text, csv and binary into one series each', async () => {
    for (const name of ['c-text', 'c-csv']) await aSeries(name);

    await copy(client, 'COPY double_datapoints (external_id, timestamp, value) FROM STDIN', [
      'c-text\t2024-01-01 00:00:00+00\t1.25\n',
      'c-text\t2024-01-01 00:00:01+00\t-3e',
      '5\n\\.\n',
    ]);
    await copy(
      client,
      "COPY double_datapoints FROM STDIN WITH (FORMAT csv, HEADER true, DELIMITER ';', NULL 'nil', QUOTE '''')",
      ["external_id;id;timestamp;value\r\n'c-csv';nil;2024-01-01 00:00:00+00;42\r\n"],
    );

    expect(await cdf.datapoints('c-text')).toEqual([
      { timestamp: Date.UTC(2024, 0, 1), value: 1.25 },
      { timestamp: Date.UTC(2024, 0, 1) + 1000, value: -300000 },
    ]);
    expect(await cdf.datapoints('c-csv')).toEqual([{ timestamp: Date.UTC(2024, 0, 1), value: 42 }]);
  });

  it('loads 250 000 points of 50 series', async () => {
    const names = Array.from({ length: 50 }, (_, i) => `bulk-${i}`);
    await client.query(
      'INSERT INTO time_series (external_id, name) SELECT n, n FROM unnest($1::text[]) AS n',
      [names],
    );
    const lines = function* () {
      for (let i = 0; i < 5000; i++)
        yield names
          .map((name) => `${name}\t${new Date(1_700_000_000_000 + i * 1000).toISOString()}\t${i / 4}\n`)
          .join('');
    };

    await copy(client, 'COPY double_datapoints (external_id, timestamp, value) FROM STDIN', lines());

    for (const name of ['bulk-0', 'bulk-49']) {
      const points = await cdf.datapoints(name);
      expect(points).toHaveLength(5000);
      expect(points[4999]).toEqual({ timestamp: 1_700_000_000_000 + 4_999_000, value: 1249.75 });
    }
  });

  it('keeps string points and RAW rows as they are', async () => {
    await aSeries('c-string', true);
    await client.query('INSERT INTO string_datapoints (external_id, timestamp, value) VALUES ($1, $2, $3)', [
      'c-string',
      '2024-01-01T00:00:00Z',
      AWKWARD,
    ]);
    const columns = JSON.stringify({ text: AWKWARD, big: 0, nested: { a: [1, null] } }).replace(
      '"big":0',
      '"big":9007199254740993',
    );
    const field = columns.replace(/\\/g, '\\\\').replace(/\t/g, '\\t').replace(/\n/g, '\\n');
    await copy(client, 'COPY raw_rows (_raw_database, _raw_table, _raw_key, _raw_columns) FROM STDIN', [
      `plant\tpumps\tk 1\t${field}\n`,
    ]);

    expect(await cdf.datapoints('c-string')).toEqual([{ timestamp: Date.UTC(2024, 0, 1), value: AWKWARD }]);
    const rows = await cdf.rawRows('plant', 'pumps');
    expect(rows).toEqual([
      {
        key: 'k 1',
        columns: expect.objectContaining({ text: AWKWARD, nested: { a: [1, null] } }) as unknown,
        lastUpdatedTime: expect.any(Number) as number,
      },
    ]);
  });
});

describe('a transaction', () => {
  it('leaves nothing after ROLLBACK', async () => {
    await client.query('BEGIN');
    await client.query("INSERT INTO events (external_id, type) VALUES ('rolled-back', 't')");
    await client.query('ROLLBACK');

    expect(await cdf.byExternalIds('events', ['rolled-back'])).toEqual([]);
  });

  it('keeps what came before a savepoint that it went back to', async () => {
    await client.query('BEGIN');
    await client.query("INSERT INTO events (external_id, type) VALUES ('sp-1', 't')");
    await client.query('SAVEPOINT a');
    await client.query("INSERT INTO events (external_id, type) VALUES ('sp-2', 't')");
    await failureOf(client.query("INSERT INTO events (external_id, start_time) VALUES ('sp-3', 'never')"));
    await client.query('ROLLBACK TO SAVEPOINT a');
    await client.query("INSERT INTO events (external_id, type) VALUES ('sp-4', 't')");
    await client.query('COMMIT');

    const found = await cdf.byExternalIds('events', ['sp-1', 'sp-2', 'sp-3', 'sp-4']);
    expect(found.map((event) => event['externalId'])).toEqual(['sp-1', 'sp-4']);
  });

  it('refuses further writes once it has failed', async () => {
    await client.query('BEGIN');
    await failureOf(client.query("INSERT INTO events (external_id, start_time) VALUES ('f', 'never')"));

    expect(await failureOf(client.query("INSERT INTO events (external_id) VALUES ('f')"))).toMatchObject({
      code: '25P02',
    });
    expect((await client.query('COMMIT')).command).toBe('ROLLBACK');
  });
});

describe('what CDF refuses', () => {
  it('names the missing time series', async () => {
    const error = await failureOf(
      client.query(
        "INSERT INTO double_datapoints (external_id, timestamp, value) VALUES ('no-such', now(), 1)",
      ),
    );

    expect(error).toMatchObject({ code: '23503' });
    expect(error.message).toContain('no-such');
  });

  it('names the bad row among good ones, and the good ones land', async () => {
    const rows = Array.from(
      { length: 300 },
      (_, i) => `('many-${i}', 'n${i}', ${i === 123 ? "'nobody'" : 'NULL'})`,
    );

    const error = await failureOf(
      client.query(`INSERT INTO assets (external_id, name, parent_external_id) VALUES ${rows.join(',')}`),
    );

    expect(error.detail).toMatch(/row 124 \(many-123\)/);
    expect(error.hint).toContain('299 of 300 rows were written');
    expect(await cdf.byExternalIds('assets', ['many-0', 'many-123', 'many-299'])).toHaveLength(2);
  });

  it('refuses a bad value with its row before anything is written', async () => {
    const error = await failureOf(
      copy(client, 'COPY events (external_id, start_time) FROM STDIN', [
        'ok-1\t2024-01-01\nok-2\tnonsense\n',
      ]),
    );

    expect(error).toMatchObject({
      code: '22007',
      where: expect.stringContaining('COPY events, line 2, column start_time') as string,
    });
    expect(await cdf.byExternalIds('events', ['ok-1'])).toEqual([]);
  });
});

describe('reading a gateway table', () => {
  it.each([
    'SELECT * FROM assets',
    "SELECT 1 FROM assets WHERE external_id = 'a'",
    'SELECT count(*) FROM events e JOIN assets a ON true',
    'COPY assets TO STDOUT',
  ])('is refused: %s', async (text) => {
    expect(await failureOf(client.query(text))).toMatchObject({ code: '0A000' });
  });

  it('answers its columns where no row is asked for', async () => {
    const result = await client.query('SELECT * FROM public.assets WHERE 1 = 0');

    expect(result.fields.map((field) => field.name)).toContain('parent_external_id');
  });
});

describe('other clients', () => {
  it('postgres.js writes by parameters and by COPY', async () => {
    const sql = connectPostgresJs(stack.ready);
    try {
      await sql`INSERT INTO events ${sql([
        { external_id: 'pjs-1', type: 't' },
        { external_id: 'pjs-2', type: 't' },
      ])}`;
      const writable = await sql`COPY events (external_id, type) FROM STDIN`.writable();
      await new Promise<void>((resolve, reject) => {
        writable.on('finish', resolve).on('error', reject);
        writable.end('pjs-3\tt\n');
      });
    } finally {
      await sql.end();
    }

    expect(await cdf.byExternalIds('events', ['pjs-1', 'pjs-2', 'pjs-3'])).toHaveLength(3);
  });

  it('psql describes a table, copies from its input and sees errors', async () => {
    const described = await psql(stack.ready, '\\d assets\n\\dt\n');
    expect(described.stdout).toContain('parent_external_id|character varying(255)');
    expect(described.stderr).toBe('');

    const copied = await psql(
      stack.ready,
      '\\copy events (external_id, type) FROM STDIN CSV\n"psql-1",t\n"psql-2",t\n\\.\nSELECT 1;\n',
    );
    expect(copied).toEqual({ code: 0, stdout: 'COPY 2\n1\n', stderr: '' });
    expect(await cdf.byExternalIds('events', ['psql-1', 'psql-2'])).toHaveLength(2);

    const failed = await psql(
      stack.ready,
      "INSERT INTO events (external_id, nope) VALUES ('x', 1);\nSELECT 2;\n",
    );
    expect(failed.stderr).toContain('column "nope" of relation "events" does not exist');
    expect(failed.stdout).toBe('2\n');
  });
});

describe('sluice.ack', () => {
  it('queued: answers when the queue has the rows, and they arrive', async () => {
    const eager = await connectPg(stack.ready, { options: '-c sluice.ack=queued' });
    for (let i = 0; i < 5; i++)
      await eager.query("INSERT INTO events (external_id, type) VALUES ('queued-1', $1)", [String(i)]);
    await eager.end();

    let found: Record<string, unknown>[] = [];
    while (found[0]?.['type'] !== '4') found = await cdf.byExternalIds('events', ['queued-1']);
    expect(found).toHaveLength(1);
  });

  it('refuses a value that has no meaning', async () => {
    await client.query("SET sluice.ack = 'perhaps'");

    expect(await failureOf(client.query("INSERT INTO events (external_id) VALUES ('a')"))).toMatchObject({
      code: '22023',
    });
    await client.query('RESET sluice.ack');
  });
});
