// What a session needs from the rest of the server, as function types: made in main.ts, faked in tests.
import type { Log } from '../../shared/log';
import type { OverLimit } from './before-statement';
import type { TableDirectory } from './own-tables';
import type { DefinitionPorts } from './table-ddl';
import type { UnitPorts } from './transaction';
import type { WriteAccess } from './write-access';

export interface EngineSession {
  readonly parameters: ReadonlyMap<string, string>;
  /** The engine does not keep up with what it is sent: onDrain says when it does. */
  readonly writableNeedsDrain: boolean;
  send(bytes: Buffer): void;
  pause(): void;
  resume(): void;
  cancel(): Promise<void>;
  end(): void;
}

interface EngineEvents {
  /** A whole message, type and length included. */
  readonly onMessage: (type: number, message: Buffer) => void;
  readonly onClose: (error: Error | null) => void;
  readonly onDrain: () => void;
}

/** Opens this session's engine session. Rejects with PostgresError where the engine refuses a startup parameter. */
export type OpenEngineSession = (events: EngineEvents) => Promise<EngineSession>;

export interface SessionPorts extends UnitPorts {
  readonly openEngineSession: OpenEngineSession;
  /** ParameterStatus values of a fresh engine session, read once. */
  readonly engineParameters: ReadonlyMap<string, string>;
  readonly memory: MemoryGauge;
  /** The tables that the session's user has. */
  readonly tables: TableDirectory;
  /** Where CREATE TABLE in schema raw goes; null: the engine refuses it. */
  readonly definitions: DefinitionPorts | null;
  /** True where the user's staging tables hold more than they may. */
  readonly isOverLimit: () => boolean;
  /** The same, measured anew. */
  readonly overLimit: () => Promise<OverLimit | null>;
  /** Whether a user may write to a table; absent: CDF says so when it is written. */
  readonly access?: Pick<WriteAccess, 'isKnown' | 'check'>;
  /** Puts the user's loads into the engine, for SELECT from sluice.batches and sluice.rejected_rows. */
  readonly showLoads: () => Promise<void>;
  /** The session is over. */
  readonly left: () => void;
  readonly log: Log;
}

/** What a session is told by its parts. */
export interface SessionEvents {
  /** The engine refused a message whose group has no Sync yet. */
  readonly skip: () => void;
  readonly parameter: (message: Buffer) => void;
  readonly lost: () => void;
  /** The engine has answered something. */
  readonly answered: () => void;
  /** A COPY takes the client's messages from here on; its data may be here already. */
  readonly copying: () => void;
  /** The engine has read what it was behind with. */
  readonly drained: () => void;
}

/** What all sessions hold together; a session above its share cuts its windows early. */
export interface MemoryGauge {
  /** Sets what `owner` holds, in bytes; true where all together hold too much, and `owner` more than its share. */
  hold(owner: object, bytes: number): boolean;
  release(owner: object): void;
}

/** A gauge with a limit in bytes over all owners. */
export function createMemoryGauge(limitBytes: number): MemoryGauge {
  const held = new Map<object, number>();
  let total = 0;
  return {
    hold(owner, bytes) {
      total += bytes - (held.get(owner) ?? 0);
      if (bytes > 0) held.set(owner, bytes);
      else held.delete(owner);
      return total > limitBytes && bytes > limitBytes / held.size;
    },
    release(owner) {
      this.hold(owner, 0);
    },
  };
}
