// Statements that write rows to the table that they name: the gateway's part of what a client says.
import type { Statement } from '../sql/statement';

type RowWrite = Extract<Statement, { kind: 'insert' | 'copy-in' | 'update' | 'delete' }>;

const COMMANDS: Readonly<Record<RowWrite['kind'], string>> = {
  insert: 'INSERT',
  'copy-in': 'COPY FROM',
  update: 'UPDATE',
  delete: 'DELETE',
};

export function isRowWrite(statement: Statement): statement is RowWrite {
  return statement.kind in COMMANDS;
}

/** The command as PostgreSQL's errors name it. */
export function commandOf(kind: RowWrite['kind']): string {
  return COMMANDS[kind];
}
