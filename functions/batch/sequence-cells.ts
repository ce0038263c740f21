// Rows of sequences as CDF takes them: grouped by sequence and set of columns, within the limits of a request. Values are
// moved as JSON texts, so that a LONG beyond 2^53 stays what it is.
import type { Rows } from './body';
import type { JsonBody } from './json-body';
import { elementsOf, membersOf } from './json-parts';

/** CDF's limits of a request to /sequences/data. */
const MAX_ROWS = 10_000;
const MAX_VALUES = 100_000;
const MAX_SEQUENCES = 1000;
const MAX_COLUMNS = 200;

/** The cells of one row; texts are JSON. */
export interface Cells {
  readonly sequence: string;
  readonly rowNumber: string;
  readonly columns: readonly string[];
  readonly values: readonly string[];
}

/** Reads `{"values": {column: value}}`, or `{"columns": [...], "values": [...]}`; a string says what is wrong with it. */
function readCells(text: string): Cells | string {
  const item = membersOf(text);
  const row = { sequence: sequenceOf(item), rowNumber: item.get('rowNumber') ?? 'null' };
  const values = item.get('values') ?? '{}';
  if (!values.startsWith('[')) {
    const cells = [...membersOf(values)].sort(([a], [b]) => (a < b ? -1 : 1));
    if (cells.length === 0) return 'a row of a sequence needs at least one value';
    const columns = cells.map(([name]) => JSON.stringify(name));
    return { ...row, columns, values: cells.map(([, value]) => value) };
  }
  const columns = elementsOf(item.get('columns') ?? '[]');
  const list = elementsOf(values);
  if (columns.length === 0) return 'a list of values needs the list of their columns beside it';
  if (columns.length !== list.length)
    return `the row has ${list.length} values for ${columns.length} columns of the sequence`;
  return { ...row, columns, values: list };
}

/** The member that names the sequence, as a JSON text: `"externalId":"s"`. */
function sequenceOf(item: ReadonlyMap<string, string>): string {
  const externalId = item.get('externalId');
  return externalId === undefined ? `"id":${item.get('id') ?? 'null'}` : `"externalId":${externalId}`;
}

/** Cut into parts that each fit a request. */
export function packRows(rows: Rows, cellsOf: (row: number) => Cells): Rows[] {
  const parts: Rows[] = [];
  let from = 0;
  let values = 0;
  let sequences = new Set<string>();
  for (const [i, row] of rows.entries()) {
    const cells = cellsOf(row);
    sequences.add(cells.sequence);
    const isFull =
      i - from >= MAX_ROWS || values + cells.values.length > MAX_VALUES || sequences.size > MAX_SEQUENCES;
    if (isFull && i > from) {
      parts.push(rows.subarray(from, i));
      from = i;
      values = 0;
      sequences = new Set([cells.sequence]);
    }
    values += cells.values.length;
  }
  if (from < rows.length) parts.push(rows.subarray(from));
  return parts;
}

/**
 * The requests for these rows, mostly one: a sequence stands once in each. Of a row that comes twice the last counts.
 */
export function encodeRequests(rows: Rows, cellsOf: (row: number) => Cells): Buffer[] {
  const requests: string[][] = [];
  const used = new Map<string, number>();
  for (const { sequence, columns, byNumber } of groups(rows, cellsOf))
    for (let at = 0; at < columns.length; at += MAX_COLUMNS) {
      const part = <T>(list: readonly T[]) =>
        list
          .slice(at, at + MAX_COLUMNS)
          .map(String)
          .join(',');
      const lines = [...byNumber].map(
        ([number, values]) => `{"rowNumber":${number},"values":[${part(values)}]}`,
      );
      const nth = used.get(sequence) ?? 0;
      used.set(sequence, nth + 1);
      (requests[nth] ??= []).push(`{${sequence},"columns":[${part(columns)}],"rows":[${lines.join(',')}]}`);
    }
  return requests.map((items) => Buffer.from(`{"items":[${items.join(',')}]}`));
}

interface Group {
  readonly sequence: string;
  readonly columns: readonly string[];
  readonly byNumber: Map<string, readonly string[]>;
}

function groups(rows: Rows, cellsOf: (row: number) => Cells): Iterable<Group> {
  const found = new Map<string, Group>();
  for (const row of rows) {
    const { sequence, columns, rowNumber, values } = cellsOf(row);
    const name = `${sequence} ${columns.join(',')}`;
    const group = found.get(name) ?? { sequence, columns, byNumber: new Map() };
    found.set(name, group);
    group.byNumber.set(rowNumber, values);
  }
  return found.values();
}

/** Reads the cells of each row once. */
export function cellReader(body: JsonBody): (row: number) => Cells | string {
  const known = new Map<number, Cells | string>();
  return (row) => {
    const cells = known.get(row) ?? readCells(body.textOf(row));
    known.set(row, cells);
    return cells;
  };
}
