// Which keys a window of UPDATE or DELETE rows holds, and which statement put them there: each statement is told how many
// rows it has affected, so a key counts once a statement, and never stands in one request for two statements.
import { KeyDictionary } from './key-dictionary';
import { type Admission, grownInt32 } from './rows';

const FIRST_KEYS = 256;
/** A dictionary up to this size is kept from statement to statement. */
const KEPT_BYTES = 1024 * 1024;

export class SeenKeys {
  private dictionary = new KeyDictionary();
  private statement = 0;
  /** By key: the latest statement that has named it, and its row in the window then. */
  private statements: Int32Array = new Int32Array(FIRST_KEYS);
  private rows: Int32Array = new Int32Array(FIRST_KEYS);
  /** By row of the window: its key. */
  private keys: Int32Array = new Int32Array(FIRST_KEYS);
  private admitted = 0;

  get bytes(): number {
    return this.dictionary.memory + this.statements.length * 8 + this.keys.length * 4;
  }

  /** Rows of another statement begin, or of the same one again, after its first ones were taken back. */
  startStatement(isEmpty: boolean): void {
    this.statement++;
    if (isEmpty && this.dictionary.memory > KEPT_BYTES) this.shrink();
  }

  /** What is to be done with a row of this key; `count`: how many rows the window holds. */
  admit(key: Buffer, length: number, count: number): Admission {
    const number = this.dictionary.intern(key, 0, length);
    while (number >= this.statements.length) {
      this.statements = grownInt32(this.statements);
      this.rows = grownInt32(this.rows);
    }
    if (this.statements[number] === this.statement) return 'skip';
    this.admitted = number;
    const row = this.rows[number]!;
    return row < count && this.keys[row] === number ? 'cut' : 'take';
  }

  /** The row that was admitted last is in the window. */
  commit(row: number): void {
    while (row >= this.keys.length) this.keys = grownInt32(this.keys);
    this.keys[row] = this.admitted;
    this.rows[this.admitted] = row;
    this.statements[this.admitted] = this.statement;
  }

  /** Forgets all keys: a statement that goes on may then count one twice. */
  shrink(): void {
    this.dictionary = new KeyDictionary();
    this.statements = new Int32Array(FIRST_KEYS);
    this.rows = new Int32Array(FIRST_KEYS);
    this.keys = new Int32Array(FIRST_KEYS);
  }
}
