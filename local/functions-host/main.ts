// The functions host's process: loads the app of the folder that it runs in, serves it, and says where.
import { createLog, describeError } from '../../shared/log';
import { readSettings, type Setting } from '../../shared/settings';
import { startHost } from './host';
import { readHostJson } from './host-json';
import { loadApp } from './load-app';
import { DEFAULT_LEASE_MS } from './queue-listener';

const NUMBER = { pattern: /^\d+$/, expected: 'a whole number' } as const;

const HOST_SETTINGS = {
  port: { name: 'SLUICE_HTTP_PORT', description: 'port on loopback; 0: any', default: '7071', ...NUMBER },
  appDirectory: {
    name: 'SLUICE_APP_DIR',
    description: 'folder of host.json and package.json',
    default: process.cwd(),
  },
  graceMs: {
    name: 'SLUICE_FUNCTIONS_GRACE_MS',
    description: 'how long functions may run on at SIGTERM, ms; 5 s in Azure',
    default: '5000',
    ...NUMBER,
  },
  leaseMs: {
    name: 'SLUICE_QUEUE_LEASE_MS',
    description: 'after which a message of a killed host comes back, ms; 10 minutes in Azure',
    default: String(DEFAULT_LEASE_MS),
    ...NUMBER,
  },
} as const satisfies Record<string, Setting>;

/** Beyond the functions' own time: how long giving messages back may take. */
const SETTLE_LIMIT_MS = 1_000;

const log = createLog('functions-host');

async function main(): Promise<void> {
  const settings = readSettings(HOST_SETTINGS, process.env);
  const { appDirectory } = settings;
  const host = await startHost({
    registrations: loadApp(appDirectory, log),
    settings: readHostJson(appDirectory),
    environment: process.env,
    port: Number(settings.port),
    leaseMs: Number(settings.leaseMs),
    log,
  });
  const graceMs = Number(settings.graceMs);
  const stop = (): void => {
    setTimeout(() => process.exit(0), graceMs + SETTLE_LIMIT_MS);
    host.stop(graceMs).then(() => process.exit(0), fail);
  };
  process.once('SIGTERM', stop).once('SIGINT', stop);
  log.info('listening', { baseUrl: host.baseUrl });
}

/** With its stack, which only a developer sees: it is their code that did not load. */
function fail(error: unknown): void {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  log.error('functions host failed', { error: describeError(error) });
  process.exit(1);
}

main().catch(fail);
