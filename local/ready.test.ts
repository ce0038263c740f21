import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeStack, removeReadyFile, writeReadyFile, type RunningStack } from './ready';

const dataDirectory = mkdtempSync(join(tmpdir(), 'sluice ready-'));
const file = join(dataDirectory, 'ready.json');
afterAll(() => rmSync(dataDirectory, { recursive: true }));

const cdf = {
  baseUrl: 'http://127.0.0.1:7080',
  project: 'local',
  tokenUrl: 'http://127.0.0.1:7080/oauth2/v2.0/token',
  clientId: 'client',
  clientSecret: 'secret',
  scope: 'http://127.0.0.1:7080/.default',
};
const stack: RunningStack = {
  dataDirectory,
  login: { username: 'sluice_u', password: 'p', host: '127.0.0.1', port: 5432, database: 'sluice_u' },
  ca: "/home/o'neil/my code/ca.pem",
  httpBaseUrl: 'http://127.0.0.1:7071',
  cdf,
  storage: 'UseDevelopmentStorage=true',
  processes: { azurite: 11, server: 12 },
};

test('ready.json has what programs need, for its owner only, until it is removed', () => {
  writeReadyFile(stack);

  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({
    postgres: {
      host: '127.0.0.1',
      port: 5432,
      user: 'sluice_u',
      password: 'p',
      database: 'sluice_u',
      tls: { ca: "/home/o'neil/my code/ca.pem" },
    },
    http: { baseUrl: 'http://127.0.0.1:7071' },
    cdf,
    processes: { azurite: 11, server: 12 },
  });
  expect(statSync(file).mode & 0o777).toBe(0o600);

  expect(readFileSync(join(dataDirectory, 'storage-connection'), 'utf8')).toBe('UseDevelopmentStorage=true');

  removeReadyFile(dataDirectory);
  expect(existsSync(file)).toBe(false);
  expect(existsSync(join(dataDirectory, 'storage-connection'))).toBe(false);
});

test('the psql line can be pasted whatever the path of the CA is', () => {
  expect(describeStack(stack)).toContain(
    "psql 'postgresql://sluice_u:p@127.0.0.1:5432/sluice_u" +
      "?sslmode=verify-full&sslrootcert=/home/o%27neil/my%20code/ca.pem'",
  );
});
