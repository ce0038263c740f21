// What a developer may set for the local stack; everything has a default.
import { resolve } from 'node:path';
import { readSettings, type Setting } from '../shared/settings';

const PORT = { pattern: /^\d{1,5}$/, expected: 'a port number' } as const;
const URL_FORM = { pattern: /^https?:\/\/\S+$/, expected: 'a URL' } as const;

const LOCAL_SETTINGS = {
  pgPort: { name: 'SLUICE_PG_PORT', description: 'port of PostgreSQL clients', default: '5432', ...PORT },
  httpPort: { name: 'SLUICE_HTTP_PORT', description: 'port of the functions', default: '7071', ...PORT },
  cdfPort: { name: 'SLUICE_CDF_PORT', description: 'port of the CDF stand-in', default: '7080', ...PORT },
  cdfUrl: {
    name: 'SLUICE_CDF_URL',
    description: 'another CDF in place of the stand-in',
    optional: true,
    ...URL_FORM,
  },
  tokenUrl: { name: 'SLUICE_TOKEN_URL', description: 'its token endpoint', optional: true, ...URL_FORM },
  project: { name: 'SLUICE_CDF_PROJECT', description: 'CDF project', default: 'local' },
  clientId: { name: 'SLUICE_CLIENT_ID', description: 'client of the credential', default: 'sluice' },
  clientSecret: {
    name: 'SLUICE_CLIENT_SECRET',
    description: 'its secret',
    default: 'sluice-local-secret',
  },
  scope: { name: 'SLUICE_SCOPE', description: 'scope of its tokens', optional: true },
  dataDirectory: { name: 'SLUICE_DATA_DIR', description: 'folder of what lasts', default: '.sluice' },
} as const satisfies Record<string, Setting>;

export interface LocalSettings {
  /** 0: any free one; so for the other ports. */
  readonly pgPort: number;
  readonly httpPort: number;
  readonly cdfPort: number;
  /** Empty: the stand-in is started. */
  readonly cdfUrl: string;
  readonly tokenUrl: string;
  readonly project: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly scope: string;
  /** Absolute. */
  readonly dataDirectory: string;
}

/** Throws SettingsError. */
export function readLocalSettings(environment: NodeJS.ProcessEnv): LocalSettings {
  const settings = readSettings<keyof typeof LOCAL_SETTINGS>(LOCAL_SETTINGS, environment);
  return {
    ...settings,
    pgPort: Number(settings.pgPort),
    httpPort: Number(settings.httpPort),
    cdfPort: Number(settings.cdfPort),
    cdfUrl: settings.cdfUrl.replace(/\/+$/, ''),
    dataDirectory: resolve(settings.dataDirectory),
  };
}
