// Logs: one JSON object a line on standard output, which Azure Monitor and a terminal both read.
// Callers never pass passwords, secrets, tokens or row values.

export type LogFields = Readonly<Record<string, string | number | boolean | null | undefined>>;

export interface Log {
  info(event: string, fields?: LogFields): void;
  warn(event: string, fields?: LogFields): void;
  error(event: string, fields?: LogFields): void;
}

/** A log of one part of Sluice, e.g. `server`. `write` gets whole lines. */
export function createLog(part: string, write: (line: string) => void = writeToStdout): Log {
  const at =
    (level: string) =>
    (event: string, fields: LogFields = {}) =>
      write(JSON.stringify({ time: new Date().toISOString(), level, part, event, ...fields }) + '\n');
  return { info: at('info'), warn: at('warn'), error: at('error') };
}

function writeToStdout(line: string): void {
  process.stdout.write(line);
}

/** An error's class and message, cut: an SDK's error may carry a whole request (CDF: 900 000 characters seen). */
export function describeError(error: unknown): string {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return text.slice(0, 300);
}
