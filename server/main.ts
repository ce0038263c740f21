// The server's process: reads settings, makes what depends on what, listens, drains at SIGTERM.
import { setTimeout as delay } from 'node:timers/promises';
import { createBatchStore } from '../shared/azure/batch-store';
import { createCredentialStore } from '../shared/azure/credential-store';
import { createOutcomeStore } from '../shared/azure/outcome-store';
import { sharedSecret } from '../shared/azure/shared-secret';
import { connectStorage, type Storage } from '../shared/azure/storage';
import { BATCH_CONTAINER, BATCH_QUEUE } from '../shared/batch';
import { CREDENTIAL_TABLE } from '../shared/credential';
import { createLog, describeError, type Log } from '../shared/log';
import { OUTCOME_TABLE } from '../shared/outcome';
import { createAuthenticate } from './authentication';
import { CancelKeys } from './cancel-keys';
import { systemClock } from './clock';
import { DEFAULT_STARTUP_LIMIT_MS, type OpenSession } from './connection';
import { type Engine, startEngine } from './engine/engine';
import { listenHealth } from './health';
import { type Listener, listen } from './listener';
import { createSecureContextProvider, type SecureContextProvider } from './secure-context';
import { createOpenSession } from './session/open-session';
import { createMemoryGauge } from './session/ports';
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
}

async function start(settings: ServerSettings, log: Log): Promise<Parts> {
  const storage = connectStorage(settings);
  const [engine, mockSecret, certificates] = await Promise.all([
    startEngine({
      binDirectory: settings.postgresBin === '' ? null : settings.postgresBin,
      cacheDirectory: settings.cacheDirectory,
      maxConnections: Number(settings.maxConnections) + ENGINE_RESERVE,
      log,
    }),
    sharedSecret(storage.container(BATCH_CONTAINER), MOCK_SECRET_BLOB),
    openCertificates(settings, log),
    loadParser(),
  ]);
  const credentials = createCredentialStore(storage.table(CREDENTIAL_TABLE));
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
      authenticate: createAuthenticate({
        findCredential: (username) => credentials.find(username),
        mockSecret,
        clock: systemClock,
      }),
      openSession: sessions(settings, storage, engine, log),
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
  return { engine, certificates, listener, drain, closeHealth: () => health.close() };
}

const PROBE_LIMIT_MS = 2_000;

function sessions(settings: ServerSettings, storage: Storage, engine: Engine, log: Log): OpenSession {
  const batches = createBatchStore(storage.container(BATCH_CONTAINER), storage.queue(BATCH_QUEUE));
  const outcomes = createOutcomeStore(storage.table(OUTCOME_TABLE));
  return createOpenSession(engine, Number(settings.maxMessageBytes), {
    stage: (name, payload) => batches.stage(name, payload),
    remove: (name) => batches.remove(name),
    enqueue: (batch) => batches.enqueue(batch),
    outcomesOf: (unit, from) => outcomes.ofUnit(unit, from),
    now: () => Date.now(),
    // An aborted wait ends at once; the caller looks at the signal itself.
    sleep: (ms, signal) => delay(ms, undefined, { signal }).catch(() => undefined),
    memory: createMemoryGauge(Number(settings.windowBytes)),
    log,
  });
}

async function openCertificates(settings: ServerSettings, log: Log): Promise<SecureContextProvider | null> {
  const { certificateFile, keyFile } = settings;
  if (certificateFile !== '' && keyFile !== '')
    return createSecureContextProvider({ certificateFile, keyFile, log });
  if (settings.plaintext === 'allow') return null;
  throw new Error(
    'SLUICE_TLS_CERT_FILE and SLUICE_TLS_KEY_FILE are not set, and SLUICE_PLAINTEXT is not "allow"',
  );
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
  await Promise.all([parts.closeHealth(), parts.engine.stop()]);
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
