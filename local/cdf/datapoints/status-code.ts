// OPC UA status codes of data points: the two top bits say Good, Uncertain or Bad.
import { badRequest } from '../api-error';

export const GOOD = 0;
const UNCERTAIN = 0x4000_0000;
const BAD = 0x8000_0000;

/** The two top bits are never both set. */
const MAX_CODE = 0xbfff_ffff;

const CODES: Readonly<Record<string, number>> = {
  Good: GOOD,
  Uncertain: UNCERTAIN,
  Bad: BAD,
  BadUnexpectedError: 0x8001_0000,
  BadInternalError: 0x8002_0000,
  BadTimeout: 0x800a_0000,
  BadNoCommunication: 0x8031_0000,
  BadWaitingForInitialData: 0x8032_0000,
  BadNodeIdUnknown: 0x8034_0000,
  BadNotConnected: 0x808a_0000,
  BadDeviceFailure: 0x808b_0000,
  BadSensorFailure: 0x808c_0000,
  BadOutOfService: 0x808d_0000,
  UncertainNoCommunicationLastUsableValue: 0x408f_0000,
  UncertainLastUsableValue: 0x4090_0000,
  UncertainSubstituteValue: 0x4091_0000,
  UncertainInitialValue: 0x4092_0000,
  UncertainSensorNotAccurate: 0x4093_0000,
  UncertainEngineeringUnitsExceeded: 0x4094_0000,
  UncertainSubNormal: 0x4095_0000,
  GoodLocalOverride: 0x0096_0000,
  GoodClamped: 0x0030_0000,
};
const SYMBOLS = new Map(Object.entries(CODES).map(([symbol, code]) => [code, symbol]));

export function isBad(code: number): boolean {
  return code >= BAD;
}

export function isGood(code: number): boolean {
  return code < UNCERTAIN;
}

/** The code that a status names by code, by symbol, or by both where they agree. Throws 400. */
export function statusCode(code: unknown, symbol: unknown, where: string): number {
  const bySymbol = symbol === undefined ? undefined : codeOfSymbol(symbol, where);
  if (code === undefined) return bySymbol ?? GOOD;
  if (!Number.isInteger(code) || (code as number) < 0 || (code as number) > MAX_CODE)
    throw badRequest(`${where}.code: Invalid status code`);
  if (bySymbol !== undefined && bySymbol !== code)
    throw badRequest(`${where}: code and symbol of the status do not match`);
  return code as number;
}

function codeOfSymbol(symbol: unknown, where: string): number {
  const code = typeof symbol === 'string' && Object.hasOwn(CODES, symbol) ? CODES[symbol] : undefined;
  if (code === undefined) throw badRequest(`${where}.symbol: Invalid status code`);
  return code;
}

export function statusSymbol(code: number): string {
  const base = isGood(code) ? 'Good' : isBad(code) ? 'Bad' : 'Uncertain';
  return SYMBOLS.get(code) ?? base;
}
