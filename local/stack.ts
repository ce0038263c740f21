// The parts of the local stack as one: if one of them ends by itself, all do; and they are stopped in the order in which
// a row leaves them, so that what is under way can still arrive.
import { startPart, type Part, type PartOptions } from './part';

/** Parts that are stopped together, and how long they may take, ms. */
export interface StopTurn {
  readonly names: readonly string[];
  readonly limitMs: number;
}

export interface Stack {
  start<Ready>(options: PartOptions<Ready>): Part<Ready>;
  /** Rejects when a part ends that nobody has stopped. */
  readonly crashed: Promise<never>;
  /** Name and process id of each part. */
  processes(): Record<string, number>;
  /** Stops all parts; none can be started any more. */
  stop(): Promise<void>;
}

export function createStack(turns: readonly StopTurn[]): Stack {
  const parts: Part[] = [];
  let stopping: Promise<void> | null = null;
  let crash!: (error: Error) => void;
  const crashed = new Promise<never>((_resolve, reject) => (crash = reject));
  crashed.catch(() => undefined);
  return {
    crashed,
    start(options) {
      if (stopping !== null) throw new Error(`${options.name} is not started: the stack is stopping`);
      const part = startPart(options);
      parts.push(part);
      void part.ended.then((reason) => {
        if (stopping === null) crash(new Error(reason));
      });
      return part;
    },
    processes: () => Object.fromEntries(parts.map(({ name, pid }) => [name, pid])),
    stop: () => (stopping ??= stopInTurns(parts, turns)),
  };
}

async function stopInTurns(parts: readonly Part[], turns: readonly StopTurn[]): Promise<void> {
  for (const { names, limitMs } of turns)
    await Promise.all(parts.filter(({ name }) => names.includes(name)).map((part) => part.stop(limitMs)));
}
