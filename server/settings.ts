// The settings of the server's process, each with its default: what Bicep and the local stack set.
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { STORAGE_SETTINGS, storageFaults } from '../shared/azure/storage';
import { ANY_PORT, MAX_MS, readSettings, type Setting } from '../shared/settings';
import { TELEMETRY_SETTINGS } from '../shared/telemetry-settings';

const KIB = 1024;
const MIB = 1024 * KIB;
const GIB = 1024 * MIB;
/** A buffer of Node.js holds no more on every version that Sluice runs on. */
const MAX_BUFFER_BYTES = 2 * GIB - 1;
/** PostgreSQL's sessions are processes: thousands of them are no use in a container. */
const MOST_CONNECTIONS = 5_000;

export const SERVER_SETTINGS = {
  ...STORAGE_SETTINGS,
  ...TELEMETRY_SETTINGS,
  host: { name: 'SLUICE_PG_HOST', description: 'address to listen on', default: '0.0.0.0' },
  port: {
    name: 'SLUICE_PG_PORT',
    description: 'port for PostgreSQL clients; 0: any free one',
    default: '5432',
    range: ANY_PORT,
  },
  healthPort: {
    name: 'SLUICE_HEALTH_PORT',
    description: 'port of /livez and /readyz; 0: any free one',
    default: '8080',
    range: ANY_PORT,
  },
  certificateFile: {
    name: 'SLUICE_TLS_CERT_FILE',
    description: 'PEM file of the certificate chain',
    optional: true,
  },
  keyFile: { name: 'SLUICE_TLS_KEY_FILE', description: 'PEM file of its private key', optional: true },
  plaintext: {
    name: 'SLUICE_PLAINTEXT',
    description: 'whether clients may connect without TLS',
    default: 'refuse',
    pattern: /^(refuse|allow)$/,
    expected: '"refuse" or "allow"',
  },
  maxConnections: {
    name: 'SLUICE_MAX_CONNECTIONS',
    description: 'clients at once',
    default: '100',
    range: [1, MOST_CONNECTIONS],
  },
  idleLimitMs: {
    name: 'SLUICE_IDLE_LIMIT_MS',
    description: 'how long a session may say nothing, ms; 0: for ever',
    default: String(8 * 60 * 60 * 1000),
    range: [0, MAX_MS],
  },
  drainLimitMs: {
    name: 'SLUICE_DRAIN_LIMIT_MS',
    description: 'how long sessions may finish their commit unit at SIGTERM, ms',
    default: '110000',
    range: [0, MAX_MS],
  },
  maxMessageBytes: {
    name: 'SLUICE_MAX_MESSAGE_BYTES',
    description: 'largest message of a client, bytes',
    default: String(64 * MIB),
    range: [64 * KIB, MAX_BUFFER_BYTES],
  },
  windowBytes: {
    name: 'SLUICE_WINDOW_BYTES',
    description: 'rows that all sessions together hold before they are staged, bytes',
    default: String(96 * MIB),
    range: [MIB, 64 * GIB],
  },
  stagingBytes: {
    name: 'SLUICE_STAGING_BYTES',
    description: 'what one user may hold in staging tables, bytes on disk',
    default: String(4 * GIB),
    range: [16 * MIB, 1024 * GIB],
  },
  rawDatabase: {
    name: 'SLUICE_RAW_DATABASE',
    description: 'RAW database of tables made in schema raw',
    default: 'sluice',
    pattern: /^[^\p{Cc}]{1,32}$/u,
    expected: 'a name of at most 32 characters',
  },
  cacheDirectory: {
    name: 'SLUICE_CACHE_DIR',
    description: "where the engine's template is kept between starts",
    default: join(tmpdir(), 'sluice'),
  },
  postgresBin: {
    name: 'SLUICE_POSTGRES_BIN',
    description: 'folder of initdb and postgres for the engine',
    optional: true,
  },
} as const satisfies Record<string, Setting>;

export type ServerSettings = Record<keyof typeof SERVER_SETTINGS, string>;

/** Throws SettingsError, with every fault in it. */
export function readServerSettings(environment: NodeJS.ProcessEnv): ServerSettings {
  const rules = [storageFaults, certificateFaults];
  return readSettings<keyof typeof SERVER_SETTINGS>(SERVER_SETTINGS, environment, rules);
}

function certificateFaults({ certificateFile, keyFile, plaintext }: ServerSettings): string[] {
  const hasCertificate = certificateFile !== '';
  if (hasCertificate !== (keyFile !== ''))
    return ['SLUICE_TLS_CERT_FILE and SLUICE_TLS_KEY_FILE must be set together'];
  if (hasCertificate || plaintext === 'allow') return [];
  return ['SLUICE_TLS_CERT_FILE and SLUICE_TLS_KEY_FILE are not set, and SLUICE_PLAINTEXT is not "allow"'];
}
