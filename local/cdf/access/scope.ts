// Scopes of capabilities: which part of a resource type a grant reaches. What the stand-in does not know grants nothing.

/** Where an item is, as far as scopes tell items apart. */
export interface Place {
  readonly id?: number;
  readonly dataSetId?: number;
  /** Of the asset that it is, or belongs to. */
  readonly rootId?: number;
  readonly pipelineId?: number;
  readonly space?: string;
  readonly database?: string;
  /** Absent: the database itself. */
  readonly table?: string;
}

type Limits = Readonly<Record<string, unknown>>;

/** By name in lower case: CDF writes both idScope and idscope. */
const SCOPES: Readonly<Record<string, (limits: Limits, place: Place) => boolean>> = {
  all: () => true,
  datasetscope: ({ ids }, { dataSetId }) => holds(ids, dataSetId),
  idscope: ({ ids }, { id }) => holds(ids, id),
  assetrootidscope: ({ rootIds }, { rootId }) => holds(rootIds, rootId),
  extractionpipelinescope: ({ ids }, { pipelineId }) => holds(ids, pipelineId),
  spaceidscope: ({ spaceIds }, { space }) => holds(spaceIds, space),
  tablescope: ({ dbsToTables }, place) => holdsTable((dbsToTables ?? {}) as Limits, place),
};

/** A grant without a scope reaches everything. */
export function isWithin(scope: Limits | undefined, place: Place): boolean {
  if (scope === undefined) return true;
  return Object.entries(scope).some(([name, limits]) => {
    const reaches = SCOPES[name.toLowerCase()];
    return reaches?.((limits ?? {}) as Limits, place) === true;
  });
}

/** Ids come as numbers or as their digits. */
function holds(ids: unknown, id: string | number | undefined): boolean {
  return id !== undefined && Array.isArray(ids) && ids.some((one) => String(one) === String(id));
}

/** `{db: [tables]}` or `{db: {"tables": [...]}}`; no tables: the whole database. */
function holdsTable(dbsToTables: Limits, { database = '', table }: Place): boolean {
  if (!Object.hasOwn(dbsToTables, database)) return false;
  const value = dbsToTables[database];
  const tables = Array.isArray(value) ? (value as unknown[]) : ((value as Limits)['tables'] ?? []);
  if (!Array.isArray(tables)) return false;
  return tables.length === 0 || (table !== undefined && tables.includes(table));
}
