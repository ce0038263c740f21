// What the commands print.
import { connectionUri } from '../ready';
import type { User, WholeUser } from './api';

/** How to connect: a line for psql, and the fields of Data Factory's linked service. `ca`: see Inputs. */
export function describeLogin(user: WholeUser & { readonly password: string }, ca: string | null): string {
  const { username, password, host, port, database } = user;
  return [
    `User ${username}. The password is shown this once.`,
    '',
    `  psql '${connectionUri({ username, password, host, port, database }, ca ?? 'system')}'`,
    '',
    'Data Factory, linked service "Azure Database for PostgreSQL", entered by hand:',
    '',
    ...table([
      ['  Server name', host],
      ['  Port', String(port)],
      ['  Database name', database],
      ['  User name', username],
      ['  Password', password],
      ['  SSL mode', 'Verify-Full'],
    ]),
  ].join('\n');
}

export function describeUsers(users: readonly User[], project: string): string {
  if (users.length === 0) return `Project ${project} has no gateway users.`;
  const day = (time: number) => new Date(time).toISOString().slice(0, 19).replace('T', ' ');
  return table([
    ['USER', 'CREATED (UTC)', 'CHANGED (UTC)', 'STATE', 'CLIENT ID'],
    ...users.map(({ username, createdTime, lastUpdatedTime, disabled, clientId }) => [
      ...[username, day(createdTime), day(lastUpdatedTime), disabled ? 'disabled' : 'enabled', clientId],
    ]),
  ]).join('\n');
}

function table(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => (row[i] ?? '').length)));
  return rows.map((row) =>
    row
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}
