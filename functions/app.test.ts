import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const folder = mkdtempSync(join(tmpdir(), 'sluice-app-'));
const environment = process.env;
afterEach(() => {
  process.env = environment;
});
afterAll(() => rmSync(folder, { recursive: true }));

/** What importing the app throws; each time anew, as a worker does it. */
function importApp(settings: Record<string, string>): unknown {
  process.env = { ...settings };
  try {
    jest.isolateModules(() => jest.requireActual<object>('./app'));
    return null;
  } catch (error) {
    return error;
  }
}

const SETTINGS = {
  SluiceStorage: 'UseDevelopmentStorage=true',
  SLUICE_KEY_FILE: join(folder, 'key'),
  SLUICE_PUBLIC_HOST: 'sluice.acme.example',
};

test('the app starts with its settings, before any of its stores answers', () => {
  expect(importApp(SETTINGS)).toBeNull();
});

test.each([
  ['SLUICE_PUBLIC_HOST', { SLUICE_PUBLIC_HOST: '' }],
  ['SLUICE_PUBLIC_PORT', { SLUICE_PUBLIC_PORT: 'five' }],
  ['SLUICE_ALLOWED_HOSTS', { SLUICE_ALLOWED_HOSTS: 'a/b' }],
  ['SLUICE_ALLOWED_PROJECTS', { SLUICE_ALLOWED_PROJECTS: 'a/b' }],
  ['SLUICE_WRAPPING_KEY_ID', { SLUICE_KEY_FILE: '' }],
  ['SluiceStorage__blobServiceUri', { SluiceStorage: '' }],
])('a fault in %s stops the app and is named', (name, change) => {
  const failure = importApp({ ...SETTINGS, ...change });

  expect(failure).toMatchObject({ name: 'SettingsError', message: expect.stringContaining(name) as string });
});
