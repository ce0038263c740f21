// The Table that a definition of a user's own stands for: from here on ingest, engine and writer treat it as one of the
// catalogue.
import type { OwnColumn, OwnTable, OwnView } from './own-table';
import { RAW_KEY_COLUMN } from './own-table';
import type { Column, RawTarget, Table } from './tables/table';

type Definition = Omit<OwnTable, 'id' | 'createdTime'>;

/**
 * RAW: every column is the RAW row's column of its name (property `columns.<name>`); the key column, whose property is
 * `key`, is that, too, unless it is `_raw_key`, which stands last and is made up where a statement leaves it out. View: the node's or edge's
 * own columns come first (2 of a node, 5 of an edge), then its properties.
 */
export function tableOf(own: Definition): Table {
  const { schema, name, destination } = own;
  const place = schema === 'public' ? { name } : { schema, name };
  return destination.type === 'view'
    ? { ...place, ...viewTable(destination.view, own.columns) }
    : { ...place, ...rawTable(destination, own.columns) };
}

type Shape = Omit<Table, 'schema' | 'name'>;

function rawTable(
  { target, primaryKey }: { target: RawTarget; primaryKey: string | null },
  columns: readonly OwnColumn[],
): Shape {
  const key = primaryKey ?? RAW_KEY_COLUMN;
  const declared = columns.map((column) => (column.name === key ? rawKey(column) : rawColumn(column)));
  return {
    description: `Rows of the RAW table "${target.table}" in database "${target.database}".`,
    columns: columns.some(({ name }) => name === key) ? declared : [...declared, generatedKey(key)],
    key: [key],
    request: { kind: 'raw-rows', target },
    acl: 'rawAcl',
  };
}

function rawKey({ name, type }: OwnColumn): Column {
  const description = 'Key of the RAW row.';
  return { name, type, property: 'key', access: 'required', ...rawShape(type), description };
}

function generatedKey(name: string): Column {
  const description = 'Key of the RAW row; where it is left out, every row gets a new one.';
  return { name, type: 'text', property: 'key', description };
}

/** Its property tells it apart from the row's `key`, which may be the name of a column as well. */
function rawColumn(column: OwnColumn): Column {
  const property = `columns.${column.property ?? column.name}`;
  return { ...toColumn(column), ...rawShape(column.type), property };
}

/** RAW takes every digit of a time. */
function rawShape(type: OwnColumn['type']): Pick<Column, 'as'> {
  return /^timestamp/.test(type) ? { as: 'iso-micros' } : {};
}

/** Where nothing else is agreed on, a reader can tell a time from a number only by its text. */
function shapeOf({ type, as }: Pick<OwnColumn, 'type' | 'as'>): Pick<Column, 'as'> {
  if (as !== undefined) return { as };
  return type === 'timestamptz' || type === 'timestamptz[]' ? { as: 'iso-time' } : {};
}

function viewTable(view: OwnView, columns: readonly OwnColumn[]): Shape {
  const { space, externalId, version, of, ...options } = view;
  return {
    description: `${of === 'node' ? 'Nodes' : 'Edges'} with the properties of view ${space}:${externalId}/${version}.`,
    columns: [...INSTANCE_COLUMNS[of], ...columns.map(viewColumn)],
    key: INSTANCE_KEY,
    request: { kind: 'instances', of, view: { space, externalId, version }, ...options },
    acl: 'dataModelInstancesAcl',
  };
}

/** What stands before the name of a view's property, which may be that of one of the instance's own (`type`). */
export const VIEW_PROPERTY = 'properties.';

function viewColumn(column: OwnColumn): Column {
  return { ...toColumn(column), property: `${VIEW_PROPERTY}${column.property ?? column.name}` };
}

const INSTANCE_KEY = ['space', 'external_id'];

const NODE_COLUMNS: readonly Column[] = [
  {
    name: 'space',
    type: 'text',
    property: 'space',
    access: 'required',
    description: 'Space of the instance.',
  },
  {
    name: 'external_id',
    type: 'text',
    property: 'externalId',
    access: 'required',
    description: 'External id of the instance, unique in its space.',
  },
];

/** `{"space": ..., "externalId": ...}` as JSON. */
const EDGE_COLUMNS: readonly Column[] = [
  ...NODE_COLUMNS,
  reference('type', 'type', "Node that is the edge's type"),
  reference('start_node', 'startNode', 'Node where the edge starts'),
  reference('end_node', 'endNode', 'Node where the edge ends'),
];

/** The instance's own columns, which stand before those of the view's properties. */
export const INSTANCE_COLUMNS = { node: NODE_COLUMNS, edge: EDGE_COLUMNS } as const;

function reference(name: string, property: string, what: string): Column {
  const description = `${what}, as {"space": ..., "externalId": ...}.`;
  return { name, type: 'json', property, access: 'required', as: 'direct', description };
}

function toColumn(column: OwnColumn): Column {
  const { name, type, access, immutable, description, property = name } = column;
  return {
    name,
    type,
    property,
    ...(access === undefined ? {} : { access }),
    ...(immutable === undefined ? {} : { immutable }),
    ...shapeOf(column),
    description: description ?? '',
  };
}
