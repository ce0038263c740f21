// The options of COPY FROM, checked in PostgreSQL's order with its codes and wordings (ProcessCopyOptions in its copy.c).
import { PostgresError } from '../postgres-error';
import { isEncodingName } from './encodings';

export interface CopyOptions {
  readonly format: 'text' | 'csv' | 'binary';
  /** A byte. */
  readonly delimiter: number;
  readonly nullString: string;
  readonly header: false | true | 'match';
  readonly quote: number;
  readonly escape: number;
  readonly forceNotNull: '*' | readonly string[];
  readonly forceNull: '*' | readonly string[];
  readonly encoding: string | null;
  readonly onError: 'stop' | 'ignore';
}

/** Null: the option stands without a value. */
export type OptionValue = string | readonly string[] | { readonly star: true } | null;

export interface CopyOption {
  readonly name: string;
  readonly value: OptionValue;
}

/** What the statement says, before defaults. */
interface Said {
  format?: CopyOptions['format'];
  freeze?: boolean;
  delimiter?: string;
  null?: string;
  header?: CopyOptions['header'];
  quote?: string;
  escape?: string;
  force_quote?: '*' | readonly string[];
  force_not_null?: '*' | readonly string[];
  force_null?: '*' | readonly string[];
  encoding?: string;
  on_error?: CopyOptions['onError'];
  log_verbosity?: string;
}

const DEFAULTS = {
  text: { delimiter: '\t', null: '\\N' },
  csv: { delimiter: ',', null: '' },
  binary: { delimiter: '\t', null: '\\N' },
};

/** Throws PostgreSQL's error for options that are unknown, doubled, or do not fit each other. */
export function checkCopyOptions(options: readonly CopyOption[]): CopyOptions {
  const said = readAll(options);
  const format = said.format ?? 'text';
  if (format === 'binary') refuseInBinary(said);
  const { delimiter, nullString } = readSeparators(said, format);
  if (format === 'binary' && said.header) throw unsupported('cannot specify HEADER in BINARY mode');
  const quote = readQuote(said.quote, format, delimiter);
  const escape = readEscape(said.escape, format, quote);
  checkForce(said, format);
  checkNullAgainst(nullString, delimiter, format === 'csv' ? quote : null);
  return { ...readRest(said), format, delimiter, nullString, quote, escape };
}

function readRest(
  said: Said,
): Pick<CopyOptions, 'header' | 'forceNotNull' | 'forceNull' | 'encoding' | 'onError'> {
  const { header = false, force_not_null = [], force_null = [], encoding = null, on_error = 'stop' } = said;
  return { header, forceNotNull: force_not_null, forceNull: force_null, encoding, onError: on_error };
}

const readers: { [Key in keyof Said]-?: (option: CopyOption) => NonNullable<Said[Key]> } = {
  format: readFormat,
  freeze: readBoolean,
  delimiter: readText,
  null: readText,
  header: readHeader,
  quote: readText,
  escape: readText,
  force_quote: readColumns,
  force_not_null: readColumns,
  force_null: readColumns,
  encoding: readEncoding,
  on_error: (option) => readChoice(option, ['stop', 'ignore'] as const),
  log_verbosity: (option) => readChoice(option, ['default', 'verbose'] as const),
};

function readAll(options: readonly CopyOption[]): Said {
  const said: Partial<Record<string, unknown>> = {};
  for (const option of options) {
    const { name } = option;
    if (name === 'default') throw unsupported('COPY DEFAULT is not supported for gateway tables');
    if (!isOptionName(name)) throw syntax(`option "${name}" not recognized`);
    if (said[name] !== undefined) throw syntax('conflicting or redundant options');
    said[name] = readers[name](option);
  }
  return said;
}

function isOptionName(name: string): name is keyof Said {
  return Object.hasOwn(readers, name);
}

function readFormat(option: CopyOption): CopyOptions['format'] {
  const text = readText(option);
  if (text === 'text' || text === 'csv' || text === 'binary') return text;
  throw invalid(`COPY format "${text}" not recognized`);
}

/** The value as a string; a list is what PostgreSQL makes of it. */
function readText({ name, value }: CopyOption): string {
  if (value === null) throw syntax(`${name} requires a parameter`);
  if (typeof value === 'string') return value;
  return 'star' in value ? '*' : value.join(', ');
}

const BOOLEANS: Record<string, boolean> = {
  true: true,
  on: true,
  false: false,
  off: false,
  '1': true,
  '0': false,
};

