// `npm start`: the whole row's journey on one machine. Storage and CDF stand in for Azure's and Cognite's; server and
// functions are what runs in Azure, as processes of their own.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { azuritePart } from './azurite';
import { cdfTarget } from './cdf-target';
import { prepareCertificate } from './certificate';
import { lockDataFolder } from './data-folder';
import { prepareLogin, readSavedLogin } from './login';
import { cdfPart, functionsPart, serverPart, type PartContext } from './parts';
import { isFree, refuseTakenPorts } from './ports';
import { provisionStorage } from './provision';
import { describeStack, removeReadyFile, writeReadyFile, type RunningStack } from './ready';
import { readLocalSettings, type LocalSettings } from './settings';
import { createStack, type Stack, type StopTurn } from './stack';

/** All turns together end within the 5 s that a developer waits for after Ctrl-C. */
const STOP_TURNS: readonly StopTurn[] = [
  { names: ['server'], limitMs: 2_200 },
  { names: ['functions'], limitMs: 1_200 },
  { names: ['azurite', 'cdf'], limitMs: 1_000 },
];

const HEALTH_LIMIT_MS = 10_000;

async function startParts(stack: Stack, context: PartContext): Promise<RunningStack> {
  const { settings, print } = context;
  const { dataDirectory } = settings;
  const certificate = prepareCertificate(join(dataDirectory, 'tls'));
  const azurite = stack.start(azuritePart(join(dataDirectory, 'azurite'), print));
  const standIn = settings.cdfUrl === '' ? stack.start(cdfPart(context, await cdfPort(settings))) : null;
  const connectionString = await azurite.ready;
  await provisionStorage(connectionString);
  const server = stack.start(serverPart(context, connectionString, certificate));
  const cdf = cdfTarget(settings, standIn === null ? settings.cdfUrl : await standIn.ready);
  const pgPort = settings.pgPort === 0 ? await server.ready : settings.pgPort;
  const functions = stack.start(functionsPart(context, connectionString, { cdf, pgPort }));
  const [httpBaseUrl] = await Promise.all([functions.ready, server.ready]);
  await checkHealth(httpBaseUrl);
  const login = await prepareLogin({
    dataDirectory,
    httpBaseUrl,
    cdf,
    host: '127.0.0.1',
    port: pgPort,
    ca: readFileSync(certificate.ca, 'utf8'),
  });
  return {
    ...{ dataDirectory, login, ca: certificate.ca, httpBaseUrl, cdf },
    ...{ storage: connectionString, processes: stack.processes() },
  };
}

/** "Any free one" is the one of last time where it can be: credentials and queued batches name the stand-in's URL. */
async function cdfPort(settings: LocalSettings): Promise<number> {
  if (settings.cdfPort !== 0) return settings.cdfPort;
  const saved = readSavedLogin(settings.dataDirectory)?.cdf.baseUrl ?? '';
  const port = URL.canParse(saved) ? Number(new URL(saved).port) : 0;
  return port !== 0 && (await isFree(port)) ? port : 0;
}

async function checkHealth(httpBaseUrl: string): Promise<void> {
  const response = await fetch(`${httpBaseUrl}/healthz`, { signal: AbortSignal.timeout(HEALTH_LIMIT_MS) });
  if (response.status !== 200) throw new Error(`GET /healthz answered ${response.status}`);
}

/** Resolves at the first signal that asks for the end. */
function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => resolve());
  });
}

/** Resolves when a signal has stopped the stack; rejects when a part could not be started, or has ended by itself. */
async function run(settings: LocalSettings): Promise<void> {
  const stopped = stopSignal();
  const { dataDirectory, pgPort, httpPort, cdfPort: standInPort, cdfUrl } = settings;
  const lock = lockDataFolder(dataDirectory);
  const stack = createStack(STOP_TURNS);
  try {
    removeReadyFile(dataDirectory);
    await refuseTakenPorts({
      SLUICE_PG_PORT: pgPort,
      SLUICE_HTTP_PORT: httpPort,
      SLUICE_CDF_PORT: cdfUrl === '' ? standInPort : 0,
    });
    const started = startParts(stack, { settings, print: (line) => console.log(line) });
    const running = await Promise.race([started, stack.crashed, stopped]);
    if (running === undefined) return;
    writeReadyFile(running);
    console.log(describeStack(running));
    await Promise.race([stack.crashed, stopped]);
  } finally {
    removeReadyFile(dataDirectory);
    await stack.stop();
    lock.release();
  }
}

// A terminal that is gone must not keep the parts from being stopped in order.
for (const output of [process.stdout, process.stderr]) output.on('error', () => undefined);

Promise.resolve()
  .then(() => run(readLocalSettings(process.env)))
  .then(
    () => process.exit(0),
    (error: unknown) => {
      console.error(`\nSluice has stopped: ${error instanceof Error ? error.message : String(error)}`);
      process.exit(1);
    },
  );
