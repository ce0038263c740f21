// Rows as COPY data, in PostgreSQL's text and CSV formats, a piece of the stream at a time.

/** A field; null: NULL. */
export type Field = string | null;

export interface Piece {
  readonly bytes: Buffer;
  readonly rows: number;
}

const PIECE_CHARACTERS = 64 * 1024;

const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };

export function textLine(fields: readonly Field[]): string {
  return `${fields.map(textField).join('\t')}\n`;
}

function textField(field: Field): string {
  return field === null ? '\\N' : field.replace(/[\\\t\n\r]/g, (character) => ESCAPES[character] ?? '');
}

/** Every value is quoted: what is not is NULL. */
export function csvLine(fields: readonly Field[]): string {
  return `${fields.map((field) => (field === null ? '' : `"${field.replace(/"/g, '""')}"`)).join(',')}\n`;
}

export function* piecesOf(lines: Iterable<string>): Generator<Piece> {
  let text = '';
  let rows = 0;
  for (const line of lines) {
    text += line;
    rows++;
    if (text.length < PIECE_CHARACTERS) continue;
    yield { bytes: Buffer.from(text), rows };
    text = '';
    rows = 0;
  }
  if (rows > 0) yield { bytes: Buffer.from(text), rows };
}
