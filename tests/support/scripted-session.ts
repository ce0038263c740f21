// A session without engine or rows: enough for drivers to log in and ask `select 1`, and a record of what it was told.
import type { OpenSession, Session, SessionContext } from '../../server/connection';
import { PostgresError } from '../../server/postgres-error';
import { MessageWriter } from '../../server/protocol/backend-messages';
import { FrameReader } from '../../server/protocol/frame-reader';
import { FRONTEND } from '../../server/protocol/frontend-messages';

export class ScriptedSession implements Session {
  readonly told: string[] = [];
  received = Buffer.alloc(0);
  private readonly reader = new FrameReader();

  constructor(readonly context: SessionContext) {
    const { processId, secretKey } = context;
    this.say((writer) => {
      writer.parameterStatus('server_version', '17.10');
      writer.parameterStatus('client_encoding', 'UTF8');
      writer.backendKeyData(processId, secretKey);
      writer.readyForQuery('I');
    });
  }

  receive(chunk: Buffer): void {
    this.received = Buffer.concat([this.received, chunk]);
    this.reader.push(chunk);
    for (let frame = this.reader.read(); frame !== null; frame = this.reader.read()) {
      if (frame.type === FRONTEND.Terminate) this.context.close();
      if (frame.type === FRONTEND.Query) this.answer();
    }
  }

  writable(): void {
    this.told.push('writable');
  }

  cancel(): void {
    this.told.push('cancel');
  }

  drain(): Promise<void> {
    const message = 'terminating connection due to administrator command';
    this.say((writer) =>
      writer.errorResponse(new PostgresError('admin_shutdown', message, { severity: 'FATAL' })),
    );
    return Promise.resolve();
  }

  closed(): void {
    this.told.push('closed');
  }

  private answer(): void {
    this.say((writer) => {
      writer.rowDescription([{ name: 'one', typeOid: 23, typeSize: 4 }]);
      writer.dataRow(['1']);
      writer.commandComplete('SELECT 1');
      writer.readyForQuery('I');
    });
  }

  private say(write: (writer: MessageWriter) => void): void {
    const writer = new MessageWriter();
    write(writer);
    this.context.send(writer.take());
  }
}

/** Keeps every session that it opens in `sessions`. */
export function scriptedSessions(sessions: ScriptedSession[]): OpenSession {
  return (context) => {
    const session = new ScriptedSession(context);
    sessions.push(session);
    return Promise.resolve(session);
  };
}
