// The SQL engine: a private PostgreSQL of this server process, made from the gateway's tables at each start and thrown
// away at its end. Behind each client's session stands a session of it.
import { describeError, type Log } from '../../shared/log';
import { TABLES } from '../../shared/tables/catalogue';
import type { Table } from '../../shared/tables/table';
import { openAdminSession } from './admin-query';
import { type Binaries, findBinaries } from './binaries';
import { TEMPLATE_DATABASE } from './configuration';
import { engineDdl } from './ddl';
import { EngineDatabases, type UserEntry } from './engine-databases';
import { keepSecret } from './evaluation';
import { type EngineUser, findEngineUser } from './engine-user';
import { makeEngineFolder, openCache, removeFolder, sweepEngineFolders } from './folders';
import { type Postmaster, startPostmaster } from './postmaster';
import { type OverLimit, StagingWatch } from './staging-watch';
import { copyTemplate, findTemplate } from './template';
import { createRunInDatabase } from './user-databases';

export interface EngineOptions {
  /** Folder of initdb and postgres; null: those that npm brought. */
  readonly binDirectory: string | null;
  /** Keeps the template, and the programs where they have to be copied, from start to start. */
  readonly cacheDirectory: string;
  /** Sessions of clients and of the server together. */
  readonly maxConnections: number;
  /** What one user's tables may hold on disk; absent: 4 GiB. */
  readonly maxStagingBytes?: number;
  readonly log: Log;
}

export interface Engine {
  /** File of the Unix socket. */
  readonly socketPath: string;
  readonly serverVersion: string;
  readonly pid: number;
  /** What a user's fresh session reports, but for its own name (session_authorization). */
  readonly parameterStatus: ReadonlyMap<string, string>;
  /** Resolves where PostgreSQL ends though nobody has stopped it. */
  readonly exited: Promise<Error>;
  /** Sees to it that the user has a role and a database. Idempotent. Throws 28000 for a name that cannot be one. */
  prepareUser(username: string): Promise<void>;
  /** A client's session of the user begins. With the last one go the user's staging tables. */
  enterUser(username: string): UserEntry;
  /** Brings the user's own tables in the engine to this state. False where some wait for a client's locks. */
  showTables(username: string, tables: readonly Table[]): Promise<boolean>;
  /** Runs statements as the superuser in the user's database, as one transaction. Throws the engine's PostgresError. */
  runInDatabase(username: string, text: string): Promise<void>;
  /** True where the user's tables hold more on disk than they may: nothing that makes them grow should be run. */
  isOverLimit(username: string): boolean;
  /** As isOverLimit, measured anew where it says yes: what was over may be gone. Null: within the limit. */
  overLimit(username: string): Promise<OverLimit | null>;
  /** The user is deleted: role and database go when the user's last session has ended. */
  dropUser(username: string): Promise<void>;
  /** Ends all sessions and PostgreSQL, and removes its data. */
  stop(): Promise<void>;
}

interface Ground {
  readonly user: EngineUser | null;
  readonly cache: string;
  readonly binaries: Binaries;
}

/** PostgreSQL keeps some connections back for its superuser (superuser_reserved_connections). */
const RESERVED_CONNECTIONS = 3;

/** Starts the engine: about the time of a copy of the template, or of making it where the cache has none. */
export async function startEngine(options: EngineOptions): Promise<Engine> {
  const ground = await prepareGround(options);
  sweepEngineFolders(ground.user).catch((error: unknown) => {
    options.log.warn('engine-sweep-failed', { error: describeError(error) });
  });
  const folder = await makeEngineFolder(ground.user);
  try {
    const postmaster = await startFromTemplate(options, ground, folder);
    return await engineOn(postmaster, folder, options);
  } catch (error) {
    await removeFolder(folder);
    throw error;
  }
}

