// The settings of the server's process, each with its default: what Bicep and the local stack set.
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { STORAGE_SETTINGS } from '../shared/azure/storage';
import { readSettings, type Setting } from '../shared/settings';

const NUMBER = { pattern: /^\d+$/, expected: 'a whole number' } as const;

const SERVER_SETTINGS = {
  ...STORAGE_SETTINGS,
  host: { name: 'SLUICE_PG_HOST', description: 'address to listen on', default: '0.0.0.0' },
  port: { name: 'SLUICE_PG_PORT', description: 'port for PostgreSQL clients', default: '5432', ...NUMBER },
  healthPort: {
    name: 'SLUICE_HEALTH_PORT',
    description: 'port of /livez and /readyz',
    default: '8080',
    ...NUMBER,
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
    ...NUMBER,
  },
  idleLimitMs: {
    name: 'SLUICE_IDLE_LIMIT_MS',
    description: 'how long a session may say nothing, ms',
    default: String(8 * 60 * 60 * 1000),
    ...NUMBER,
  },
  drainLimitMs: {
    name: 'SLUICE_DRAIN_LIMIT_MS',
    description: 'how long sessions may finish their commit unit at SIGTERM, ms',
    default: '110000',
    ...NUMBER,
  },
  maxMessageBytes: {
    name: 'SLUICE_MAX_MESSAGE_BYTES',
    description: 'largest message of a client, bytes',
    default: String(64 * 1024 * 1024),
    ...NUMBER,
  },
  windowBytes: {
    name: 'SLUICE_WINDOW_BYTES',
    description: 'rows that all sessions together hold before they are staged, bytes',
    default: String(96 * 1024 * 1024),
    ...NUMBER,
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

/** Throws SettingsError. */
export function readServerSettings(environment: NodeJS.ProcessEnv): ServerSettings {
  return readSettings<keyof typeof SERVER_SETTINGS>(SERVER_SETTINGS, environment);
}
