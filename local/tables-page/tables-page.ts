// docs/tables.md from the declarations: what an ETL developer needs to know of each table before the first load.
import type { CdfRequest, Column, Table } from '../../shared/tables/table';
import { markdownTable } from './markdown-table';

const HEAD = `# The gateway's tables

<!-- Made from shared/tables/ by \`npm run docs:tables\`; a test holds the two equal. -->

The built-in tables, all in schema \`public\`. What INSERT, UPDATE, DELETE and COPY mean is in the [README](../README.md); this page says
what each table takes.

- **Key**: the primary key. INSERT and COPY are an upsert by it: what is missing is created, on what exists just the columns that the
  statement names are set, and NULL unsets. Of several rows of a commit unit with one key, the last one counts. Where the key may be NULL,
  a row without one is created anew at each load.
- **required**: CDF's create wants it. Where CDF can update, a statement that leaves it out still updates what exists. Where several columns
  stand for one property of CDF's, one of them is enough, and values for two of them in one row are an error (22023).
- **read-only**: set by CDF; a value is refused (428C9), NULL is not. **not changeable**: taken at the create; another value later is an error.
- **by external id**: CDF takes ids only, so Sluice looks them up before the write, for which the credential needs READ of \`assetsAcl\` or
  \`datasetsAcl\`. An external id that CDF does not have is an error that names it (23503).
- \`varchar(n)\` has CDF's own limit; a longer value is refused (22001). Times are kept to the millisecond. \`json\` columns take \`jsonb\` too.
- **Order**: a commit unit is written table by table in the order of this page, so a load may bring what its rows refer to.
- Reading any of them is refused (0A000).
`;

/** What is true of a kind of request. */
interface KindFacts {
  readonly requests: (request: CdfRequest) => readonly string[];
  readonly limits: (request: CdfRequest) => string;
  readonly notes?: readonly string[];
}

const nothing = (): readonly string[] => [];

const KINDS: Readonly<Record<CdfRequest['kind'], KindFacts>> = {
  items: {
    requests: (request) =>
      request.kind === 'items'
        ? [request.create, request.update, request.delete].filter((path) => path !== null)
        : [],
    limits: (request) =>
      request.kind === 'items' ? itemLimits(request.maxItems, request.single === true) : '',
  },
  datapoints: {
    requests: () => ['/timeseries/data', '/timeseries/data/delete'],
    limits: () => '100 000 data points of 10 000 time series a request; times from 1900 to 2099.',
    notes: [
      'A row names its time series by `external_id` or by `id`; a data point at the same time is replaced.',
      'A time series that CDF does not have is an error; `time_series` in the same transaction may bring it.',
    ],
  },
  'sequence-rows': {
    requests: () => ['/sequences/data', '/sequences/data/delete'],
    limits: () => '10 000 rows, 100 000 cells and 1 000 sequences a request; 400 cells a row.',
    notes: [
      '`values` is an object, `{"depth": 1.5, "note": "ok"}`; or a list, `[1.5, "ok"]`, beside `columns`, `{depth,note}`.',
      'Cells are numbers, strings of up to 256 characters, or null. Rows of a commit unit with one key are laid over each other.',
    ],
  },
  'raw-rows': {
    requests: () => [
      '/raw/dbs/{database}/tables/{table}/rows',
      '/raw/dbs/{database}/tables/{table}/rows/delete',
    ],
    limits: () => '10 000 rows a request; a key of 1 024 characters; 5 MiB of columns a row.',
    notes: ['A write replaces the whole row: columns that it does not hold are gone.'],
  },
  'raw-tables': {
    requests: () => ['/raw/dbs/{database}/tables', '/raw/dbs/{database}/tables/delete'],
    limits: () => '1 000 tables a request.',
    notes: ['A database or a table that is there already stays as it is. `raw_rows` makes both by itself.'],
  },
  instances: {
    requests: () => ['/models/instances', '/models/instances/delete'],
    limits: () => '1 000 instances a request.',
  },
  'read-only': { requests: nothing, limits: () => '', notes: ['Every write is refused (0A000).'] },
};

/** The whole page, formatted as Prettier formats it. */
export function tablesPage(tables: readonly Table[]): string {
  const list = tables.map(({ name }) => `[\`${name}\`](#${name})`).join(' · ');
  return [HEAD, `${list}\n`, ...tables.map(section)].join('\n');
}

function section(table: Table): string {
  const facts = [...factLines(table), ...noteLines(table)];
  return [
    `## ${table.name}\n`,
    `${table.description}\n`,
    `${facts.map((fact) => `- ${fact}`).join('\n')}\n`,
    markdownTable(
      ['Column', 'Type', 'Note', 'Property in CDF', 'What it is'],
      table.columns.map(columnCells),
    ),
  ].join('\n');
}

function factLines({ request, key, acl }: Table): string[] {
  const { requests, limits } = KINDS[request.kind];
  const paths = requests(request);
  const keyNames = key.map((name) => `\`${name}\``).join(', ');
  const lines = [`Key: ${key.length === 0 ? 'none, every row is a new one' : keyNames}`];
  if (paths.length === 0) return lines;
  lines.push(`CDF: ${paths.map((path) => `\`POST ${path}\``).join(', ')}`);
  lines.push(`Limits: ${limits(request)}`);
  lines.push(`Capability: \`${acl}\`, action WRITE`);
  return lines;
}

function noteLines({ request, warning }: Table): string[] {
  const notes = [...(KINDS[request.kind].notes ?? [])];
  if (request.kind === 'items') notes.push(...itemNotes(request));
  if (warning !== undefined) notes.push(`Warning at every write: ${warning}.`);
  return notes;
}

function itemLimits(maxItems: number, isSingle: boolean): string {
  const grouped = maxItems.toLocaleString('en').replace(',', ' ');
  return isSingle
    ? `one item a create, ${grouped} items an update or delete.`
    : `${grouped} items a request.`;
}

function itemNotes(request: Extract<CdfRequest, { kind: 'items' }>): string[] {
  const notes: string[] = [];
  if (request.update === null)
    notes.push(
      request.delete === null
        ? 'CDF neither changes nor deletes one.'
        : 'CDF cannot change one: writing what is there already is fine, writing something else is an error.',
    );
  if (request.parent !== undefined)
    notes.push('A parent may come in the same load, in any order: parents are written first.');
  return notes;
}

function columnCells(column: Column): string[] {
  return [
    `\`${column.name}\``,
    `\`${column.type}\``,
    markOf(column),
    `\`${column.property}\``,
    escapePipes(column.description),
  ];
}

function markOf({ access, immutable, refersTo }: Column): string {
  const marks: string[] = access === undefined ? [] : [access];
  if (immutable) marks.push('not changeable');
  if (refersTo !== undefined) marks.push('by external id');
  return marks.join(', ');
}

function escapePipes(text: string): string {
  return text.replace(/\|/g, '\\|');
}
