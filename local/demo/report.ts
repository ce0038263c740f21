// What the demo prints at its end: a line for each kind of rows, and what differs.
import type { Comparison } from './contents';
import { formatCount } from './progress';

export interface Result {
  readonly name: string;
  readonly way: string;
  readonly sent: number;
  readonly found: number;
  readonly seconds: number;
  readonly comparison: Comparison;
}

const HEAD = ['kind', 'way', 'sent', 'found in CDF', 'equal', 'rows/s'];
/** Columns of text; the others are numbers, and stand to the right. */
const TEXT_COLUMNS = 2;

/** True where CDF has what was sent, value for value, and nothing else. */
export function isWhole({ sent, found, comparison }: Result): boolean {
  return found === sent && comparison.equal === sent && comparison.unexpected === 0;
}

export function describeResults(results: readonly Result[]): string {
  const faults = results.filter((result) => !isWhole(result));
  const verdict =
    faults.length === 0
      ? 'CDF has every row, with the values that were sent.'
      : `CDF does not have what was sent: ${faults.map(({ name }) => name).join(', ')}.`;
  return ['', ...tableLines(results), '', ...faults.flatMap(faultLines), verdict, ''].join('\n');
}

function tableLines(results: readonly Result[]): string[] {
  const rows = [HEAD, ...results.map(cellsOf)];
  const widths = HEAD.map((_, i) => Math.max(...rows.map((row) => row[i]!.length)));
  const lines = rows.map((row) =>
    row.map((cell, i) => (i < TEXT_COLUMNS ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join('  '),
  );
  const rule = widths.map((width) => '-'.repeat(width)).join('  ');
  return [lines[0]!, rule, ...lines.slice(1)].map((line) => `  ${line}`);
}

function cellsOf({ name, way, sent, found, seconds, comparison }: Result): string[] {
  const counts = [sent, found, comparison.equal, sent / seconds];
  return [name, way, ...counts.map(formatCount)];
}

function faultLines({ name, sent, found, comparison }: Result): string[] {
  const { missing, different, unexpected, examples } = comparison;
  const counts = `${missing} missing, ${different} different, ${unexpected} never sent`;
  return [
    `${name}: CDF has ${found} rows where ${sent} were sent; ${counts}`,
    ...examples.map((example) => `  ${example}`),
    '',
  ];
}
