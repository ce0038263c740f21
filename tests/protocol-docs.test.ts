// docs/protocol.md lists every condition that a client may meet: the list and the sources have to agree.
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { SQLSTATE } from '../server/postgres-error';

const ROOT = resolve(__dirname, '..');
const DEFINITIONS = 'postgres-error.ts';
/** A code that has no name: `{ code: '22004' }`, `409: '23505'`, `?? '22000'`. */
const BARE_CODE = /(?:\b(?:code|NOTICE|WARNING): |\d{3}: |\?\? )'(?=[A-Z]*\d)([0-9A-Z]{5})'/g;

function sources(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => /(?<!\.test|\.d)\.ts$/.test(file) && file !== DEFINITIONS)
    .map((file) => readFileSync(join(ROOT, folder, file), 'utf8'));
}

function codesIn(source: string): string[] {
  const named = Object.entries(SQLSTATE).filter(([condition]) => source.includes(`'${condition}'`));
  const bare = Array.from(source.matchAll(BARE_CODE), (match) => match[1]!);
  return [...named.map(([, code]) => code), ...bare];
}

function listedCodes(): string[] {
  const text = readFileSync(join(ROOT, 'docs/protocol.md'), 'utf8');
  const list = text.slice(text.indexOf('## Conditions'));
  return Array.from(list.matchAll(/^\| `([0-9A-Z]{5})` +\| .+ \| .+ \|$/gm), (match) => match[1]!);
}

it('lists the conditions that are raised, each once, in order', () => {
  const raised = new Set([...sources('server'), ...sources('functions/batch')].flatMap(codesIn));
  for (const code of codesIn(readFileSync(join(ROOT, 'functions/poison-batch.ts'), 'utf8'))) raised.add(code);

  expect(listedCodes()).toEqual([...raised].sort());
});

it('knows every setting of the gateway', () => {
  const text = readFileSync(join(ROOT, 'docs/protocol.md'), 'utf8');
  const source = readFileSync(join(ROOT, 'server/session/write-context.ts'), 'utf8');
  const settings = new Set(Array.from(source.matchAll(/oneOf\('(sluice\.\w+)'/g), (match) => match[1]!));

  for (const setting of settings) expect(text).toContain(`\`${setting}\``);
  expect(settings.size).toBeGreaterThan(1);
});
