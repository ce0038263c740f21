// The type names that a literal or a parameter may be cast to: `::timestamp(3) with time zone`, CAST(... AS text[]), date '...'.
// What is not in the table is left to the engine: user types, intervals, bit strings.
import { type Lexer, TOKEN } from '../../sql/lexer';
import { OID } from './row-fields';

/** Names of pg_type: also the only ones that are meant in quotes or behind pg_catalog. */
const CATALOG = new Map<string, number>([
  ['bool', OID.bool],
  ['bytea', OID.bytea],
  ['int8', OID.int8],
  ['int2', OID.int2],
  ['int4', OID.int4],
  ['text', OID.text],
  ['json', OID.json],
  ['jsonb', OID.jsonb],
  ['float4', OID.float4],
  ['float8', OID.float8],
  ['bpchar', OID.bpchar],
  ['varchar', OID.varchar],
  ['date', OID.date],
  ['timestamp', OID.timestamp],
  ['timestamptz', OID.timestamptz],
  ['numeric', OID.numeric],
  ['uuid', OID.uuid],
]);

/** Names that SQL's grammar has besides. */
const KEYWORDS = new Map<string, number>([
  ['boolean', OID.bool],
  ['bigint', OID.int8],
  ['smallint', OID.int2],
  ['int', OID.int4],
  ['integer', OID.int4],
  ['real', OID.float4],
  ['float', OID.float8],
  ['double', OID.float8],
  ['dec', OID.numeric],
  ['decimal', OID.numeric],
  ['char', OID.bpchar],
  ['character', OID.bpchar],
]);

const ARRAYS = new Map<number, number>([
  [OID.bool, OID.boolArray],
  [OID.int2, OID.int2Array],
  [OID.int4, OID.int4Array],
  [OID.text, OID.textArray],
  [OID.varchar, OID.varcharArray],
  [OID.int8, OID.int8Array],
  [OID.float4, OID.float4Array],
  [OID.float8, OID.float8Array],
  [OID.numeric, OID.numericArray],
]);

const ARRAY_OIDS: ReadonlySet<number> = new Set(ARRAYS.values());

const WITH_MODIFIER: ReadonlySet<number> = new Set([OID.varchar, OID.bpchar, OID.timestamp, OID.timestamptz]);

export const NO_MODIFIER = -1;
/** The largest n of float(n) that still is a float4. */
const FLOAT4_BITS = 24;
const FLOAT8_BITS = 53;

/** Reads type names one after another; a name makes no object. */
export class TypeReader {
  oid = 0;
  /** The n of varchar(n) and timestamp(n). */
  modifier = NO_MODIFIER;

  /** The lexer stands on the name's first token, and afterwards behind the name. False: not a type of the table. */
  read(lexer: Lexer): boolean {
    this.modifier = NO_MODIFIER;
    const word = this.readName(lexer);
    if (word === null) return false;
    if (word === 'double' && !lexer.acceptWord('PRECISION')) return false;
    if ((word === 'char' || word === 'character') && lexer.acceptWord('VARYING')) this.oid = OID.varchar;
    if (lexer.isPunctuation(0x28) && !this.readModifier(lexer, word)) return false;
    // character without a length is character(1).
    if (this.oid === OID.bpchar && this.modifier === NO_MODIFIER && word !== 'bpchar') this.modifier = 1;
    if (word === 'timestamp' && !this.readTimeZone(lexer)) return false;
    return this.readBounds(lexer);
  }

  get isArray(): boolean {
    return ARRAY_OIDS.has(this.oid);
  }

  /** Sets `oid`. Gives the word that the grammar knows, '' for a name of the catalogue, null for no type. */
  private readName(lexer: Lexer): string | null {
    let isCatalog = false;
    if (isPgCatalog(lexer)) {
      lexer.next();
      if (!lexer.acceptPunctuation(0x2e)) return null;
      isCatalog = true;
    }
    const quoted = lexer.kind === TOKEN.quotedName;
    if (!quoted && lexer.kind !== TOKEN.word) return null;
    const word = quoted
      ? lexer.text.toString('latin1', lexer.start + 1, lexer.end - 1)
      : lexer.text.toString('latin1', lexer.start, lexer.end).toLowerCase();
    const oid = CATALOG.get(word) ?? (isCatalog || quoted ? undefined : KEYWORDS.get(word));
    if (oid === undefined) return null;
    lexer.next();
    this.oid = oid;
    return (isCatalog || quoted) && word !== 'bpchar' ? '' : word;
  }

  /** `(n)`. Numeric's is left to the engine, as it rounds. */
  private readModifier(lexer: Lexer, word: string): boolean {
    lexer.next();
    if (lexer.kind !== TOKEN.number) return false;
    const n = Number(lexer.upperWord());
    lexer.next();
    if (!Number.isSafeInteger(n) || n < 0 || !lexer.acceptPunctuation(0x29)) return false;
    if (word === 'float') {
      this.oid = n <= FLOAT4_BITS ? OID.float4 : OID.float8;
      return n >= 1 && n <= FLOAT8_BITS;
    }
    this.modifier = n;
    return WITH_MODIFIER.has(this.oid);
  }

  private readTimeZone(lexer: Lexer): boolean {
    const withZone = lexer.acceptWord('WITH');
    if (!withZone && !lexer.acceptWord('WITHOUT')) return true;
    if (withZone) this.oid = OID.timestamptz;
    return lexer.acceptWord('TIME') && lexer.acceptWord('ZONE');
  }

  /** `[]`, `[3][3]`, `ARRAY`, `ARRAY[3]`: PostgreSQL ignores how many and how large. */
  private readBounds(lexer: Lexer): boolean {
    const array = lexer.acceptWord('ARRAY');
    if (!array && !lexer.isPunctuation(0x5b)) return true;
    while (lexer.acceptPunctuation(0x5b)) {
      if (lexer.kind === TOKEN.number) lexer.next();
      if (!lexer.acceptPunctuation(0x5d)) return false;
    }
    const oid = ARRAYS.get(this.oid);
    this.oid = oid ?? 0;
    return oid !== undefined && this.modifier === NO_MODIFIER;
  }
}

function isPgCatalog(lexer: Lexer): boolean {
  if (lexer.isWord('PG_CATALOG')) return true;
  if (lexer.kind !== TOKEN.quotedName) return false;
  return lexer.text.toString('latin1', lexer.start + 1, lexer.end - 1) === 'pg_catalog';
}