async function prepareGround(options: EngineOptions): Promise<Ground> {
  const user = await findEngineUser();
  const cache = await openCache(options.cacheDirectory, user);
  return { user, cache, binaries: await findBinaries(options.binDirectory, cache, user) };
}

/** A template may have lost files (systems tidy their temporary folders): then it is made anew, once. */
async function startFromTemplate(
  { maxConnections, log }: EngineOptions,
  ground: Ground,
  folder: string,
): Promise<Postmaster> {
  const { user, binaries } = ground;
  const onLine = (line: string) => log.info('engine-says', { line });
  const postmasterOptions = { binaries, user, folder, maxConnections: maxConnections + RESERVED_CONNECTIONS };
  const template = await findTemplate({ ...ground, ddl: engineDdl(TABLES) });
  try {
    await copyTemplate(template, folder, user);
    return await startPostmaster({ ...postmasterOptions, onLine });
  } catch (error) {
    log.warn('engine-template-unusable', { error: describeError(error) });
    await removeFolder(template);
    await removeFolder(`${folder}/data`);
    await copyTemplate(await findTemplate({ ...ground, ddl: engineDdl(TABLES) }), folder, user);
    return startPostmaster({ ...postmasterOptions, onLine });
  }
}

async function engineOn(postmaster: Postmaster, folder: string, options: EngineOptions): Promise<Engine> {
  const { socketPath, pid } = postmaster;
  let isStopping = false;
  const exited = new Promise<Error>((resolve) => {
    void postmaster.ended.then((how) => {
      if (!isStopping) resolve(new Error(`the SQL engine has ended: ${how}`));
    });
  });
  let watching: NodeJS.Timeout | undefined;
  const stop = async () => {
    isStopping = true;
    clearInterval(watching);
    await postmaster.stop();
    await removeFolder(folder);
  };
  const failed = (error: unknown) => {
    if (!isStopping) options.log.warn('engine-upkeep-failed', { error: describeError(error) });
  };
  try {
    const admin = await openAdminSession(socketPath, TEMPLATE_DATABASE);
    await admin.query(keepSecret());
    const databases = new EngineDatabases(socketPath, admin, createRunInDatabase(socketPath), failed);
    const watch = watchStaging(databases, options.maxStagingBytes ?? MAX_STAGING_BYTES);
    watching = setInterval(() => void watch.look().catch(failed), WATCH_EVERY_MS).unref();
    const parameterStatus = asOfUser(admin.parameters);
    const serverVersion = parameterStatus.get('server_version') ?? '';
    return {
      ...{ socketPath, serverVersion, pid, parameterStatus, exited, stop },
      ...usersOf(databases),
      isOverLimit: (username) => watch.isOver(username),
      overLimit: (username) => watch.overLimit(username),
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Of one user's database, where the settings name no other limit. */
const MAX_STAGING_BYTES = 4 * 1024 ** 3;
const WATCH_EVERY_MS = 2_000;

function watchStaging(databases: EngineDatabases, maxBytes: number): StagingWatch {
  const ports = {
    ask: (text: string) => databases.ask(text),
    run: (username: string, text: string) => databases.run(username, text),
    present: () => databases.present(),
    now: () => performance.now(),
  };
  return new StagingWatch(ports, maxBytes);
}

type Users = Pick<Engine, 'prepareUser' | 'enterUser' | 'showTables' | 'runInDatabase' | 'dropUser'>;

function usersOf(databases: EngineDatabases): Users {
  return {
    prepareUser: (username) => databases.prepare(username),
    enterUser: (username) => databases.enter(username),
    showTables: (username, tables) => databases.show(username, tables),
    runInDatabase: async (username, text) => void (await databases.run(username, text)),
    dropUser: (username) => databases.drop(username),
  };
}

/** The superuser's session reports what a user's does, but for who it is. */
function asOfUser(reported: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const parameters = new Map([...reported, ['is_superuser', 'off']]);
  parameters.delete('session_authorization');
  return parameters;
}
