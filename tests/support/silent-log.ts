// A log that nobody reads.
import type { Log } from '../../shared/log';

export function createSilentLog(): Log {
  const ignore = () => undefined;
  return { info: ignore, warn: ignore, error: ignore };
}
