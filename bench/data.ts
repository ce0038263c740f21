// The data of the benchmark, made before any clock runs: points of sensors as COPY text, as SQL, and as the SDK's objects.

export const SERIES = 100;
const RAW_ROWS_PER_CALL = 10_000;
const FIRST_TIMESTAMP = Date.UTC(2024, 0, 1);

export interface SeriesPoints {
  readonly externalId: string;
  readonly datapoints: { readonly timestamp: number; readonly value: number }[];
}

export function seriesName(load: string, series: number): string {
  return `${load}:${String(series).padStart(2, '0')}/pump-1419/pressure`;
}

/** Point i of a load: round-robin over the series, one a second, four decimals. */
function point(i: number): { series: number; timestamp: number; value: number } {
  const timestamp = FIRST_TIMESTAMP + Math.floor(i / SERIES) * 1000 + (i % 7);
  return { series: i % SERIES, timestamp, value: ((i * 7919) % 1_000_000) / 10_000 };
}

/** COPY text lines of points [from, to), cut into Buffers of about 64 KiB. */
export function copyText(load: string, from: number, to: number): Buffer[] {
  return cut(from, to, (i) => {
    const { series, timestamp, value } = point(i);
    return `${seriesName(load, series)}\t${new Date(timestamp).toISOString()}\t${value}\n`;
  });
}

/** COPY text lines for raw_rows: a key and eight columns. */
export function rawText(load: string, from: number, to: number): Buffer[] {
  return cut(from, to, (i) => `bench\t${load}\tkey-${i}\t${JSON.stringify(rawColumns(i))}\n`);
}

/** The same rows as the SDK takes them, 10 000 a call. */
export function rawRequests(from: number, to: number): { key: string; columns: Record<string, unknown> }[][] {
  const requests: { key: string; columns: Record<string, unknown> }[][] = [];
  for (let start = from; start < to; start += RAW_ROWS_PER_CALL)
    requests.push(
      Array.from({ length: Math.min(RAW_ROWS_PER_CALL, to - start) }, (_, i) => ({
        key: `key-${start + i}`,
        columns: rawColumns(start + i),
      })),
    );
  return requests;
}

function rawColumns(i: number): Record<string, unknown> {
  return {
    tag: `pump-${i % 1000}`,
    site: i % 23,
    pressure: (i * 31) % 1000,
    temperature: ((i * 17) % 9000) / 100,
    running: i % 3 === 0,
    operator: 'night shift',
    note: 'checked, nothing to report',
    seen: '2024-01-01T00:00:00Z',
  };
}

/** Literal INSERTs of `rows` rows each. */
export function insertStatements(load: string, statements: number, rows: number): string[] {
  return Array.from({ length: statements }, (_, statement) => {
    const values = Array.from({ length: rows }, (_, row) => {
      const { series, timestamp, value } = point(statement * rows + row);
      return `('${seriesName(load, series)}','${new Date(timestamp).toISOString()}',${value})`;
    });
    return `INSERT INTO double_datapoints (external_id, timestamp, value) VALUES ${values.join(',')}`;
  });
}

/** Parameters of single-row INSERTs. */
export function insertParameters(load: string, count: number): [string, string, string][] {
  return Array.from({ length: count }, (_, i) => {
    const { series, timestamp, value } = point(i);
    return [seriesName(load, series), new Date(timestamp).toISOString(), String(value)];
  });
}

/** The same points as the SDK takes them, in requests of at most 100 000. */
export function sdkRequests(load: string, from: number, to: number, perRequest = 100_000): SeriesPoints[][] {
  const requests: SeriesPoints[][] = [];
  for (let start = from; start < to; start += perRequest) {
    const series = Array.from({ length: SERIES }, (_, i): SeriesPoints => ({
      externalId: seriesName(load, i),
      datapoints: [],
    }));
    for (let i = start; i < Math.min(to, start + perRequest); i++) {
      const { series: at, timestamp, value } = point(i);
      series[at]!.datapoints.push({ timestamp, value });
    }
    requests.push(series);
  }
  return requests;
}

function cut(from: number, to: number, line: (i: number) => string): Buffer[] {
  const chunks: Buffer[] = [];
  for (let i = from; i < to;) {
    let text = '';
    for (; i < to && text.length < 65_536; i++) text += line(i);
    chunks.push(Buffer.from(text));
  }
  return chunks;
}
