// statement_timeout bounds the wait for CDF too: the hand-over is broken off as by a cancel request.
import { PostgresError } from '../postgres-error';
import type { WriteContext } from './write-context';

/** undefined: none is set. The caller clears it when the wait is over. */
export function startTimeout(
  { statementTimeoutMs }: WriteContext,
  abort: AbortController,
): NodeJS.Timeout | undefined {
  if (statementTimeoutMs === 0) return undefined;
  const error = new PostgresError('query_canceled', 'canceling statement due to statement timeout');
  return setTimeout(() => abort.abort(error), statementTimeoutMs);
}
