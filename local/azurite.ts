// Azurite, the emulator of Azure Storage: it stands where the data account stands in Azure.
import { mkdirSync } from 'node:fs';
import type { PartOptions } from './part';

/** Azurite's published development account; no secret. */
const ACCOUNT = 'devstoreaccount1';
const ACCOUNT_KEY =
  'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==';

const LISTENING = /^Azurite (Blob|Queue|Table) service is successfully listening at (http:\S+)$/;
const SERVICES = 3;

/** Ready with a connection string when all three services listen, each on a free port of loopback. */
export function azuritePart(directory: string, print: (line: string) => void): PartOptions<string> {
  // Not for others: it holds verifiers and sealed secrets.
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const endpoints = new Map<string, string>();
  return {
    name: 'azurite',
    script: require.resolve('azurite/dist/src/azurite.js'),
    arguments: [
      ...['--location', directory, '--skipApiVersionCheck', '--silent', '--disableTelemetry'],
      ...['--blobPort', '0', '--queuePort', '0', '--tablePort', '0'],
    ],
    environment: process.env,
    print,
    readReady(line) {
      const [, service, url] = LISTENING.exec(line) ?? [];
      if (service === undefined || url === undefined) return null;
      endpoints.set(service, url);
      return endpoints.size < SERVICES ? null : connectionStringOf(endpoints);
    },
  };
}

function connectionStringOf(endpoints: ReadonlyMap<string, string>): string {
  return [
    'DefaultEndpointsProtocol=http',
    `AccountName=${ACCOUNT}`,
    `AccountKey=${ACCOUNT_KEY}`,
    ...[...endpoints].map(([service, url]) => `${service}Endpoint=${url}/${ACCOUNT}`),
    '',
  ].join(';');
}
