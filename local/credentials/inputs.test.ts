import { PassThrough } from 'node:stream';
import { createAsk } from './ask';
import { CommandError, readCommandLine } from './command-line';
import { describeLogin, describeUsers } from './describe';
import type { InputPorts, LocalStack } from './inputs';
import { readApp, readInputs } from './inputs';

const local: LocalStack = {
  postgres: { tls: { ca: '/data/tls/ca.pem' } },
  http: { baseUrl: 'http://localhost:7071' },
  cdf: {
    baseUrl: 'http://localhost:7080',
    project: 'local',
    tokenUrl: 'http://localhost:7080/oauth2/v2.0/token',
    clientId: 'sluice',
    clientSecret: 'local-secret',
    scope: 'http://localhost:7080/.default',
  },
};

function setup(part: Partial<InputPorts> = {}, answers: Record<string, string> = {}) {
  const asked: [question: string, isSecret: boolean][] = [];
  const ask = (question: string, isSecret: boolean) => {
    asked.push([question, isSecret]);
    return Promise.resolve(answers[question] ?? 'x');
  };
  return { ports: { environment: {}, local: null, ask, ...part }, asked };
}

describe('the command line', () => {
  test.each([
    [['create']],
    [['list', '--json']],
    [['rotate', 'sluice_a', '--app', '--app-client-id', 'id']],
    [['delete', 'sluice_a', '--yes']],
  ])('%j is understood', (args) => {
    expect(readCommandLine(args).command).toBe(args[0]);
  });

  test.each([
    [[]],
    [['drop']],
    [['rotate']],
    [['list', 'sluice_a']],
    [['delete', 'a', 'b']],
    [['list', '--what']],
  ])('%j is answered with the usage', (args) => {
    expect(() => readCommandLine(args)).toThrow(/Usage:/);
  });
});

describe('what is needed', () => {
  test('comes from a running local stack, so that nobody is asked', async () => {
    const { ports, asked } = setup({ local });

    const inputs = await readInputs(readCommandLine(['list']), ports);

    expect(inputs).toEqual({
      api: 'http://localhost:7071',
      project: 'local',
      caller: {
        tokenUrl: local.cdf.tokenUrl,
        scope: local.cdf.scope,
        clientId: 'sluice',
        clientSecret: 'local-secret',
      },
      ca: '/data/tls/ca.pem',
    });
    expect(asked).toEqual([]);
  });

  test('comes from flags before the environment, and from that before the stack', async () => {
    const environment = { SLUICE_CDF_PROJECT: 'environment', SLUICE_CLIENT_ID: 'environment' };
    const { ports } = setup({ local, environment });

    const { project, caller } = await readInputs(readCommandLine(['list', '--project', 'flag']), ports);

    expect([project, caller.clientId, caller.clientSecret]).toEqual(['flag', 'environment', 'local-secret']);
  });

  test('is asked for where nothing says it, the secret without echo', async () => {
    const { ports, asked } = setup({ local }, { 'Its client secret': 'typed' });

    const inputs = await readInputs(
      readCommandLine(['list', '--api', 'https://sluice.acme.example/']),
      ports,
    );

    expect([inputs.api, inputs.caller.clientSecret, inputs.ca]).toEqual([
      'https://sluice.acme.example',
      'typed',
      null,
    ]);
    expect(asked).toEqual([
      ['CDF project', false],
      ['Token URL', false],
      ['Scope', false],
      ['Client id of your app', false],
      ['Its client secret', true],
    ]);
  });

  test('is not taken where it is empty, or no URL', async () => {
    const { ports } = setup({ local });

    await expect(readInputs(readCommandLine(['list', '--project', '']), ports)).rejects.toThrow(CommandError);
    await expect(readInputs(readCommandLine(['list', '--api', 'x']), ports)).rejects.toThrow(CommandError);
  });

  test('of the app is what the caller has, unless another is named', async () => {
    const caller = { tokenUrl: 't', scope: 's', clientId: 'mine', clientSecret: 'secret' };
    const { ports, asked } = setup({}, { 'Client secret of other': 'typed' });

    expect(await readApp(readCommandLine(['create']), ports, caller)).toEqual(caller);
    expect(asked).toEqual([]);
    expect(await readApp(readCommandLine(['create', '--app-client-id', 'other']), ports, caller)).toEqual({
      ...caller,
      clientId: 'other',
      clientSecret: 'typed',
    });
  });
});

describe('a terminal', () => {
  const terminal = (typed: string) => {
    const input = Object.assign(new PassThrough(), { isTTY: true }) as unknown as NodeJS.ReadStream;
    const output = new PassThrough();
    input.push(typed);
    return { ask: createAsk({ input, output }), shown: () => String(output.read() ?? '') };
  };

  test('shows what is typed, but no secret', async () => {
    const open = terminal('plant\n');
    expect(await open.ask('CDF project', false)).toBe('plant');
    expect(open.shown()).toContain('plant');

    const secret = terminal('hush-hush\n');
    expect(await secret.ask('Its client secret', true)).toBe('hush-hush');
    expect(secret.shown()).toBe('Its client secret: \n');
  });

  test('that is none is not asked', async () => {
    const input = new PassThrough() as unknown as NodeJS.ReadStream;

    await expect(createAsk({ input, output: new PassThrough() })('CDF project', false)).rejects.toThrow(
      '"CDF project" is not given, and there is no terminal to ask at.',
    );
  });
});

test('a login is told as psql and Data Factory take it', () => {
  const user = {
    ...{ username: 'sluice_a', createdTime: 1, lastUpdatedTime: 1, disabled: false, clientId: 'c' },
    ...{ password: 'p', host: 'sluice.acme.example', port: 5432, database: 'sluice_a' },
  };

  const text = describeLogin(user, null);

  expect(text).toContain(
    "psql 'postgresql://sluice_a:p@sluice.acme.example:5432/sluice_a?sslmode=verify-full&sslrootcert=system'",
  );
  expect(text).toContain('  Server name    sluice.acme.example\n  Port           5432\n');
  expect(describeUsers([user], 'plant')).toContain(
    'sluice_a  1970-01-01 00:00:00  1970-01-01 00:00:00  enabled',
  );
  expect(describeUsers([], 'plant')).toBe('Project plant has no gateway users.');
});
