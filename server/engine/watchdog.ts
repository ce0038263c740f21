// Ends the engine when its server can no longer do so. A server that is killed outright runs no handler, and PostgreSQL
// would stay behind for ever; a pipe from the server closes however the server ends, so a small shell waits at it.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { asEngineUser, type EngineUser } from './engine-user';

export interface Watchdog {
  /** Says whom to end; to be called in the turn that starts the engine. */
  watch(pid: number): void;
  /** Ends the watchdog and leaves the engine alone. */
  dismiss(): Promise<void>;
}

/** Immediate shutdown, killed after 5 s, then the folder of the engine. It is never reached after `dismiss`. */
const SCRIPT = `read -r pid || exit 0
read -r _
kill -QUIT "$pid"
for _ in 1 2 3 4 5 6 7 8 9 10; do kill -0 "$pid" 2>/dev/null || break; sleep 0.5; done
kill -KILL "$pid" 2>/dev/null
rm -rf "$1"`;

/** `folder` is removed with the engine. */
export function startWatchdog(folder: string, user: EngineUser | null): Watchdog {
  const child = spawn('/bin/sh', ['-c', SCRIPT, 'sluice-watchdog', folder], {
    ...asEngineUser(user),
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  const ended = endOf(child);
  // Where it could not be started, or was killed, the engine works all the same.
  child.stdin.on('error', () => undefined);
  return {
    watch: (pid) => child.stdin.write(`${pid}\n`),
    dismiss: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

async function endOf(child: ChildProcess): Promise<void> {
  await once(child, 'exit').catch(() => undefined);
}
