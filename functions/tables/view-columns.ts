// The columns that a view's properties become: named as in CDF where PostgreSQL can have that name.
import { createHash } from 'node:crypto';
import type { OwnColumn, OwnView } from '../../shared/own-table';
import { columnNameFault, MAX_OWN_COLUMNS } from '../../shared/own-table';
import { INSTANCE_COLUMNS } from '../../shared/table-of-own';
import type { ViewDefinition, ViewProperty } from '../cdf/view';
import { HttpError } from '../http';
import { columnTypeOf } from './column-types';

/** Throws HttpError 400 where the view has more properties than a table has columns. */
export function viewColumns(view: ViewDefinition, of: OwnView['of']): OwnColumn[] {
  const taken = new Set(INSTANCE_COLUMNS[of].map(({ name }) => name));
  const columns = view.properties.flatMap((property) => toColumn(property, taken));
  if (columns.length > MAX_OWN_COLUMNS)
    throw new HttpError(
      400,
      `The view has ${columns.length} properties; a table has ${MAX_OWN_COLUMNS} at most.`,
    );
  return columns;
}

/** None where the property's type is not known here: such a property is not needed to write the others. */
function toColumn(property: ViewProperty, taken: Set<string>): OwnColumn[] {
  const type = columnTypeOf(property.type);
  if (type === null) return [];
  const name = columnName(property.name, taken);
  taken.add(name);
  const isRequired = !property.nullable && !property.hasDefault;
  return [
    {
      name,
      ...(name === property.name ? {} : { property: property.name }),
      type,
      ...(isRequired ? { access: 'required' as const } : {}),
      ...(property.immutable ? { immutable: true as const } : {}),
      ...(property.type.type === 'direct' && type === 'json' ? { as: 'direct' as const } : {}),
      description: property.description,
    },
  ];
}

/** Of a long name so many bytes stay. */
const KEPT_BYTES = 54;
const HASH_CHARACTERS = 8;

function columnName(property: string, taken: ReadonlySet<string>): string {
  if (columnNameFault(property) === null && !taken.has(property)) return property;
  const other = `${property}_property`;
  if (columnNameFault(other) === null && !taken.has(other)) return other;
  const hash = createHash('sha256').update(property).digest('hex').slice(0, HASH_CHARACTERS);
  return `${Buffer.from(property).subarray(0, KEPT_BYTES).toString().replace(/�$/, '')}_${hash}`;
}
