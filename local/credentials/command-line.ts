// What stands on the command line of npm run credentials, and how the rest is told.
import { parseArgs } from 'node:util';

const USAGE = `Usage:
  npm run credentials -- create               a new gateway user
  npm run credentials -- list                 the users of the CDF project
  npm run credentials -- rotate <user>        a new password
  npm run credentials -- rotate <user> --app  the app of the user, or its secret, by what is given below
  npm run credentials -- delete <user>        the user and its own tables

Asked for, unless given by flag or environment (secrets by environment only); beside a running local stack all is known:
  --api URL            SLUICE_API_URL            where Sluice's HTTP API is
  --project NAME       SLUICE_CDF_PROJECT        CDF project
  --token-url URL      SLUICE_TOKEN_URL          https://login.microsoftonline.com/<tenant id>/oauth2/v2.0/token
  --scope SCOPE        SLUICE_SCOPE              https://<cluster>.cognitedata.com/.default
  --client-id ID       SLUICE_CLIENT_ID          your app, whose token opens the project
                       SLUICE_CLIENT_SECRET      its secret
  --app-client-id ID   SLUICE_APP_CLIENT_ID      the app in whose name rows are written; default: your app
                       SLUICE_APP_CLIENT_SECRET  its secret

  --json               the answer of the API and nothing else
  --yes                delete without asking`;

/** Wrong use, or an answer that is none: told as it is, without a stack. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
}

const COMMANDS = ['create', 'list', 'rotate', 'delete'] as const;
export type CommandName = (typeof COMMANDS)[number];

export interface CommandLine {
  readonly command: CommandName;
  /** Of rotate and delete; else empty. */
  readonly username: string;
  readonly isApp: boolean;
  readonly isJson: boolean;
  readonly isYes: boolean;
  /** By the name of the flag. */
  readonly values: Readonly<Record<string, string | undefined>>;
}

const TEXT = { type: 'string' } as const;
const FLAG = { type: 'boolean', default: false } as const;

/** Throws CommandError. */
export function readCommandLine(args: readonly string[]): CommandLine {
  const { values, positionals } = parse(args);
  const [command = '', username = '', ...rest] = positionals;
  const name = COMMANDS.find((known) => known === command);
  const wantsUser = name === 'rotate' || name === 'delete';
  if (name === undefined || rest.length > 0 || wantsUser !== (username !== '')) throw new CommandError(USAGE);
  const { app, json, yes, ...texts } = values;
  return { command: name, username, isApp: app, isJson: json, isYes: yes, values: texts };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        api: TEXT,
        project: TEXT,
        'token-url': TEXT,
        scope: TEXT,
        'client-id': TEXT,
        'app-client-id': TEXT,
        app: FLAG,
        json: FLAG,
        yes: FLAG,
      },
    });
  } catch (error) {
    throw new CommandError(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
  }
}
