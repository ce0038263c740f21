// Ranges of time that do not meet: whether another one meets any of them is found by halving.

export class TimeRanges {
  private readonly begins: number[] = [];
  private readonly ends: number[] = [];

  /** Does [begin, end) share a time with one of the ranges? */
  meets(begin: number, end: number): boolean {
    const at = this.firstEndingAfter(begin);
    return at < this.ends.length && this.begins[at]! < end;
  }

  /** Adds [begin, end); ranges that it meets become one with it. */
  add(begin: number, end: number): void {
    const at = this.firstEndingAfter(begin);
    let next = at;
    let from = begin;
    let to = end;
    for (; next < this.ends.length && this.begins[next]! < end; next++) {
      from = Math.min(from, this.begins[next]!);
      to = Math.max(to, this.ends[next]!);
    }
    this.begins.splice(at, next - at, from);
    this.ends.splice(at, next - at, to);
  }

  private firstEndingAfter(time: number): number {
    let low = 0;
    let high = this.ends.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.ends[middle]! > time) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
