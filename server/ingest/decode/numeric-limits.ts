// numeric(p,s): rounds to its scale and refuses what is beyond its precision, as PostgreSQL's apply_typmod does.
import { PostgresError } from '../../postgres-error';
import type { DecimalText } from './numerics';

export interface NumericLimits {
  readonly precision: number;
  /** Digits behind the point; negative: so many before it are zero. */
  readonly scale: number;
}

/** Rounds half away from zero and writes all digits of the scale. Throws 22003. The value must be finite. */
export function fitNumeric(decimal: DecimalText, limits: NumericLimits): DecimalText {
  const { precision, scale } = limits;
  const sign = decimal.startsWith('-') ? '-' : '';
  const [whole = '', fraction = ''] = decimal.slice(sign.length).split('.');
  const missing = scale - fraction.length;
  if (missing >= 0 && scale > 0 && whole.length <= precision - scale)
    return missing === 0 ? decimal : `${sign}${whole}.${fraction}${'0'.repeat(missing)}`;
  const digits = rounded(whole + fraction, missing);
  if (digits.length > precision) throw overflow(limits);
  return digits === '' ? placed('', '', scale) : placed(sign, digits, scale);
}

/** The digits with `missing` zeros behind them, or without so many of the last. Without leading zeros. */
function rounded(digits: string, missing: number): string {
  if (missing >= 0) return trimmed(digits + '0'.repeat(missing));
  const kept = digits.length + missing;
  const up = kept >= 0 && digits.charAt(kept) >= '5';
  const cut = digits.slice(0, Math.max(0, kept));
  return trimmed(up ? String(BigInt(cut) + 1n) : cut);
}

function trimmed(digits: string): string {
  return digits.replace(/^0+/, '');
}

function placed(sign: string, digits: string, scale: number): DecimalText {
  if (scale <= 0) return digits === '' ? '0' : `${sign}${digits}${'0'.repeat(-scale)}`;
  const padded = digits.padStart(scale + 1, '0');
  return `${sign}${padded.slice(0, -scale)}.${padded.slice(-scale)}`;
}

function overflow({ precision, scale }: NumericLimits): PostgresError {
  const size = precision === scale ? '1' : `10^${precision - scale}`;
  return new PostgresError('numeric_value_out_of_range', 'numeric field overflow', {
    detail: `A field with precision ${precision}, scale ${scale} must round to an absolute value less than ${size}.`,
  });
}