function readBoolean({ name, value }: CopyOption): boolean {
  if (value === null) return true;
  const boolean = typeof value === 'string' ? BOOLEANS[value.toLowerCase()] : undefined;
  if (boolean === undefined) throw syntax(`${name} requires a Boolean value`);
  return boolean;
}

function readHeader({ name, value }: CopyOption): CopyOptions['header'] {
  if (value === null) return true;
  const text = typeof value === 'string' ? value.toLowerCase() : '';
  const header = text === 'match' ? text : BOOLEANS[text];
  if (header === undefined) throw syntax(`${name} requires a Boolean value or "match"`);
  return header;
}

function readColumns({ name, value }: CopyOption): '*' | readonly string[] {
  if (value !== null && typeof value !== 'string') return 'star' in value ? '*' : value;
  throw invalid(`argument to option "${name}" must be a list of column names`);
}

function readEncoding(option: CopyOption): string {
  const encoding = readText(option);
  if (isEncodingName(encoding)) return encoding;
  throw invalid(`argument to option "${option.name}" must be a valid encoding name`);
}

function readChoice<Choice extends string>(
  option: CopyOption,
  choices: readonly [Choice, ...Choice[]],
): Choice {
  const text = readText(option);
  const choice = choices.find((known) => known === text.toLowerCase());
  if (choice === undefined) throw invalid(`COPY ${option.name.toUpperCase()} "${text}" not recognized`);
  return choice;
}

function refuseInBinary(said: Said): void {
  if (said.delimiter !== undefined) throw syntax('cannot specify DELIMITER in BINARY mode');
  if (said.null !== undefined) throw syntax('cannot specify NULL in BINARY mode');
  if (said.on_error === 'ignore') throw syntax('only ON_ERROR STOP is allowed in BINARY mode');
}

function readSeparators(
  said: Said,
  format: CopyOptions['format'],
): { delimiter: number; nullString: string } {
  const { delimiter: text, null: nullString } = { ...DEFAULTS[format], ...said };
  const delimiter = singleByte(text);
  if (delimiter === null) throw unsupported('COPY delimiter must be a single one-byte character');
  if (/[\r\n]/.test(text)) throw invalid('COPY delimiter cannot be newline or carriage return');
  if (/[\r\n]/.test(nullString))
    throw invalid('COPY null representation cannot use newline or carriage return');
  // In text these would be taken for a backslash's second half, or for the end of the data.
  if (format !== 'csv' && /[\\.a-z0-9]/.test(text)) throw invalid(`COPY delimiter cannot be "${text}"`);
  return { delimiter, nullString };
}

function readQuote(said: string | undefined, format: CopyOptions['format'], delimiter: number): number {
  if (format !== 'csv' && said !== undefined) throw unsupported('COPY QUOTE requires CSV mode');
  const quote = singleByte(said ?? '"');
  if (quote === null) throw unsupported('COPY quote must be a single one-byte character');
  if (format === 'csv' && quote === delimiter) throw invalid('COPY delimiter and quote must be different');
  return quote;
}

function readEscape(said: string | undefined, format: CopyOptions['format'], quote: number): number {
  if (format !== 'csv' && said !== undefined) throw unsupported('COPY ESCAPE requires CSV mode');
  const escape = said === undefined ? quote : singleByte(said);
  if (escape === null) throw unsupported('COPY escape must be a single one-byte character');
  return escape;
}

function checkForce(said: Said, format: CopyOptions['format']): void {
  for (const name of ['force_quote', 'force_not_null', 'force_null'] as const) {
    if (said[name] === undefined) continue;
    if (format !== 'csv') throw unsupported(`COPY ${name.toUpperCase()} requires CSV mode`);
    if (name === 'force_quote') throw unsupported('COPY FORCE_QUOTE cannot be used with COPY FROM');
  }
}

function checkNullAgainst(nullString: string, delimiter: number, quote: number | null): void {
  if (nullString.includes(String.fromCharCode(delimiter)))
    throw invalid('COPY delimiter character must not appear in the NULL specification');
  if (quote !== null && nullString.includes(String.fromCharCode(quote)))
    throw invalid('CSV quote character must not appear in the NULL specification');
}

function singleByte(text: string): number | null {
  const bytes = Buffer.from(text);
  return bytes.length === 1 ? bytes[0]! : null;
}

function syntax(message: string): PostgresError {
  return new PostgresError('syntax_error', message);
}

function invalid(message: string): PostgresError {
  return new PostgresError('invalid_parameter_value', message);
}

function unsupported(message: string): PostgresError {
  return new PostgresError('feature_not_supported', message);
}
