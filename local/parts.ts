// The three parts of the local stack that are Sluice's own programs or the stand-in, with the environment of each: what
// app settings and container settings are in Azure.
import { join } from 'node:path';
import { allowedHosts, type CdfTarget } from './cdf-target';
import type { CertificateFiles } from './certificate';
import type { PartOptions } from './part';
import { readListening } from './ready-line';
import type { LocalSettings } from './settings';

/** dist/local in the package's folder. */
const PACKAGE_DIRECTORY = join(__dirname, '..', '..');

const HOST = '127.0.0.1';
/** How long sessions may finish at the stack's end, and functions after them; within the stop turns of start.ts. */
const DRAIN_LIMIT_MS = 1_500;
const FUNCTIONS_GRACE_MS = 600;

export interface PartContext {
  readonly settings: LocalSettings;
  readonly print: (line: string) => void;
}

/** Ready with its base URL. */
export function cdfPart({ settings, print }: PartContext, port: number): PartOptions<string> {
  return {
    name: 'cdf',
    script: join(__dirname, 'cdf', 'main.js'),
    environment: {
      ...process.env,
      SLUICE_CDF_PORT: String(port),
      SLUICE_CDF_PROJECT: settings.project,
      SLUICE_CLIENT_ID: settings.clientId,
      SLUICE_CLIENT_SECRET: settings.clientSecret,
      ...(settings.scope === '' ? {} : { SLUICE_SCOPE: settings.scope }),
    },
    print,
    readReady: (line) => textField(line, 'baseUrl'),
  };
}

/** Ready with the port of PostgreSQL clients. */
export function serverPart(
  { settings, print }: PartContext,
  connectionString: string,
  certificate: CertificateFiles,
): PartOptions<number> {
  return {
    name: 'server',
    script: join(PACKAGE_DIRECTORY, 'dist', 'server', 'main.js'),
    environment: {
      SLUICE_DRAIN_LIMIT_MS: String(DRAIN_LIMIT_MS),
      ...withoutClientSecret(process.env),
      SluiceStorage: connectionString,
      SLUICE_PG_HOST: HOST,
      SLUICE_PG_PORT: String(settings.pgPort),
      SLUICE_HEALTH_PORT: '0',
      SLUICE_TLS_CERT_FILE: certificate.certificate,
      SLUICE_TLS_KEY_FILE: certificate.key,
      SLUICE_CACHE_DIR: join(settings.dataDirectory, 'cache'),
    },
    print,
    readReady(line) {
      const port = readListening(line)?.['port'];
      return typeof port === 'number' ? port : null;
    },
  };
}

/** Ready with its base URL. `pgPort` is what POST /create answers. */
export function functionsPart(
  { settings, print }: PartContext,
  connectionString: string,
  { cdf, pgPort }: { readonly cdf: CdfTarget; readonly pgPort: number },
): PartOptions<string> {
  return {
    name: 'functions',
    script: join(__dirname, 'functions-host', 'main.js'),
    environment: {
      SLUICE_FUNCTIONS_GRACE_MS: String(FUNCTIONS_GRACE_MS),
      ...withoutClientSecret(process.env),
      SLUICE_APP_DIR: PACKAGE_DIRECTORY,
      SLUICE_HTTP_PORT: String(settings.httpPort),
      SluiceStorage: connectionString,
      AzureWebJobsStorage: connectionString,
      SLUICE_KEY_FILE: join(settings.dataDirectory, 'wrapping.key'),
      SLUICE_PUBLIC_HOST: HOST,
      SLUICE_PUBLIC_PORT: String(pgPort),
      SLUICE_ALLOWED_HOSTS: allowedHosts(cdf),
    },
    print,
    readReady: (line) => textField(line, 'baseUrl'),
  };
}

/** It reaches the functions by POST /create only, as in Azure. */
function withoutClientSecret({
  SLUICE_CLIENT_SECRET: _secret,
  ...rest
}: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return rest;
}

function textField(line: string, name: string): string | null {
  const value = readListening(line)?.[name];
  return typeof value === 'string' ? value : null;
}
