// Who may cancel what: the keys that sessions give to their clients in BackendKeyData, for CancelRequest.
// A key is known to the replica that gave it; a CancelRequest that the front sends to another one does nothing, which
// is all that PostgreSQL promises either.
import { randomBytes, randomInt, timingSafeEqual } from 'node:crypto';

/** What clients before 3.2 can hold. */
export const SHORT_KEY_BYTES = 4;
/** PostgreSQL's length for clients of 3.2. */
export const LONG_KEY_BYTES = 32;

const MAX_PROCESS_ID = 2 ** 31 - 1;

export interface CancelKey {
  readonly processId: number;
  readonly secretKey: Buffer;
}

interface Entry {
  readonly secretKey: Buffer;
  readonly cancel: () => void;
}

export class CancelKeys {
  private readonly entries = new Map<number, Entry>();

  /** Process ids are random, so that those of two replicas hardly ever meet. Give the key back with `revoke`. */
  issue(secretBytes: number, cancel: () => void): CancelKey {
    let processId: number;
    do processId = randomInt(1, MAX_PROCESS_ID);
    while (this.entries.has(processId));
    const secretKey = randomBytes(secretBytes);
    this.entries.set(processId, { secretKey, cancel });
    return { processId, secretKey };
  }

  revoke({ processId }: CancelKey): void {
    this.entries.delete(processId);
  }

  /** Cancels the session whose key this is. The client is not told whether there was one. */
  cancel({ processId, secretKey }: CancelKey): void {
    const entry = this.entries.get(processId);
    if (entry?.secretKey.length !== secretKey.length) return;
    if (timingSafeEqual(entry.secretKey, secretKey)) entry.cancel();
  }
}
