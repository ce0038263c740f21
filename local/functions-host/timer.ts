// Timer triggers, as far as Sluice needs them: a function that runs once a day.
import type { Log } from '../../shared/log';
import { describeError } from '../../shared/log';

const DAY_MS = 24 * 3_600_000;
const DAILY = /^(\d{1,2}) (\d{1,2}) (\d{1,2}) \* \* \*$/;

export interface Timer {
  stop(): void;
}

/** Milliseconds from `now` to the next time of an NCRONTAB text `second minute hour * * *`, UTC. Throws for other forms. */
export function untilNext(schedule: string, now: number): number {
  const match = DAILY.exec(schedule);
  if (match === null) throw new Error(`this host runs daily timers only, not "${schedule}"`);
  const [second, minute, hour] = match.slice(1).map(Number) as [number, number, number];
  const ofDay = ((hour * 60 + minute) * 60 + second) * 1000;
  const left = (ofDay - (now % DAY_MS) + DAY_MS) % DAY_MS;
  return left === 0 ? DAY_MS : left;
}

/** Runs it each day; a run that fails is logged, and the next day's comes all the same. */
export function startTimer(schedule: string, run: () => Promise<unknown>, log: Log): Timer {
  let timeout: NodeJS.Timeout;
  const wait = () => {
    timeout = setTimeout(
      () => {
        wait();
        run().catch((error: unknown) => log.error('timer function failed', { error: describeError(error) }));
      },
      untilNext(schedule, Date.now()),
    );
  };
  wait();
  return { stop: () => clearTimeout(timeout) };
}
