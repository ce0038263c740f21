// The kinds of rows that the demo loads: for each, how it goes to PostgreSQL, what that should be in CDF, how CDF is read.
import type { Client } from 'pg';
import type { CdfApi } from './cdf-api';
import { addEntry, canonicalText, type Contents } from './contents';
import { csvLine, piecesOf, textLine } from './copy-data';
import {
  type Advance,
  columnNamed,
  copyIn,
  fieldsOf,
  insertLiterals,
  insertParameters,
  type ItemLoad,
} from './load';
import { type Found, itemText, pointKey, readItems, readPoints, readRawRows } from './read-back';
import { numericSeries, sampleAssets, sampleEvents, stringSeries } from './sample-items';
import {
  numericPoints,
  RAW_DATABASE,
  RAW_TABLE,
  rawRows,
  type SamplePoint,
  stringPoints,
} from './sample-points';

export interface Kind {
  readonly name: string;
  /** How its rows go to PostgreSQL. */
  readonly way: string;
  readonly sent: Contents;
  load(client: Client, advance: Advance): Promise<void>;
  read(cdf: CdfApi): Promise<Found>;
}

/** In an order in which each finds in CDF what it refers to. */
export function sampleKinds(): Kind[] {
  return [assets(), timeSeries(), dataPoints(), stringDataPoints(), events(), raw()];
}

function assets(): Kind {
  const columns = ['external_id', 'name', 'parent_external_id', 'description', 'metadata', 'source'];
  const load: ItemLoad = { table: 'assets', columns, items: sampleAssets() };
  return itemKind('assets', '/assets', load, {
    way: 'COPY, CSV',
    load(client, advance) {
      const lines = load.items.map((item) => csvLine(fieldsOf(load, item)));
      const statement = `COPY assets (${columns.join(', ')}) FROM STDIN (FORMAT csv)`;
      return copyIn(client, statement, piecesOf(lines), advance);
    },
  });
}

function timeSeries(): Kind {
  const columns = ['external_id', 'name', 'is_string', 'is_step', 'unit', 'description', 'metadata'];
  const load: ItemLoad = { table: 'time_series', columns, items: [...numericSeries(), ...stringSeries()] };
  return itemKind('time series', '/timeseries', load, {
    way: 'INSERT, literals',
    load: (client, advance) => insertLiterals(client, load, advance),
  });
}

function events(): Kind {
  const columns = [
    ...['external_id', 'start_time', 'end_time', 'type'],
    ...['subtype', 'description', 'metadata', 'source'],
  ];
  const load: ItemLoad = { table: 'events', columns, items: sampleEvents() };
  return itemKind('events', '/events', load, {
    way: 'INSERT, parameters',
    load: (client, advance) => insertParameters(client, load, advance),
  });
}

function itemKind(
  name: string,
  path: string,
  { table, columns, items }: ItemLoad,
  way: Pick<Kind, 'way' | 'load'>,
): Kind {
  const properties = columns.map((column) => columnNamed(table, column).property);
  const externalIds = items.map(({ externalId }) => externalId);
  const sent = contentsOf(items, (item) => [item.externalId, itemText(item, properties)]);
  return { name, ...way, sent, read: (cdf) => readItems(cdf, { path, externalIds, properties }) };
}

function dataPoints(): Kind {
  const externalIds = numericSeries().map(({ externalId }) => externalId);
  return pointKind('data points', 'double_datapoints', externalIds, numericPoints);
}

function stringDataPoints(): Kind {
  const externalIds = stringSeries().map(({ externalId }) => externalId);
  return pointKind('string data points', 'string_datapoints', externalIds, stringPoints);
}

function pointKind(
  name: string,
  table: string,
  externalIds: readonly string[],
  points: () => Iterable<SamplePoint>,
): Kind {
  const lines = function* () {
    for (const { externalId, timestamp, value } of points())
      yield textLine([externalId, new Date(timestamp).toISOString(), String(value)]);
  };
  const statement = `COPY ${table} (external_id, timestamp, value) FROM STDIN`;
  return {
    name,
    way: 'COPY, text',
    sent: contentsOf(points(), (point) => [
      pointKey(point.externalId, point.timestamp),
      canonicalText(point.value),
    ]),
    load: (client, advance) => copyIn(client, statement, piecesOf(lines()), advance),
    read: (cdf) => readPoints(cdf, externalIds),
  };
}

function raw(): Kind {
  const lines = function* () {
    for (const { key, columns } of rawRows())
      yield textLine([RAW_DATABASE, RAW_TABLE, key, JSON.stringify(columns)]);
  };
  const statement = 'COPY raw_rows (_raw_database, _raw_table, _raw_key, _raw_columns) FROM STDIN';
  return {
    name: 'RAW rows',
    way: 'COPY, text',
    sent: contentsOf(rawRows(), ({ key, columns }) => [key, canonicalText(columns)]),
    load: (client, advance) => copyIn(client, statement, piecesOf(lines()), advance),
    read: (cdf) => readRawRows(cdf, RAW_DATABASE, RAW_TABLE),
  };
}

function contentsOf<Row>(rows: Iterable<Row>, entryOf: (row: Row) => readonly [string, string]): Contents {
  const contents = new Map<string, string>();
  for (const row of rows) addEntry(contents, ...entryOf(row));
  return contents;
}
