// The server's process: reads settings, makes what depends on what, listens, drains at SIGTERM.
import { setTimeout as delay } from 'node:timers/promises';
import { createBatchStore } from '../shared/azure/batch-store';
import { createCapabilityStore } from '../shared/azure/capability-store';
import { createCredentialStore, type CredentialStore } from '../shared/azure/credential-store';
import { createLoadStore } from '../shared/azure/load-store';
import { createOutcomeStore } from '../shared/azure/outcome-store';
import { createOwnTableStore } from '../shared/azure/own-table-store';
import { sharedSecret } from '../shared/azure/shared-secret';
import { connectStorage, type Storage } from '../shared/azure/storage';
import { BATCH_CONTAINER, BATCH_QUEUE } from '../shared/batch';
import { CAPABILITY_TABLE } from '../shared/capability';
import { type Credential, CREDENTIAL_TABLE } from '../shared/credential';
import { LOAD_TABLE } from '../shared/load';
import { createLog, describeError, type Log } from '../shared/log';
import { OUTCOME_TABLE } from '../shared/outcome';
import { OWN_TABLES_TABLE } from '../shared/own-table';
import type { Telemetry } from '../shared/telemetry';
import { startTelemetry } from '../shared/telemetry-start';
import { createAuthenticate } from './authentication';
import { CancelKeys } from './cancel-keys';
import { systemClock } from './clock';
import { DEFAULT_STARTUP_LIMIT_MS, type OpenSession } from './connection';
import { type Engine, startEngine } from './engine/engine';
import { fillLoads, TIDY_LOADS } from './engine/loads-ddl';
import { listenHealth } from './health';
import { type Listener, listen } from './listener';
import { observeLogins, observeQueue, observeSessions } from './observed';
import { createDefinitions, createOwnTables } from './own-definitions';
import { createSecureContextProvider, type SecureContextProvider } from './secure-context';
import { type SessionWatchPorts, watchSessions } from './session-watch';
import type { HandoverPorts } from './ingest/handover';
import { createOpenSession } from './session/open-session';
import { createMemoryGauge } from './session/ports';
import { ShownLoads } from './session/shown-loads';
import { WriteAccess } from './session/write-access';
import { readServerSettings, type ServerSettings } from './settings';
import { loadParser } from './sql/head-exact';

/** Engine sessions beside those of clients: the server's own. */
const ENGINE_RESERVE = 8;
const MOCK_SECRET_BLOB = 'server/mock-secret';

interface Parts {
  readonly engine: Engine;
  readonly certificates: SecureContextProvider | null;
  readonly listener: Listener;
  /** Not ready any more; resolves when every session has ended. */
  readonly drain: () => Promise<void>;
  readonly closeHealth: () => Promise<void>;
  readonly telemetry: Telemetry;
}

async function start(settings: ServerSettings, log: Log): Promise<Parts> {
  const telemetry = startTelemetry(settings, 'sluice-server', log);
  const storage = connectStorage(settings);
  const [engine, mockSecret, certificates] = await Promise.all([
    startEngine({
      binDirectory: settings.postgresBin === '' ? null : settings.postgresBin,
      cacheDirectory: settings.cacheDirectory,
      maxConnections: Number(settings.maxConnections) + ENGINE_RESERVE,
      maxStagingBytes: Number(settings.stagingBytes),
      log,
    }),
    sharedSecret(storage.container(BATCH_CONTAINER), MOCK_SECRET_BLOB),
    openCertificates(settings, log),
    loadParser(),
  ]);
  const credentials = createCredentialStore(storage.table(CREDENTIAL_TABLE));
  const findAllowed = (username: string) => findEnabled(credentials, username);
  let isDraining = false;
  const health = await listenHealth({
    host: settings.host,
    port: Number(settings.healthPort),
    isReady: async () =>
      !isDraining && (await answers(credentials.probe(AbortSignal.timeout(PROBE_LIMIT_MS)))),
  });
  const listener = await listen({
    host: settings.host,
    port: Number(settings.port),
    maxConnections: Number(settings.maxConnections),
    connection: {
      identity: () => certificates?.current() ?? null,
      allowPlaintext: settings.plaintext === 'allow',
      authenticate: observeLogins(
        telemetry,
        createAuthenticate({ findCredential: findAllowed, mockSecret, clock: systemClock }),
      ),
      openSession: watchSessions(
        observeSessions(telemetry, sessions(settings, { storage, engine, telemetry, log })),
        watchPorts(credentials, engine, log),
      ),
      cancelKeys: new CancelKeys(),
      startupLimitMs: DEFAULT_STARTUP_LIMIT_MS,
      idleLimitMs: Number(settings.idleLimitMs),
      clock: systemClock,
      log,
    },
  });
  const { host } = settings;
  log.info('listening', { host, port: listener.port, healthPort: health.port, engine: engine.serverVersion });
  const drain = () => {
    isDraining = true;
    return listener.drain();
  };
  return { engine, certificates, listener, drain, closeHealth: () => health.close(), telemetry };
}

