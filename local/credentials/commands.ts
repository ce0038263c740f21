// The commands themselves: what is asked of the API, and what is told of its answer.
import type { Ask } from './ask';
import type { CallApi, User, WholeUser } from './api';
import { CommandError, type CommandLine, type CommandName } from './command-line';
import { describeLogin, describeUsers } from './describe';
import type { AppCredentials, Inputs } from './inputs';

export interface CommandContext {
  readonly line: CommandLine;
  readonly inputs: Inputs;
  readonly call: CallApi;
  readonly ask: Ask;
  readonly readApp: () => Promise<AppCredentials>;
}

/** What is printed: for a person, and for a program. */
export interface Report {
  readonly text: string;
  readonly json: object;
}

interface Page<Item> {
  readonly items: readonly Item[];
  readonly nextCursor?: string;
}

export const RUN: Readonly<Record<CommandName, (context: CommandContext) => Promise<Report>>> = {
  create: async ({ inputs, call, readApp }) => {
    const body = { items: [{ credentials: await readApp() }] };
    const { items } = await call<Page<WholeUser & { password: string }>>('POST', gateway(inputs), body);
    const user = firstOf(items);
    return { json: user, text: describeLogin(user, inputs.ca) };
  },
  list: async ({ inputs, call }) => {
    const users: User[] = [];
    let cursor: string | undefined;
    do {
      const query = cursor === undefined ? '' : `?cursor=${encodeURIComponent(cursor)}`;
      const page = await call<Page<User>>('GET', `${gateway(inputs)}${query}`);
      users.push(...page.items);
      cursor = page.nextCursor;
    } while (cursor !== undefined);
    return { json: { items: users }, text: describeUsers(users, inputs.project) };
  },
  rotate: async (context) => {
    const { line, inputs, call, readApp } = context;
    const { username } = line;
    const update = line.isApp ? { credentials: { set: await readApp() } } : { password: { rotate: true } };
    const body = { items: [{ username, update }] };
    const { items } = await call<Page<User>>('POST', `${gateway(inputs)}/update`, body);
    const user = firstOf(items);
    const { password } = user;
    if (password === undefined)
      return { json: user, text: `Rows of ${username} are now written as ${user.clientId}.` };
    const whole = await call<WholeUser>('GET', `/user/${encodeURIComponent(username)}`);
    const login = { ...whole, password };
    return { json: login, text: describeLogin(login, inputs.ca) };
  },
  delete: async ({ line, inputs, call, ask }) => {
    const { username, isYes } = line;
    const question = `Delete user ${username} and its own tables? Type its name`;
    if (!isYes && (await ask(question, false)) !== username) throw new CommandError('Nothing is deleted.');
    await call('POST', `${gateway(inputs)}/delete`, { items: [{ username }] });
    return { json: {}, text: `User ${username} is deleted; its sessions end within a minute.` };
  },
};

function gateway({ project }: Inputs): string {
  return `/api/v1/projects/${encodeURIComponent(project)}/postgresgateway`;
}

function firstOf<Item>(items: readonly Item[]): Item {
  const [item] = items;
  if (item === undefined) throw new CommandError('The HTTP API answered with no user.');
  return item;
}
