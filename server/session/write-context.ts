// What the engine must say before a write: which table a name means in this session (a temporary table may hide the
// gateway's), and the settings in force. One small query, kept until something that may change the answer goes through.
import type { SessionValues } from '../ingest/decode/field-encoders';
import { PostgresError } from '../postgres-error';

export interface WriteContext {
  /** `public.assets`, or null where the name means no table. */
  readonly relation: string | null;
  readonly ack: 'written' | 'queued';
  /** `early`: batches are queued as they are staged, not at the unit's end. */
  readonly handover: 'commit' | 'early';
  readonly onError: 'fail' | 'skip';
  readonly readOnly: boolean;
  /** 0: none. */
  readonly statementTimeoutMs: number;
  readonly session: SessionValues;
}

/** Asked with one text parameter, the quoted name of the table; answers one row of text columns. */
export const CONTEXT_QUERY = `SELECT (SELECT n.nspname || '.' || c.relname FROM pg_catalog.pg_class c
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = pg_catalog.to_regclass($1)::oid),
  pg_catalog.current_setting('sluice.ack', true), pg_catalog.current_setting('sluice.on_error', true),
  pg_catalog.current_setting('transaction_read_only'), pg_catalog.current_setting('statement_timeout'),
  pg_catalog.current_setting('TimeZone'), pg_catalog.current_setting('DateStyle'),
  pg_catalog.current_setting('client_encoding'), pg_catalog.current_setting('sluice.handover', true)`;

const UNIT_MS: Record<string, number> = { ms: 1, s: 1000, min: 60_000, h: 3_600_000, d: 86_400_000 };

/** Reads the answer to CONTEXT_QUERY. Throws 22023 for a setting that has no meaning, 0A000 for another client encoding. */
export function readWriteContext(row: readonly (string | null)[]): WriteContext {
  const [relation, ack, onError, readOnly, timeout, timeZone, dateStyle, encoding, handover] = row;
  if (encoding !== 'UTF8')
    throw new PostgresError(
      'feature_not_supported',
      `cannot write rows with client encoding "${encoding ?? ''}"`,
      {
        hint: "SET client_encoding = 'UTF8'.",
      },
    );
  return {
    relation: relation ?? null,
    ack: oneOf('sluice.ack', ack, ['written', 'queued']),
    handover: oneOf('sluice.handover', handover, ['commit', 'early']),
    onError: oneOf('sluice.on_error', onError, ['fail', 'skip']),
    readOnly: readOnly === 'on',
    statementTimeoutMs: milliseconds(timeout ?? '0'),
    session: { timeZone: timeZone ?? 'UTC', dateOrder: dateOrderOf(dateStyle ?? '') },
  };
}

function oneOf<Value extends string>(
  name: string,
  value: string | null | undefined,
  values: readonly Value[],
): Value {
  if (value === null || value === undefined || value === '') return values[0]!;
  const found = values.find((known) => known === value.toLowerCase());
  if (found !== undefined) return found;
  throw new PostgresError('invalid_parameter_value', `invalid value for parameter "${name}": "${value}"`, {
    hint: `Available values: ${values.join(', ')}.`,
  });
}

function milliseconds(text: string): number {
  const match = /^(\d+)(ms|s|min|h|d)?$/.exec(text);
  return match === null ? 0 : Number(match[1]) * UNIT_MS[match[2] ?? 'ms']!;
}

function dateOrderOf(dateStyle: string): SessionValues['dateOrder'] {
  const order = /MDY|DMY|YMD/.exec(dateStyle)?.[0];
  return order === 'DMY' || order === 'YMD' ? order : 'MDY';
}
