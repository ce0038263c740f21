// GET /healthz: whether the function app reaches its storage, without which neither credentials nor batches get on.
import type { Log } from '../shared/log';
import { describeError } from '../shared/log';
import type { Answer } from './http';

const PROBE_TIMEOUT_MS = 5_000;

/** Resolves where Table Storage answers; must give up when the signal says so. */
export type Probe = (abortSignal: AbortSignal) => Promise<void>;

/** 200 `{"status":"ok"}`, or 503 within PROBE_TIMEOUT_MS; the reason goes to the log only. */
export function createHealthz(probe: Probe, log: Log): Answer {
  return async () => {
    try {
      await probe(AbortSignal.timeout(PROBE_TIMEOUT_MS));
      return { status: 200, jsonBody: { status: 'ok' } };
    } catch (error) {
      log.warn('table storage does not answer', { error: describeError(error) });
      return { status: 503, jsonBody: { status: 'unavailable' } };
    }
  };
}
