// Entry of the stand-in for CDF: `node dist/local/cdf/main.js`. Prints one JSON line when it listens.
import { describeError } from '../../shared/log';
import { readSettings } from '../../shared/settings';
import { DEFAULT_CLIENT, DEFAULT_PROJECT, startCdf } from './server';

const SETTINGS = {
  port: {
    name: 'SLUICE_CDF_PORT',
    description: 'port on 127.0.0.1; 0 = any free one',
    default: '7080',
    pattern: /^\d{1,5}$/,
    expected: 'a port number',
  },
  project: { name: 'SLUICE_CDF_PROJECT', description: 'URL name of the project', default: DEFAULT_PROJECT },
  clientId: { name: 'SLUICE_CLIENT_ID', description: 'client id', default: DEFAULT_CLIENT.id },
  clientSecret: {
    name: 'SLUICE_CLIENT_SECRET',
    description: 'client secret',
    default: DEFAULT_CLIENT.secret,
  },
  scope: { name: 'SLUICE_SCOPE', description: 'scope of tokens; default {baseUrl}/.default', optional: true },
} as const;

async function main(): Promise<void> {
  const { port, project, clientId, clientSecret, scope } = readSettings(SETTINGS, process.env);
  const cdf = await startCdf({
    port: Number(port),
    project,
    clients: [{ id: clientId, secret: clientSecret }],
    ...(scope === '' ? {} : { scope }),
  });
  const stop = () => void cdf.close().then(() => process.exit(0));
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  const { baseUrl, tokenUrl } = cdf;
  process.stdout.write(`${JSON.stringify({ event: 'listening', baseUrl, tokenUrl })}\n`);
}

main().catch((error: unknown) => {
  process.stderr.write(`${describeError(error)}\n`);
  process.exitCode = 1;
});
