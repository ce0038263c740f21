// Makes a session for a client that has logged in: its database in the engine, its conversation.
import { openEngineSession } from '../engine/engine-session';
import type { UserEntry } from '../engine/engine-databases';
import type { OpenSession, SessionContext } from '../connection';
import type { OverLimit } from './before-statement';
import { CATALOGUE_ONLY, type OwnTables } from './own-tables';
import type { EngineSession, OpenEngineSession, SessionPorts } from './ports';
import { GatewaySession } from './session';
import type { ShownLoads } from './shown-loads';
import type { DefinitionPorts } from './table-ddl';

/** What of the engine a session needs. */
export interface EngineOfSessions {
  readonly socketPath: string;
  readonly parameterStatus: ReadonlyMap<string, string>;
  /** Makes the user's role and database where they are not there yet. */
  prepareUser(username: string): Promise<void>;
  /** A session of the user begins. */
  enterUser(username: string): UserEntry;
  isOverLimit(username: string): boolean;
  overLimit(username: string): Promise<OverLimit | null>;
}

/** What is the same for all sessions. */
export interface SharedPorts extends Omit<
  SessionPorts,
  | 'openEngineSession'
  | 'engineParameters'
  | 'tables'
  | 'definitions'
  | 'isOverLimit'
  | 'overLimit'
  | 'showLoads'
  | 'left'
> {
  /** Absent: nothing is known of the user's loads. */
  readonly loads?: Pick<ShownLoads, 'refresh'>;
  /** Absent: nobody has tables of one's own. */
  readonly ownTables?: OwnTables;
  readonly definitions?: DefinitionPorts;
}

export function createOpenSession(
  engine: EngineOfSessions,
  maxMessageBytes: number,
  ports: SharedPorts,
): OpenSession {
  return async (context) => {
    const own = portsOf(context, engine, ports);
    try {
      const session = new GatewaySession(context, own, maxMessageBytes);
      await session.start(needsEngineAtStart(context.startupParameters));
      return session;
    } catch (error) {
      own.left();
      throw error;
    }
  };
}

function portsOf(context: SessionContext, engine: EngineOfSessions, ports: SharedPorts): SessionPorts {
  const { username } = context;
  const { ownTables, definitions = null, loads, ...others } = ports;
  const entry = engine.enterUser(username);
  const entered = ownTables?.enter(username);
  const tables = entered?.tables ?? CATALOGUE_ONLY;
  let isOver = false;
  return {
    ...others,
    ...{ tables, definitions, engineParameters: engine.parameterStatus },
    isOverLimit: () => engine.isOverLimit(username),
    overLimit: () => engine.overLimit(username),
    showLoads: async () => {
      if (loads === undefined) return;
      await engine.prepareUser(username);
      await loads.refresh(username);
    },
    left: () => {
      if (isOver) return;
      isOver = true;
      entered?.leave();
      entry.leave();
    },
    openEngineSession: openEngine(context, engine, async () => {
      await engine.prepareUser(username);
      await tables.show();
      return entry.attach();
    }),
  };
}

/** `enter`: sees to it that the user's database has what it must; its function says that the session has ended. */
function openEngine(
  { username, startupParameters: parameters }: SessionContext,
  engine: EngineOfSessions,
  enter: () => Promise<() => void>,
): OpenEngineSession {
  return async (events): Promise<EngineSession> => {
    // The session of the engine ends later than the client's: until then its temporary tables are there.
    const leave = await enter();
    const onClose = (error: Error | null) => {
      leave();
      events.onClose(error);
    };
    try {
      const { socketPath } = engine;
      return await openEngineSession({ socketPath, username, parameters, ...events, onClose });
    } catch (error) {
      leave();
      throw error;
    }
  };
}

/** Startup parameters that the engine need not see before the first message. */
const HARMLESS = new Set(['user', 'database', 'application_name']);

/** True where the engine has to judge the startup parameters at once. */
function needsEngineAtStart(parameters: ReadonlyMap<string, string>): boolean {
  for (const [name, value] of parameters) {
    if (HARMLESS.has(name)) continue;
    if (name === 'client_encoding' && /^utf-?8$/i.test(value)) continue;
    return true;
  }
  return false;
}
