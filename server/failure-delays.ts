// Slows down guessing: who failed to log in of late waits before the next answer.
// By user name, not by address: behind the TCP front all clients have one. Unknown names wait alike.

/** A mistyped password costs nothing. */
const FREE_FAILURES = 2;
const FIRST_DELAY_MS = 250;
/** Also the most that somebody else's guessing can cost the rightful user, so it must stay bearable. */
const MAX_DELAY_MS = 4_000;
/** Failures older than this are forgotten. */
const MEMORY_MS = 10 * 60_000;
/** Names remembered; beyond it the one that failed longest ago is forgotten. */
const MAX_NAMES = 10_000;

interface Failures {
  readonly count: number;
  readonly lastTime: number;
}

export class FailureDelays {
  private readonly failures = new Map<string, Failures>();

  constructor(private readonly now: () => number) {}

  /** Milliseconds to wait before this user is answered, rightly or not: a delay of failures only would tell them apart. */
  delayMs(username: string): number {
    const beyond = this.countOf(username) - FREE_FAILURES;
    return beyond < 0 ? 0 : Math.min(FIRST_DELAY_MS * 2 ** beyond, MAX_DELAY_MS);
  }

  failed(username: string): void {
    const count = this.countOf(username) + 1;
    // Deleted first: a Map keeps the order of insertion, so its first name is the one to forget.
    this.failures.delete(username);
    this.failures.set(username, { count, lastTime: this.now() });
    if (this.failures.size > MAX_NAMES) this.failures.delete(this.failures.keys().next().value!);
  }

  succeeded(username: string): void {
    this.failures.delete(username);
  }

  private countOf(username: string): number {
    const known = this.failures.get(username);
    return known === undefined || this.now() - known.lastTime > MEMORY_MS ? 0 : known.count;
  }
}
