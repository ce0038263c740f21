// Rows that the engine has made of expressions or of a SELECT, on their way into the unit: as many as there are, one at a
// time, no faster than they are staged.
import type { EngineLink } from './engine-link';
import type { Transaction } from './transaction';

export class EvaluatedRows {
  private failure: unknown = null;
  private isWaiting = false;

  constructor(
    private readonly link: Pick<EngineLink, 'pause' | 'resume'>,
    private readonly transaction: Pick<Transaction, 'isBehind' | 'catchUp'>,
    private readonly append: (message: Buffer) => void,
  ) {}

  /** Takes a DataRow. After the first that is refused the rest is read over. */
  readonly take = (message: Buffer): void => {
    if (this.failure !== null) return;
    try {
      this.append(message);
    } catch (error) {
      this.failure = error;
    }
    if (this.transaction.isBehind) this.wait();
  };

  /** Throws what has gone wrong with a row, or with storage. */
  finish(): void {
    if (this.failure !== null) throw this.failure as Error;
  }

  private wait(): void {
    if (this.isWaiting) return;
    this.isWaiting = true;
    this.link.pause();
    this.transaction
      .catchUp()
      .catch((error: unknown) => (this.failure ??= error))
      .finally(() => {
        this.isWaiting = false;
        this.link.resume();
      })
      .catch(() => undefined);
  }
}
