// What is told of a load, from the client's statement to the request to CDF, with the whole stack running and a
// collector beside it; and that a stack which tells nothing loads nothing for it.
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { METRICS, SPANS } from '../shared/telemetry';
import { connectPg, copy, failureOf } from './support/clients';
import {
  type CollectedPoint,
  type CollectedSpan,
  type Collector,
  startCollector,
} from './support/otlp-collector';
import { type Stack, startStack } from './support/stack';

const ROWS = 2_000;
const SECRET_VALUE = '31415.9265';

const folder = mkdtempSync(join(tmpdir(), 'sluice-telemetry-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Writes, at its end, which modules of OpenTelemetry a process has loaded. */
function moduleWatch(name: string): { readonly NODE_OPTIONS: string; loaded(): Record<string, number> } {
  const file = join(folder, `${name}.js`);
  writeFileSync(
    file,
    `const { writeFileSync } = require('node:fs');
     const part = /(server|functions-host)[\\\\/]main\\.js$/.exec(process.argv[1] ?? '')?.[1];
     if (part) process.on('exit', () => {
       const loaded = Object.keys(require.cache).filter((file) => /@opentelemetry|monitor-opentelemetry|telemetry-sdk/.test(file));
       writeFileSync(${JSON.stringify(join(folder, name))} + '-' + part, String(loaded.length));
     });`,
  );
  return {
    NODE_OPTIONS: `--require ${file}`,
    loaded: () => {
      const files = readdirSync(folder).filter((other) => other.startsWith(`${name}-`));
      return Object.fromEntries(
        files.map((other) => [
          other.slice(name.length + 1),
          Number(readFileSync(join(folder, other), 'utf8')),
        ]),
      );
    },
  };
}

async function load(stack: Stack, rows: number): Promise<void> {
  const client = await connectPg(stack.ready);
  await client.query("INSERT INTO time_series (external_id, name) VALUES ('told', 'Told')");
  const lines = Array.from(
    { length: rows },
    (_, i) => `told\t${new Date(1.7e12 + i).toISOString()}\t${SECRET_VALUE}\n`,
  );
  await copy(client, 'COPY double_datapoints (external_id, timestamp, value) FROM STDIN', lines);
  await client.end();
}

describe('with a collector', () => {
  const watch = moduleWatch('on');
  let collector: Collector;
  let stack: Stack;
  let password: string;

  beforeAll(async () => {
    collector = await startCollector();
    stack = await startStack({
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint,
      NODE_OPTIONS: watch.NODE_OPTIONS,
    });
    ({ password } = stack.ready.postgres);
    await load(stack, ROWS);
    const { postgres } = stack.ready;
    await failureOf(connectPg({ ...stack.ready, postgres: { ...postgres, password: 'wrong' } }));
    const client = await connectPg(stack.ready);
    await failureOf(client.query("INSERT INTO assets (external_id, name) VALUES ('bad', NULL)"));
    await failureOf(
      client.query("INSERT INTO double_datapoints (external_id, timestamp, value) VALUES ('none', now(), 1)"),
    );
    await client.end();
    // What is left is sent when the processes end.
    await stack.stop();
  }, 120_000);
  afterAll(() => collector.close());

  const spansOf = (name: string) => collector.spans.filter((span) => span.name === name);
  const childOf = (parent: CollectedSpan, name: string) =>
    collector.spans.find((span) => span.parentSpanId === parent.spanId && span.name === name)!;

  function valueOf(name: keyof typeof METRICS, attributes: CollectedPoint['attributes'] = {}): number {
    const point = [...collector.points.values()].find(
      (other) =>
        other.name === name &&
        Object.entries(attributes).every(([key, value]) => other.attributes[key] === value),
    );
    return point?.value ?? NaN;
  }

  test('one trace leads from the statement to the request to CDF, over the queue', () => {
    const statement = spansOf('sluice.statement').find(
      ({ attributes }) => attributes['sluice.statement'] === 'copy',
    )!;
    const unit = collector.spans.find(({ spanId }) => spanId === statement.parentSpanId)!;
    const batch = childOf(unit, 'sluice.write_batch');
    const request = childOf(batch, 'sluice.cdf_request');

    expect(unit).toMatchObject({ name: 'sluice.unit', service: 'sluice-server', parentSpanId: '' });
    expect(unit.attributes).toMatchObject({
      'sluice.rows': ROWS,
      'sluice.batches': 1,
      'sluice.result': 'done',
    });
    expect(statement.attributes).toEqual({
      'sluice.statement': 'copy',
      'sluice.table': 'double_datapoints',
      'sluice.rows': ROWS,
    });
    expect(batch.service).toBe('sluice-functions');
    expect(batch.attributes).toMatchObject({
      'sluice.batch': `${unit.attributes['sluice.unit']}/1`,
      'sluice.table': 'double_datapoints',
      'sluice.rows': ROWS,
      'sluice.delivery': 1,
    });
    expect(request.attributes).toMatchObject({
      'sluice.service': 'datapoints',
      'http.response.status_code': 200,
    });
    expect(new Set([unit, statement, batch, request].map(({ traceId }) => traceId)).size).toBe(1);
  });

  test('a statement that is refused, and a batch that CDF refuses, say so by their codes', () => {
    const refused = spansOf('sluice.statement').find(({ failed }) => failed)!;
    expect(refused.attributes).toMatchObject({ 'sluice.table': 'assets', 'sluice.sqlstate': '23502' });

    const unit = spansOf('sluice.unit').find(({ failed }) => failed)!;
    expect(unit.attributes['sluice.result']).toBe('23503');
    expect(childOf(childOf(unit, 'sluice.write_batch'), 'sluice.cdf_request')).toMatchObject({
      failed: true,
    });
  });

  test('the metrics count what happened', () => {
    const points = { 'sluice.table': 'double_datapoints' };
    expect(valueOf('sluice.queued.rows', points)).toBe(ROWS + 1);
    expect(valueOf('sluice.queued.batches', points)).toBe(2);
    expect(valueOf('sluice.queued.bytes', points)).toBeGreaterThan(100);
    expect(valueOf('sluice.written.rows', { ...points, 'sluice.result': 'written' })).toBe(ROWS);
    expect(valueOf('sluice.written.rows', { ...points, 'sluice.result': 'refused' })).toBe(1);
    expect(valueOf('sluice.written.batches', { ...points, 'sluice.result': 'refused' })).toBe(1);
    expect(valueOf('sluice.queue.age', points)).toBe(2);
    expect(valueOf('sluice.unit.duration', { 'sluice.result': 'done' })).toBe(2);
    expect(valueOf('sluice.logins.refused', { 'sluice.sqlstate': '28P01' })).toBe(1);
    expect(valueOf('sluice.sessions')).toBe(0);
    expect(valueOf('sluice.token.refreshes', { 'sluice.result': 'ok' })).toBe(1);
    expect(
      valueOf('sluice.cdf.duration', { 'sluice.service': 'datapoints', 'http.response.status_code': 200 }),
    ).toBe(1);
  });

  test('spans and metrics are declared, and so is all that they carry', () => {
    for (const { name, attributes } of collector.spans)
      expect(SPANS[name as keyof typeof SPANS].attributes).toEqual(
        expect.arrayContaining(Object.keys(attributes)),
      );
    for (const { name, attributes } of collector.points.values())
      expect(METRICS[name as keyof typeof METRICS].attributes).toEqual(
        expect.arrayContaining(Object.keys(attributes)),
      );
  });

  test('no value, secret or statement is in any of it', () => {
    const { clientSecret } = stack.ready.cdf;
    const text = collector.text();
    for (const hidden of [
      SECRET_VALUE,
      password,
      clientSecret,
      'INSERT INTO',
      'COPY double',
      'Told',
      'Bearer',
    ])
      expect(text).not.toContain(hidden);
  });

  test('both processes have loaded OpenTelemetry', () => {
    const loaded = watch.loaded();
    expect(loaded['server']).toBeGreaterThan(10);
    expect(loaded['functions-host']).toBeGreaterThan(10);
  });
});

test('without one, neither process loads a module of OpenTelemetry', async () => {
  const watch = moduleWatch('off');
  const stack = await startStack({ NODE_OPTIONS: watch.NODE_OPTIONS });
  await load(stack, 10);
  await stack.stop();

  expect(watch.loaded()).toEqual({ server: 0, 'functions-host': 0 });
});
