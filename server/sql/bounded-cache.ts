// A cache by text that forgets what was used longest ago, bounded in entries and in the bytes of its keys.

export class BoundedCache<Value> {
  private readonly entries = new Map<string, Value>();
  private bytes = 0;

  constructor(
    private readonly maxEntries: number,
    private readonly maxBytes: number,
  ) {}

  /** Undefined: not known. What is read becomes the youngest. */
  get(key: string): Value | undefined {
    const value = this.entries.get(key);
    if (value === undefined) return undefined;
    this.entries.delete(key);
    this.entries.set(key, value);
    return value;
  }

  set(key: string, value: Value): void {
    this.remove(key);
    this.entries.set(key, value);
    this.bytes += key.length;
    while (this.entries.size > this.maxEntries || this.bytes > this.maxBytes) {
      const oldest = this.entries.keys().next();
      if (oldest.done === true) return;
      this.remove(oldest.value);
    }
  }

  get size(): number {
    return this.entries.size;
  }

  private remove(key: string): void {
    if (this.entries.delete(key)) this.bytes -= key.length;
  }
}
