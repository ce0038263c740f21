// The command itself, as npm runs it, with a stand-in for Bicep's compiler.
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-bicep-'));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

function run(bicep: string, ...options: string[]) {
  writeFileSync(join(folder, 'bicep'), `#!/bin/sh\n${bicep}\n`);
  chmodSync(join(folder, 'bicep'), 0o755);
  const env = { ...process.env, BICEP_TYPES: '', PATH: `${folder}:${process.env['PATH']}` };
  const command = ['run', '--silent', 'check:infra', '--', ...options];
  return spawnSync('npm', command, { cwd: resolve(__dirname, '../..'), env, encoding: 'utf8' });
}

it('compiles with bicep where there is one, and says that types were not checked without a types file', () => {
  const { status, stdout } = run('test "$1 $2" = "build --stdout" && test -f "$3"');
  expect(stdout).toBe(
    'note: no types file (--types FILE or BICEP_TYPES): property names and values were not checked\n',
  );
  expect(status).toBe(0);
});

it('fails with what the compiler says', () => {
  const { status, stdout } = run('echo "main.bicep(1,1) : Error BCP000" >&2; exit 1');
  expect(stdout).toMatch('main.bicep(1,1) : Error BCP000');
  expect(status).toBe(1);
});

it('fails where the types file cannot be read', () => {
  const { status, stderr } = run('exit 0', '--types', join(folder, 'none.json'));
  expect(stderr).toMatch('none.json');
  expect(status).toBe(1);
});
