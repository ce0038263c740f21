// docs/telemetry.md lists what the code tells, word for word.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { METRICS, SPANS } from '../shared/telemetry';
import { TELEMETRY_SETTINGS } from '../shared/telemetry-settings';

const PAGE = readFileSync(resolve(__dirname, '../docs/telemetry.md'), 'utf8');

/** The cells of all rows below the table head that begins with `head`. */
function tableRows(head: string): string[][] {
  const lines = PAGE.split('\n');
  const start = lines.findIndex((line) => new RegExp(`^\\| ${head} +\\|`).test(line));
  const rows = lines.slice(start + 2);
  const end = rows.findIndex((line) => !line.startsWith('|'));
  return rows.slice(0, end).map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

const code = (name: string) => `\`${name}\``;
const list = (names: readonly string[]) => (names.length === 0 ? 'none' : names.map(code).join(', '));

test('its spans are those of the code', () => {
  expect(tableRows('span')).toEqual(
    Object.entries(SPANS).map(([name, span]) => [
      code(name),
      span.kind,
      list(span.attributes),
      span.description,
    ]),
  );
});

test('its metrics are those of the code', () => {
  expect(tableRows('metric')).toEqual(
    Object.entries(METRICS).map(([name, metric]) => [
      code(name),
      metric.kind,
      code(metric.unit),
      list(metric.attributes),
      metric.description,
    ]),
  );
});

test('its settings are those of the code', () => {
  expect(tableRows('setting').map(([name]) => name)).toEqual(
    Object.values(TELEMETRY_SETTINGS).map(({ name }) => code(name)),
  );
});
