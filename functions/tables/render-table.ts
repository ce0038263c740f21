// A table as v2's API shows it.
import type { OwnTable, OwnView } from '../../shared/own-table';
import { tableOf } from '../../shared/table-of-own';
import type { Table } from '../../shared/tables/table';
import { declaredTypeOf } from './column-types';

export function renderTable(own: OwnTable): object {
  const { destination } = own;
  const type = destination.type === 'raw_rows' ? 'raw_rows' : `${destination.view.of}s`;
  return { type, ...renderRest(own) };
}

/** As the answer to its creation: a view is called so, whatever it has. */
export function renderCreated(own: OwnTable): object {
  return { type: own.destination.type, ...renderRest(own), createdTime: own.createdTime };
}

export function renderBuiltIn(table: Table): object {
  return { type: 'built_in', tablename: table.name, columns: renderColumns(table.columns) };
}

/** A RAW table shows the columns that were declared, a view's table also the instance's own. */
function renderRest(own: OwnTable): object {
  const { name, destination } = own;
  if (destination.type === 'view')
    return {
      tablename: name,
      columns: renderColumns(tableOf(own).columns),
      options: viewOptions(destination.view),
    };
  const { target, primaryKey } = destination;
  return {
    tablename: name,
    columns: renderColumns(own.columns),
    options: { ...target, ...(primaryKey === null ? {} : { primaryKey }) },
  };
}

/** v2's three options, and of Sluice's own those that are not as in CDF by default. */
function viewOptions({ of: _, ...view }: OwnView): object {
  const { space, externalId, version } = view;
  return {
    ...{ space, externalId, version },
    ...(view.autoCreateDirectRelations ? {} : { autoCreateDirectRelations: false }),
    ...(view.autoCreateStartNodes ? { autoCreateStartNodes: true } : {}),
    ...(view.autoCreateEndNodes ? { autoCreateEndNodes: true } : {}),
  };
}

function renderColumns(columns: readonly { name: string; type: Table['columns'][number]['type'] }[]): object {
  return Object.fromEntries(columns.map((column) => [column.name, { type: declaredTypeOf(column) }]));
}
