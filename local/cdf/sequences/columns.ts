// The columns of a sequence: what a new one looks like, and how an update adds, changes and removes them. A removed column stays
// in the stored list, marked, because CDF counts it towards the limits; a column's place in that list names its cells.
import { badRequest } from '../api-error';
import { applyUpdate } from '../apply-update';
import type { JsonObject } from '../call';
import { asObject } from '../call';
import { checkFields, checkValue } from '../check-value';
import type { Change, Field, Fields, Shape } from '../fields';
import { externalIdShape, metadataField, optionalText } from '../fields';
import { repeated } from '../identifiers';
import type { NewItem } from '../resource';

export type ValueType = 'STRING' | 'DOUBLE' | 'LONG';

export interface Column {
  readonly externalId: string;
  readonly valueType: ValueType;
  readonly name?: string;
  readonly createdTime: number;
  readonly lastUpdatedTime: number;
  readonly isRemoved?: true;
}

const MAX_COLUMNS = 400;
const MAX_STRING_COLUMNS = 200;

const COLUMN: Readonly<Record<string, Field>> = {
  externalId: { shape: externalIdShape, required: true, update: 'set' },
  name: optionalText(255),
  description: optionalText(1000),
  valueType: { shape: { kind: 'text', oneOf: ['STRING', 'DOUBLE', 'LONG'] }, default: 'DOUBLE' },
  metadata: metadataField(10_000),
};

const newColumnsShape: Shape = { kind: 'list', of: { kind: 'object', fields: COLUMN } };
const named: Shape = {
  kind: 'list',
  of: { kind: 'object', fields: { externalId: { shape: externalIdShape, required: true } } },
};

export const columnsField: Field = {
  shape: { kind: 'list', of: { kind: 'object', fields: COLUMN }, minItems: 1, maxItems: MAX_COLUMNS },
  required: true,
  update: changeColumns,
};

/** Of a sequence, removed ones too. */
export function columnsOf(sequence: { readonly fields: Fields }): readonly Column[] {
  return sequence.fields['columns'] as readonly Column[];
}

export function storeColumns(items: readonly NewItem[], now: number): void {
  for (const { fields } of items)
    fields['columns'] = (fields['columns'] as JsonObject[]).map((one) => newColumn(one, now));
}

function newColumn(column: JsonObject, now: number): Column {
  return { valueType: 'DOUBLE', ...column, createdTime: now, lastUpdatedTime: now } as unknown as Column;
}

/** What a read shows. */
export function renderColumns(sequence: { readonly fields: Fields }): object[] {
  return columnsOf(sequence).filter((column) => column.isRemoved === undefined);
}

/** Throws 400 for a name that two columns have, and for too many of a kind. */
export function checkColumns(columns: readonly Column[], where: string): void {
  const live = columns.filter((column) => column.isRemoved === undefined);
  const removed = columns.length - live.length;
  const strings = live.filter(({ valueType }) => valueType === 'STRING').length;
  const twice = repeated(live, ({ externalId }) => externalId);
  if (twice.length > 0)
    throw badRequest(`${where}.columns: duplicated externalId ${twice[0]?.externalId ?? ''}`);
  if (live.length === 0) throw badRequest(`${where}.columns: size must be between 1 and ${MAX_COLUMNS}`);
  if (columns.length > MAX_COLUMNS || strings + removed > MAX_STRING_COLUMNS)
    throw badRequest(
      `${where}.columns: at most ${MAX_COLUMNS} columns, of them ${MAX_STRING_COLUMNS} with strings`,
    );
}

function changeColumns(current: unknown, change: JsonObject, context: Parameters<Change>[2]): Column[] {
  const { where, now } = context;
  const { modify = [], add = [], remove = [], ...rest } = change;
  const [unknown] = Object.keys(rest);
  if (unknown !== undefined) throw badRequest(`${where}: an update cannot say ${unknown}`);
  checkValue(named, remove, `${where}.remove`);
  checkValue(newColumnsShape, add, `${where}.add`);
  const columns = [...(current as Column[])];
  if (!Array.isArray(modify)) throw badRequest(`${where}.modify: must be an array`);
  modify.forEach((one, i) => modifyColumn(columns, one, { where: `${where}.modify[${i}]`, now }));
  for (const { externalId } of remove as { externalId: string }[]) {
    const index = indexOf(columns, externalId, where);
    columns[index] = { ...columns[index]!, isRemoved: true };
  }
  return [...columns, ...(add as JsonObject[]).map((one) => newColumn(one, now))];
}

const MODIFICATION: Readonly<Record<string, Field>> = {
  externalId: { shape: externalIdShape, required: true },
  update: { shape: { kind: 'any-object' }, required: true },
};

function modifyColumn(columns: Column[], value: unknown, context: Parameters<Change>[2]): void {
  const { where, now } = context;
  const item = asObject(value, where);
  checkFields(MODIFICATION, item, where);
  const index = indexOf(columns, item['externalId'] as string, where);
  const current = columns[index] as unknown as Fields;
  const next = applyUpdate(COLUMN, current, item['update'] as JsonObject, { where: `${where}.update`, now });
  columns[index] = { ...next, lastUpdatedTime: now } as unknown as Column;
}

function indexOf(columns: readonly Column[], externalId: string, where: string): number {
  const index = columns.findIndex((one) => one.isRemoved === undefined && one.externalId === externalId);
  if (index < 0)
    throw badRequest(`${where}: Column ids not found: ${externalId}`, { missing: [{ externalId }] });
  return index;
}
