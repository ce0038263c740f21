import { NO_TELEMETRY } from '../../shared/telemetry';
import { recordTelemetry } from '../../tests/support/recorded-telemetry';
import { PostgresError } from '../postgres-error';
import { UnitTrace } from './unit-trace';

const UNIT = { id: 'u', rows: 3, batches: [{}, {}] };

function begun() {
  const telemetry = recordTelemetry();
  let time = 0;
  const trace = new UnitTrace(telemetry, () => (time += 500));
  trace.begin('u');
  return { telemetry, trace };
}

test('a unit that is written has its span, those of its statements, and its time', async () => {
  const { telemetry, trace } = begun();
  trace.startStatement('assets');
  trace.finishStatement('INSERT 0 3');

  await trace.during(UNIT, Promise.resolve());

  const [unit, statement] = telemetry.spans;
  expect(unit).toMatchObject({ name: 'sluice.unit', parent: undefined, ended: { failure: undefined } });
  expect(unit!.attributes).toEqual({
    'sluice.unit': 'u',
    'sluice.rows': 3,
    'sluice.batches': 2,
    'sluice.statements': 1,
    'sluice.result': 'done',
  });
  expect(statement).toMatchObject({ parent: unit!.traceparent, ended: { failure: undefined } });
  expect(statement!.attributes).toEqual({
    'sluice.table': 'assets',
    'sluice.statement': 'insert',
    'sluice.rows': 3,
  });
  expect(telemetry.values).toEqual([
    { name: 'sluice.unit.duration', value: 0.5, attributes: { 'sluice.result': 'done' } },
  ]);
});

test('what CDF refuses ends the unit with its SQLSTATE, and goes on to the session', async () => {
  const { telemetry, trace } = begun();
  const refusal = new PostgresError('foreign_key_violation', 'no such series');

  await expect(trace.during(UNIT, Promise.reject(refusal))).rejects.toBe(refusal);

  expect(telemetry.spans[0]).toMatchObject({
    attributes: { 'sluice.result': '23503' },
    ended: { failure: '23503' },
  });
});

test('a statement that fails says why; the unit that is discarded with it is no failure', () => {
  const { telemetry, trace } = begun();
  trace.startStatement('assets');
  trace.failStatement('23502');
  trace.discard({ ...UNIT, rows: 0 });

  const [unit, statement] = telemetry.spans;
  expect(statement).toMatchObject({
    attributes: { 'sluice.sqlstate': '23502' },
    ended: { failure: '23502' },
  });
  expect(unit).toMatchObject({ attributes: { 'sluice.result': 'discarded' }, ended: { failure: undefined } });
  expect(telemetry.values).toEqual([]);
});

test('of a long block only the first statements have spans, all are counted, and none stays open', () => {
  const { telemetry, trace } = begun();
  for (let i = 0; i < 1000; i++) trace.startStatement('assets');
  trace.discard(UNIT);

  expect(telemetry.spans).toHaveLength(21);
  expect(telemetry.spans.filter(({ ended }) => ended === null)).toEqual([]);
  expect(telemetry.spans[0]!.attributes['sluice.statements']).toBe(1000);
});

test('where nothing listens, batches carry no trace and nothing is kept', async () => {
  const trace = new UnitTrace(NO_TELEMETRY);

  expect(trace.begin('u')).toBeUndefined();
  trace.startStatement('assets');
  trace.finishStatement('INSERT 0 1');
  await expect(trace.during(UNIT, Promise.resolve())).resolves.toBeUndefined();
});
