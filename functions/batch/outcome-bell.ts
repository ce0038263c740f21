// Tells batches of this instance that wait for another at once when this instance has recorded that one's outcome. Without
// it each link in a chain of small batches would cost a poll; what other instances record is still seen by polling.

/** What one waiting batch hears. */
export interface Ear {
  /** Resolves at the first ring from now on. */
  next(): Promise<void>;
  close(): void;
}

export class OutcomeBell {
  private readonly ears = new Map<string, Set<() => void>>();

  ring(batchId: string): void {
    for (const hear of this.ears.get(batchId) ?? []) hear();
  }

  /** Hears the bell of each of these batches, until it is closed. */
  listen(batchIds: readonly string[]): Ear {
    let wake: () => void = () => undefined;
    const hear = () => wake();
    for (const id of batchIds) this.ears.set(id, (this.ears.get(id) ?? new Set()).add(hear));
    return {
      next: () => new Promise((resolve) => (wake = resolve)),
      close: () => batchIds.forEach((id) => this.remove(id, hear)),
    };
  }

  private remove(id: string, hear: () => void): void {
    const ears = this.ears.get(id);
    ears?.delete(hear);
    if (ears?.size === 0) this.ears.delete(id);
  }
}
