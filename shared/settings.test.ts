import { ANY_PORT, readSettings, type Setting, SettingsError } from './settings';

const SETTINGS = {
  host: { name: 'HOST', description: 'where it is' },
  port: { name: 'PORT', description: 'port', default: '5432', range: ANY_PORT },
  mode: {
    name: 'MODE',
    description: 'mode',
    optional: true,
    pattern: /^(on|off)$/,
    expected: '"on" or "off"',
  },
} as const satisfies Record<string, Setting>;

const read = (environment: Record<string, string>) =>
  readSettings<keyof typeof SETTINGS>(SETTINGS, environment, [
    ({ host, mode }) => (host === 'here' && mode === '' ? ['HOST and MODE must be set together'] : []),
  ]);

test('what is absent or empty has its default', () => {
  expect(read({ HOST: 'there', PORT: '' })).toEqual({ host: 'there', port: '5432', mode: '' });
});

test('every fault is told at once, each by its name', () => {
  expect(() => read({ PORT: '65536', MODE: 'maybe' })).toThrow(
    new SettingsError(
      'HOST is not set: where it is\nPORT is not a whole number from 0 to 65535\nMODE is not "on" or "off"',
    ),
  );
});

test.each(['0', '65535'])('a number may be %s, the end of its range', (port) => {
  expect(read({ HOST: 'there', PORT: port }).port).toBe(port);
});

test.each(['-1', '1.5', '1e3', ' 1', '0x1', '99999999999999999999'])('%j is no number within it', (port) => {
  expect(() => read({ HOST: 'there', PORT: port })).toThrow('PORT is not a whole number');
});

test('what must hold between settings is told beside the rest', () => {
  expect(() => read({ HOST: 'here', PORT: 'x' })).toThrow(/PORT .*\nHOST and MODE must be set together/);
});
