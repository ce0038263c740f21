import { CancelKeys, LONG_KEY_BYTES, SHORT_KEY_BYTES } from './cancel-keys';

describe('CancelKeys', () => {
  it('cancels for the whole key only, until it is revoked', () => {
    const keys = new CancelKeys();
    let cancelled = 0;
    const key = keys.issue(LONG_KEY_BYTES, () => cancelled++);

    keys.cancel({ ...key, secretKey: key.secretKey.subarray(0, 4) });
    keys.cancel({ ...key, secretKey: Buffer.alloc(LONG_KEY_BYTES) });
    keys.cancel({ ...key, processId: key.processId ^ 1 });
    expect(cancelled).toBe(0);

    keys.cancel(key);
    expect(cancelled).toBe(1);

    keys.revoke(key);
    keys.cancel(key);
    expect(cancelled).toBe(1);
  });

  it('gives every session its own positive process id', () => {
    const keys = new CancelKeys();

    const ids = Array.from({ length: 1000 }, () => keys.issue(SHORT_KEY_BYTES, () => undefined).processId);

    expect(new Set(ids).size).toBe(1000);
    expect(Math.min(...ids)).toBeGreaterThan(0);
  });
});
