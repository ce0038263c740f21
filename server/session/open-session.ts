// Makes a session for a client that has logged in: its database in the engine, its conversation.
import { openEngineSession } from '../engine/engine-session';
import type { OpenSession, SessionContext } from '../connection';
import type { SessionPorts } from './ports';
import { GatewaySession } from './session';

/** What of the engine a session needs. */
export interface EngineOfSessions {
  readonly socketPath: string;
  readonly parameterStatus: ReadonlyMap<string, string>;
  /** Makes the user's role and database where they are not there yet. */
  prepareUser(username: string): Promise<void>;
}

export function createOpenSession(
  engine: EngineOfSessions,
  maxMessageBytes: number,
  ports: Omit<SessionPorts, 'openEngineSession' | 'engineParameters'>,
): OpenSession {
  return async (context) => {
    const session = new GatewaySession(context, portsOf(context, engine, ports), maxMessageBytes);
    await session.start(needsEngineAtStart(context.startupParameters));
    return session;
  };
}

function portsOf(
  context: SessionContext,
  engine: EngineOfSessions,
  ports: Omit<SessionPorts, 'openEngineSession' | 'engineParameters'>,
): SessionPorts {
  const { username, startupParameters: parameters } = context;
  return {
    ...ports,
    engineParameters: engine.parameterStatus,
    openEngineSession: async (events) => {
      await engine.prepareUser(username);
      return openEngineSession({ socketPath: engine.socketPath, username, parameters, ...events });
    },
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
