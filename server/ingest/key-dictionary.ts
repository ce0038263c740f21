// Gives every distinct key of a load (series, external id, RAW key) a small number, straight from its bytes.
// So rows are grouped, deduplicated and spread over lanes by integers: no string per row.

const FIRST_SLOTS = 1024;

export class KeyDictionary {
  /** Number of distinct keys. Keys are numbered from 0 in the order of their first appearance. */
  size = 0;
  private slots = new Int32Array(FIRST_SLOTS).fill(-1);
  private hashes = new Int32Array(FIRST_SLOTS >> 1);
  private starts = new Int32Array((FIRST_SLOTS >> 1) + 1);
  private bytes: Buffer = Buffer.allocUnsafe(FIRST_SLOTS * 16);

  /** The number of a key that is there already, or -1. */
  find(buffer: Buffer, start: number, end: number, kind = 0): number {
    const hash = hashOfBytes(buffer, start, end, kind);
    const mask = this.slots.length - 1;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const key = this.slots[slot]!;
      if (key < 0 || (this.hashes[key] === hash && this.equals(key, buffer, start, end))) return key;
    }
  }

  /** The number of the key buffer[start, end). `kind` tells apart equal bytes that mean different things (an id, an external id). */
  intern(buffer: Buffer, start: number, end: number, kind = 0): number {
    const hash = hashOfBytes(buffer, start, end, kind);
    const mask = this.slots.length - 1;
    let slot = hash & mask;
    for (;;) {
      const key = this.slots[slot]!;
      if (key < 0) return this.add(slot, hash, buffer.subarray(start, end));
      if (this.hashes[key] === hash && this.equals(key, buffer, start, end)) return key;
      slot = (slot + 1) & mask;
    }
  }

  /** A well-mixed number of the key, the same in every process: what lanes are chosen by. */
  hashOf(key: number): number {
    return this.hashes[key]! >>> 0;
  }

  /** The key's bytes; valid until the next intern. */
  bytesOf(key: number): Buffer {
    return this.bytes.subarray(this.starts[key], this.starts[key + 1]);
  }

  /** Bytes of memory that the dictionary holds. */
  get memory(): number {
    return this.bytes.length + this.slots.length * 4 + this.hashes.length * 8;
  }

  private equals(key: number, buffer: Buffer, start: number, end: number): boolean {
    const from = this.starts[key]!;
    if (this.starts[key + 1]! - from !== end - start) return false;
    for (let i = start, j = from; i < end; i++, j++) if (buffer[i] !== this.bytes[j]) return false;
    return true;
  }

  private add(slot: number, hash: number, key: Buffer): number {
    const number = this.size++;
    const from = this.starts[number]!;
    if (from + key.length > this.bytes.length) this.bytes = grown(this.bytes, from + key.length);
    key.copy(this.bytes, from);
    this.slots[slot] = number;
    this.hashes[number] = hash;
    this.starts[number + 1] = from + key.length;
    if (this.size >= this.hashes.length) this.rehash();
    return number;
  }

  /** Twice the slots, so that at most half of them are taken. */
  private rehash(): void {
    const slots = new Int32Array(this.slots.length * 2).fill(-1);
    const mask = slots.length - 1;
    for (let key = 0; key < this.size; key++) {
      let slot = this.hashes[key]! & mask;
      while (slots[slot]! >= 0) slot = (slot + 1) & mask;
      slots[slot] = key;
    }
    const hashes = new Int32Array(slots.length >> 1);
    hashes.set(this.hashes);
    const starts = new Int32Array((slots.length >> 1) + 1);
    starts.set(this.starts);
    this.slots = slots;
    this.hashes = hashes;
    this.starts = starts;
  }
}

/** FNV-1a, its halves mixed for the mask. */
function hashOfBytes(buffer: Buffer, start: number, end: number, kind: number): number {
  let hash = 0x811c9dc5 ^ kind;
  for (let i = start; i < end; i++) hash = Math.imul(hash ^ buffer[i]!, 0x01000193);
  return hash ^ (hash >>> 15);
}

function grown(bytes: Buffer, needed: number): Buffer {
  const next = Buffer.allocUnsafe(Math.max(needed, bytes.length * 2));
  bytes.copy(next);
  return next;
}
