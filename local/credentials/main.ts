// npm run credentials -- create | list | rotate | delete: manages gateway users from a terminal, over Sluice's HTTP API.
import { resolve } from 'node:path';
import { connectApi } from './api';
import { createAsk } from './ask';
import { CommandError, readCommandLine } from './command-line';
import { RUN } from './commands';
import type { InputPorts } from './inputs';
import { readApp, readInputs, readLocalStack } from './inputs';

async function main(): Promise<void> {
  const line = readCommandLine(process.argv.slice(2));
  const ask = createAsk({ input: process.stdin, output: process.stderr });
  const local = readLocalStack(resolve(process.env['SLUICE_DATA_DIR'] ?? '.sluice'));
  const ports: InputPorts = { environment: process.env, local, ask };
  const inputs = await readInputs(line, ports);
  const call = await connectApi(inputs);
  const app = () => readApp(line, ports, inputs.caller);
  const { text, json } = await RUN[line.command]({ line, inputs, call, ask, readApp: app });
  process.stdout.write(`${line.isJson ? JSON.stringify(json, null, 2) : text}\n`);
}

main().catch((error: unknown) => {
  if (!(error instanceof CommandError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
});
