// What the commands need to know, each from the first place that has it: flag, environment, a running local stack, the
// person at the terminal.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CdfTarget } from '../cdf-target';
import type { Ask } from './ask';
import { CommandError, type CommandLine } from './command-line';

/** As the users' API takes them. */
export interface AppCredentials {
  readonly tokenUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly scope: string;
}

export interface Inputs {
  readonly api: string;
  readonly project: string;
  /** Whose token is the caller's. */
  readonly caller: AppCredentials;
  /** File of the CA of a local stack; null: the system's authorities. */
  readonly ca: string | null;
}

/** ready.json of the local stack, as far as it is needed here. */
export interface LocalStack {
  readonly postgres: { readonly tls: { readonly ca: string } };
  readonly http: { readonly baseUrl: string };
  readonly cdf: CdfTarget;
}

export interface InputPorts {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** null: none runs. */
  readonly local: LocalStack | null;
  readonly ask: Ask;
}

/** null where no stack runs with this data folder. */
export function readLocalStack(dataDirectory: string): LocalStack | null {
  try {
    return JSON.parse(readFileSync(join(dataDirectory, 'ready.json'), 'utf8')) as LocalStack;
  } catch {
    return null;
  }
}

/** Rejects with CommandError. */
export async function readInputs(line: CommandLine, ports: InputPorts): Promise<Inputs> {
  const given = line.values['api'] ?? ports.environment['SLUICE_API_URL'];
  // Another API is asked about another CDF: what the local stack says is then of no use.
  const local = given === undefined || given === ports.local?.http.baseUrl ? ports.local : null;
  const find = finder(line, ports);
  const cdf: Partial<CdfTarget> = local?.cdf ?? {};
  return {
    api: baseUrlOf(await find('api', 'SLUICE_API_URL', 'URL of the HTTP API', local?.http.baseUrl)),
    project: await find('project', 'SLUICE_CDF_PROJECT', 'CDF project', cdf.project),
    caller: {
      tokenUrl: await find('token-url', 'SLUICE_TOKEN_URL', 'Token URL', cdf.tokenUrl),
      scope: await find('scope', 'SLUICE_SCOPE', 'Scope', cdf.scope),
      clientId: await find('client-id', 'SLUICE_CLIENT_ID', 'Client id of your app', cdf.clientId),
      clientSecret: await find('', 'SLUICE_CLIENT_SECRET', 'Its client secret', cdf.clientSecret),
    },
    ca: local?.postgres.tls.ca ?? null,
  };
}

type Find = (flag: string, variable: string, question: string, known: string | undefined) => Promise<string>;

/** Without a flag it is a secret, which is not for command lines: others on the machine see them. */
function finder({ values }: CommandLine, { environment, ask }: InputPorts): Find {
  return async (flag, variable, question, known) => {
    const given = values[flag] ?? environment[variable] ?? known;
    return nonEmpty(given ?? (await ask(question, flag === '')), question);
  };
}

/** The app in whose name rows are written: the caller's own where no other is named. Rejects with CommandError. */
export async function readApp(
  { values }: CommandLine,
  { environment, ask }: InputPorts,
  caller: AppCredentials,
): Promise<AppCredentials> {
  const clientId = values['app-client-id'] ?? environment['SLUICE_APP_CLIENT_ID'] ?? '';
  if (clientId === '' || clientId === caller.clientId) {
    const clientSecret = environment['SLUICE_APP_CLIENT_SECRET'] ?? caller.clientSecret;
    return { ...caller, clientSecret };
  }
  const question = `Client secret of ${clientId}`;
  const clientSecret = environment['SLUICE_APP_CLIENT_SECRET'] ?? (await ask(question, true));
  return { ...caller, clientId, clientSecret: nonEmpty(clientSecret, question) };
}

function nonEmpty(value: string, question: string): string {
  if (value === '') throw new CommandError(`"${question}" must not be empty.`);
  return value;
}

function baseUrlOf(text: string): string {
  if (!/^https?:\/\//.test(text) || !URL.canParse(text))
    throw new CommandError(`The URL of the HTTP API is none: ${text}`);
  return text.replace(/\/+$/, '');
}
