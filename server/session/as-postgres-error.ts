// What a client is told of an error: a PostgresError as it is; all else is a fault of Sluice, told under an id that the log
// has the cause under.
import { describeError, type Log } from '../../shared/log';
import { PostgresError } from '../postgres-error';

/** The cause of a PostgresError, and whatever is none, goes to the log and never to the client. */
export function asPostgresError(error: unknown, log: Log): PostgresError {
  if (error instanceof PostgresError) {
    if (error.details.cause !== undefined)
      log.error('statement-failed', {
        code: error.code,
        cause: describeError(error.details.cause),
      });
    return error;
  }
  const id = Math.random().toString(36).slice(2, 10);
  const stack = error instanceof Error ? (error.stack ?? '').slice(0, 2000) : '';
  log.error('internal-error', { id, error: describeError(error), stack });
  return new PostgresError('internal_error', `internal error ${id}`, {
    hint: "The server's log has the cause under this id.",
  });
}
