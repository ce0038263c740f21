// The server's own session: makes the engine's databases, roles and tables, as its superuser.
import type { PostgresError } from '../postgres-error';
import { dataRowText, decodeErrorResponse } from '../protocol/backend-messages';
import { encodeQuery } from '../protocol/engine-messages';
import { SUPERUSER } from './configuration';
import { openEngineSession } from './engine-session';

export type AdminRow = readonly (string | null)[];

export interface AdminSession {
  /** ParameterStatus as the session began. */
  readonly parameters: ReadonlyMap<string, string>;
  readonly isOpen: boolean;
  /** Runs statements as one simple Query; returns the rows of all. One at a time. Throws the engine's PostgresError. */
  query(text: string): Promise<AdminRow[]>;
  end(): void;
}

/** Throws as openEngineSession does. */
export async function openAdminSession(socketPath: string, database: string): Promise<AdminSession> {
  const answers = new Answers();
  const session = await openEngineSession({
    ...{ socketPath, database, username: SUPERUSER, parameters: new Map() },
    onMessage: (type, message) => answers.take(String.fromCharCode(type), message),
    onClose: (error) => answers.close(error ?? new Error('the session has ended')),
  });
  return {
    parameters: session.parameters,
    get isOpen() {
      return answers.closed === null;
    },
    query: (text) => {
      const answer = answers.next();
      session.send(encodeQuery(text));
      return answer;
    },
    end: () => session.end(),
  };
}

/** Gathers what one Query is answered. */
class Answers {
  closed: Error | null = null;
  private rows: AdminRow[] = [];
  private error: PostgresError | null = null;
  private settle: { resolve: (rows: AdminRow[]) => void; reject: (error: Error) => void } | null = null;

  next(): Promise<AdminRow[]> {
    if (this.closed !== null) return Promise.reject(this.closed);
    this.rows = [];
    this.error = null;
    return new Promise((resolve, reject) => {
      this.settle = { resolve, reject };
    });
  }

  take(type: string, message: Buffer): void {
    if (type === 'D') this.rows.push(dataRowText(message));
    else if (type === 'E') this.error ??= decodeErrorResponse(message);
    else if (type === 'Z' && this.error === null) this.settle?.resolve(this.rows);
    else if (type === 'Z') this.settle?.reject(this.error!);
  }

  close(error: Error): void {
    this.closed = this.error ?? error;
    this.settle?.reject(this.closed);
  }
}
