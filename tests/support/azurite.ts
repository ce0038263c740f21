// Real Azurite for tests: blob, queue and table in one child process, in memory, on free ports of loopback.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** Azurite's published development account; no secret. */
const ACCOUNT = 'devstoreaccount1';
const ACCOUNT_KEY =
  'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==';

const START_TIMEOUT_MS = 30_000;

const ARGUMENTS = [
  require.resolve('azurite/dist/src/azurite.js'),
  ...['--inMemoryPersistence', '--skipApiVersionCheck', '--silent', '--disableTelemetry'],
  ...['--blobPort', '0', '--queuePort', '0', '--tablePort', '0'],
];

const LISTENING = /^Azurite (Blob|Queue|Table) service is successfully listening at (http:\S+)$/;

export interface Azurite {
  readonly connectionString: string;
  close(): Promise<void>;
}

/** Resolves when all three services answer; close ends the process. */
export async function startAzurite(): Promise<Azurite> {
  const child = spawn(process.execPath, ARGUMENTS, { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  const close = async (): Promise<void> => {
    child.kill('SIGKILL');
    await exited;
  };
  const deadline = setTimeout(() => child.kill('SIGKILL'), START_TIMEOUT_MS);
  const endpoints = new Map<string, string>();
  for await (const line of createInterface({ input: child.stdout })) {
    const [, service, url] = LISTENING.exec(line) ?? [];
    if (service !== undefined && url !== undefined) endpoints.set(service, url);
    if (endpoints.size === 3) break;
  }
  clearTimeout(deadline);
  child.stdout.resume();
  if (endpoints.size < 3) throw new Error(`Azurite ended (${String((await exited)[0])}) before it listened`);
  return { connectionString: connectionStringOf(endpoints), close };
}

function connectionStringOf(endpoints: ReadonlyMap<string, string>): string {
  const services = [...endpoints].map(([service, url]) => `${service}Endpoint=${url}/${ACCOUNT}`);
  return ['DefaultEndpointsProtocol=http', `AccountName=${ACCOUNT}`, `AccountKey=${ACCOUNT_KEY}`, ...services]
    .join(';')
    .concat(';');
}
