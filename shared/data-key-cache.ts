// Keeps unwrapped data keys for a while, so that opening a secret again costs no call to Key Vault: each batch needs
// its user's secret, and a vault answers some thousand calls in ten seconds.
import type { UnwrapKey } from './sealed-secret';

export const MAX_CACHED_DATA_KEYS = 1000;
/** A key that was disabled in Key Vault stops working after this long at the latest. */
export const MAX_DATA_KEY_AGE_MS = 10 * 60_000;

interface Entry {
  readonly dataKey: Promise<Buffer>;
  readonly since: number;
}

/** `unwrapKey` with a memory: least recently used goes first, equal calls at one time share one, failures are forgotten. */
export function cacheDataKeys(unwrapKey: UnwrapKey, now: () => number = Date.now): UnwrapKey {
  const entries = new Map<string, Entry>();
  return (key) => {
    const name = `${key.keyId} ${key.wrapped.toString('base64')}`;
    const known = entries.get(name);
    entries.delete(name);
    const fresh = known !== undefined && now() - known.since < MAX_DATA_KEY_AGE_MS;
    const entry = fresh ? known : { dataKey: unwrapKey(key), since: now() };
    entries.set(name, entry);
    dropOldest(entries);
    entry.dataKey.catch(() => {
      if (entries.get(name) === entry) entries.delete(name);
    });
    return entry.dataKey;
  };
}

/** A Map keeps the order of insertion, and each use inserts anew: the first is the one longest unused. */
function dropOldest(entries: Map<string, Entry>): void {
  const oldest = entries.keys().next();
  if (entries.size > MAX_CACHED_DATA_KEYS && oldest.done !== true) entries.delete(oldest.value);
}