const PROBE_LIMIT_MS = 2_000;

/** To a login a disabled user is as one that there is not. */
async function findEnabled(credentials: CredentialStore, username: string): Promise<Credential | null> {
  const credential = await credentials.find(username);
  return credential?.disabled === true ? null : credential;
}

function watchPorts(credentials: CredentialStore, engine: Engine, log: Log): SessionWatchPorts {
  return {
    isAllowed: async (username) => (await findEnabled(credentials, username)) !== null,
    // A disabled user may come back to its tables; a deleted one never does.
    ended: async (username) => {
      if ((await credentials.find(username)) === null) await engine.dropUser(username);
    },
    ...{ clock: systemClock, log },
  };
}

interface SessionParts {
  readonly storage: Storage;
  readonly engine: Engine;
  readonly telemetry: Telemetry;
  readonly log: Log;
}

function sessions(settings: ServerSettings, { storage, engine, telemetry, log }: SessionParts): OpenSession {
  const batches = createBatchStore(storage.container(BATCH_CONTAINER), storage.queue(BATCH_QUEUE));
  const outcomes = createOutcomeStore(storage.table(OUTCOME_TABLE));
  const loads = createLoadStore(storage.table(LOAD_TABLE));
  const capabilities = createCapabilityStore(storage.table(CAPABILITY_TABLE));
  const definitions = createOwnTableStore(storage.table(OWN_TABLES_TABLE));
  const handover: HandoverPorts = {
    enqueue: observeQueue(telemetry, (batch) => batches.enqueue(batch)),
    outcomesOf: (unit, from) => outcomes.ofUnit(unit, from),
    now: () => Date.now(),
    // An aborted wait ends at once; the caller looks at the signal itself.
    sleep: (ms, signal) => delay(ms, undefined, { signal }).catch(() => undefined),
  };
  const shownLoads = new ShownLoads({
    loadsSince: (username, time, limit) => loads.since(username, time, limit),
    outcomesOf: handover.outcomesOf,
    loadBlob: (name) => batches.load(name),
    fill: (username, shown, rejected) => engine.runInDatabase(username, fillLoads(shown, rejected)),
    tidy: (username) => engine.runInDatabase(username, TIDY_LOADS),
    now: handover.now,
  });
  return createOpenSession(engine, Number(settings.maxMessageBytes), {
    ...handover,
    stage: (name, payload) => batches.stage(name, payload),
    remove: (name) => batches.remove(name),
    telemetry,
    memory: createMemoryGauge(Number(settings.windowBytes)),
    recordLoad: (load) =>
      loads
        .record(load)
        .catch((error: unknown) => log.warn('load-not-noted', { error: describeError(error) }))
        .finally(() => shownLoads.changed(load.username)),
    access: new WriteAccess({ ...handover, capabilitiesOf: (username) => capabilities.find(username) }),
    loads: shownLoads,
    ownTables: createOwnTables(definitions, engine, log),
    definitions: createDefinitions(definitions, engine, settings.rawDatabase),
    log,
  });
}

async function openCertificates(settings: ServerSettings, log: Log): Promise<SecureContextProvider | null> {
  const { certificateFile, keyFile } = settings;
  if (certificateFile === '') return null;
  return createSecureContextProvider({ certificateFile, keyFile, log });
}

function answers(work: Promise<unknown>): Promise<boolean> {
  return work.then(
    () => true,
    () => false,
  );
}

/** For the error that a session gets which has not finished at the drain's end. */
const LAST_WORDS_LIMIT_MS = 250;

/** SIGTERM: no new clients, commit units finish within the limit, then the engine stops. */
async function stop(parts: Parts, drainLimitMs: number): Promise<void> {
  await Promise.race([parts.drain(), delay(drainLimitMs, undefined, { ref: false })]);
  await Promise.race([parts.listener.terminate(), delay(LAST_WORDS_LIMIT_MS, undefined, { ref: false })]);
  await parts.listener.close();
  parts.certificates?.close();
  await Promise.all([parts.closeHealth(), parts.engine.stop(), parts.telemetry.stop()]);
}

async function main(): Promise<void> {
  const log = createLog('server');
  const settings = readServerSettings(process.env);
  const parts = await start(settings, log);
  let stopping: Promise<void> | null = null;
  const shutDown = (signal: string) => {
    log.info('draining', { signal, connections: parts.listener.connectionCount });
    stopping ??= stop(parts, Number(settings.drainLimitMs)).then(
      () => process.exit(0),
      (error: unknown) => fatal(log, error),
    );
  };
  process.on('SIGTERM', () => shutDown('SIGTERM'));
  process.on('SIGINT', () => shutDown('SIGINT'));
  void parts.engine.exited.then((error) => fatal(log, error));
}

function fatal(log: Log, error: unknown): void {
  log.error('fatal', { error: describeError(error) });
  process.exitCode = 1;
  process.exit();
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
