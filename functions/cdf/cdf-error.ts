// What CDF's refusal says, made small: by status and lists, never by the wording of its text, and never the SDK's own
// error, whose message may repeat a whole request.
import { cutText } from '../cut-text';

/** `always`: CDF surely did nothing. `if-idempotent`: it may have done it, so only what may be done twice is sent again. */
export type Retryable = 'always' | 'if-idempotent' | 'never';

/** Names one resource that CDF misses or has already: `{externalId}`, `{id}`, `{name}` ... */
export type Reference = Readonly<Record<string, unknown>>;

export interface CdfErrorFields {
  /** null where there was no answer: the network, or the time limit. */
  readonly status: number | null;
  readonly missing?: readonly Reference[];
  readonly duplicated?: readonly Reference[];
  /** With 403: which of the named resources are out of reach (time series). */
  readonly forbidden?: readonly Reference[];
  readonly missingFields?: readonly string[];
  readonly retryable?: Retryable;
  /** CDF's wish, from Retry-After. */
  readonly retryAfterMs?: number | null;
  readonly requestId?: string | null;
}

const MAX_MESSAGE_CHARACTERS = 1000;

export class CdfError extends Error {
  override readonly name = 'CdfError';
  readonly status: number | null;
  readonly missing: readonly Reference[];
  readonly duplicated: readonly Reference[];
  readonly forbidden: readonly Reference[];
  readonly missingFields: readonly string[];
  readonly retryable: Retryable;
  readonly retryAfterMs: number | null;
  readonly requestId: string | null;

  constructor(message: string, fields: CdfErrorFields) {
    super(cutText(message, MAX_MESSAGE_CHARACTERS));
    this.status = fields.status;
    this.missing = fields.missing ?? [];
    this.duplicated = fields.duplicated ?? [];
    this.forbidden = fields.forbidden ?? [];
    this.missingFields = fields.missingFields ?? [];
    this.retryable = fields.retryable ?? 'never';
    this.retryAfterMs = fields.retryAfterMs ?? null;
    this.requestId = fields.requestId ?? null;
  }
}

export interface RefusedResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** The parsed body, or its text. */
  readonly data: unknown;
}

/** Reads an answer that is no success. The body is `{"error": {...}}`, or flat (missing fields), or no JSON at all. */
export function readRefusal({ status, headers, data }: RefusedResponse): CdfError {
  const body = asObject(typeof data === 'string' ? parseJson(data) : data) ?? {};
  const error = asObject(body['error']) ?? body;
  const text = typeof error['message'] === 'string' ? error['message'] : `CDF answered ${status}`;
  const autoRetryable = headers['cdf-is-auto-retryable'] === 'true' || error['isAutoRetryable'] === true;
  const fields = error['missingFields'] ?? body['missingFields'];
  return new CdfError(text, {
    status,
    missing: references(error['missing']),
    duplicated: references(error['duplicated']),
    forbidden: references(error['forbidden']),
    missingFields: list(fields).filter((field) => typeof field === 'string'),
    retryable: autoRetryable ? 'always' : retryableByStatus(status),
    retryAfterMs: retryAfter(headers['retry-after']),
    requestId: headers['x-request-id'] ?? null,
  });
}

function retryableByStatus(status: number): Retryable {
  if (status === 429) return 'always';
  return status === 408 || status >= 500 ? 'if-idempotent' : 'never';
}

/** Codes of a connection that was never made: CDF has seen nothing. */
const NOT_SENT = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH']);

/** There was no answer. `code` is Node's, or `TIMEOUT`. */
export function unreachable(code: string): CdfError {
  return new CdfError(`CDF cannot be reached (${code})`, {
    status: null,
    retryable: NOT_SENT.has(code) ? 'always' : 'if-idempotent',
  });
}

/** Seconds (RFC 9110 10.2.3); a date is not honoured, clocks differ. */
function retryAfter(header: string | undefined): number | null {
  return header !== undefined && /^\d{1,6}$/.test(header) ? Number(header) * 1000 : null;
}

/** An answer that was asked for as text; an HTML page of a gateway on the way is none of CDF's. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function references(value: unknown): Reference[] {
  return list(value)
    .map(asObject)
    .filter((reference) => reference !== null);
}

function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function asObject(value: unknown): Record<string, unknown> | null {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null;
}
