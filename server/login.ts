// What a StartupMessage asks for, and the reasons to refuse it that need no password.
import { PostgresError } from './postgres-error';
import type { StartupMessage } from './protocol/startup-packets';

export interface Login {
  readonly username: string;
  readonly database: string;
  /** Settings for the session: all startup parameters but user, database and replication. */
  readonly parameters: ReadonlyMap<string, string>;
}

/** PostgreSQL's words for false. Every other value asks for a replication connection. */
const NO_REPLICATION = /^(f|fa|fal|fals|false|n|no|of|off|0)$/i;

/** Throws FATAL 28000 without a user, 0A000 for replication. */
export function readLogin(message: StartupMessage): Login {
  const parameters = new Map(message.parameters);
  const username = parameters.get('user') ?? '';
  const database = parameters.get('database') ?? '';
  const replication = parameters.get('replication');
  for (const name of ['user', 'database', 'replication']) parameters.delete(name);
  if (username === '')
    throw fatal('invalid_authorization_specification', 'no PostgreSQL user name specified in startup packet');
  if (replication !== undefined && !NO_REPLICATION.test(replication))
    throw fatal('feature_not_supported', 'replication is not supported');
  return { username, database: database === '' ? username : database, parameters };
}

/** A gateway user's database has its name. Asked after authentication, so that a stranger learns nothing. */
export function checkDatabase({ username, database }: Login): void {
  if (database !== username) throw fatal('invalid_catalog_name', `database "${database}" does not exist`);
}

/** Clients that may go on in clear retry with TLS on this code (sslmode=allow). */
export function noEncryption({ username }: Login): PostgresError {
  return new PostgresError(
    'invalid_authorization_specification',
    `no encryption: user "${username}" must connect with TLS`,
    { severity: 'FATAL', hint: 'Set sslmode=require, or verify-full to check the server too.' },
  );
}

export function tooManyClients(): PostgresError {
  return fatal('too_many_connections', 'sorry, too many clients already');
}

export function shuttingDown(): PostgresError {
  return fatal('cannot_connect_now', 'the database system is shutting down');
}

/** The time to finish is over: what the session was doing may be done, or not. */
export function terminated(): PostgresError {
  return fatal('admin_shutdown', 'terminating connection due to administrator command');
}

export function startupTimeout(): PostgresError {
  return fatal('query_canceled', 'canceling authentication due to timeout');
}

export function idleTimeout(): PostgresError {
  return fatal('idle_session_timeout', 'terminating connection due to idle-session timeout');
}

export function unencryptedData(): PostgresError {
  return new PostgresError('protocol_violation', 'received unencrypted data after SSL request', {
    severity: 'FATAL',
    detail:
      'This could be either a client-software bug or evidence of an attempted man-in-the-middle attack.',
  });
}

/** Before there is a session every error ends the connection. */
export function asFatal(error: PostgresError): PostgresError {
  if (error.severity === 'FATAL') return error;
  return new PostgresError(error, error.message, { ...error.details, severity: 'FATAL' });
}

function fatal(condition: ConstructorParameters<typeof PostgresError>[0], message: string): PostgresError {
  return new PostgresError(condition, message, { severity: 'FATAL' });
}
