// The line of its log in which a part says where it listens.

/** The fields of a log line whose event is "listening"; null for any other line. */
export function readListening(line: string): Readonly<Record<string, unknown>> | null {
  if (!line.startsWith('{')) return null;
  try {
    const fields = JSON.parse(line) as Record<string, unknown>;
    return fields['event'] === 'listening' ? fields : null;
  } catch {
    return null;
  }
}
