// Every kind of mistake that the check is for, planted into a copy of the real infra/: it must say just that, at its line.
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type Node, openParser, type ParseBicep } from './bicep/node';
import { checkInfra } from './check';
import { DEPLOYMENT_MISTAKES } from './planted/deployment';
import { HOUSE_MISTAKES } from './planted/house-rules';
import { LANGUAGE_MISTAKES } from './planted/language';
import type { Mistake } from './planted/mistake';
import { TYPE_MISTAKES } from './planted/resource-types';
import { loadResourceTypes } from './types/resource-types';

const INFRA = resolve(__dirname, '..');
const TYPES_FILE = process.env['BICEP_TYPES'] ?? '';
const TYPES = TYPES_FILE === '' ? null : loadResourceTypes(TYPES_FILE);
const withTypes = TYPES === null ? it.skip : it;

let folder = '';
let parse: ParseBicep;

beforeAll(async () => {
  const parseNew = await openParser();
  // All but one file of each copy are the same.
  const known = new Map<string, Node>();
  parse = (text) => {
    const node = known.get(text) ?? parseNew(text);
    known.set(text, node);
    return node;
  };
});

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-infra-'));
  const own = join(INFRA, 'check');
  cpSync(INFRA, folder, { recursive: true, filter: (path) => !path.startsWith(own) });
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

function plant({ file, from, to }: Mistake): string {
  const path = join(folder, file);
  const parts = readFileSync(path, 'utf8').split(from);
  if (parts.length !== 2) throw new Error(`${file} has ${parts.length - 1} times: ${from}`);
  const text = parts.join(to);
  writeFileSync(path, text);
  return text;
}

function expectOnly(mistake: Mistake): void {
  const lines = plant(mistake).split('\n');
  const reports = checkInfra(folder, parse, TYPES).map(({ file, line, rule, message }) => ({
    file,
    text: lines[line - 1],
    says: `${rule}: ${message}`,
  }));
  expect(reports).toEqual([
    {
      file: mistake.file,
      text: expect.stringContaining(mistake.at) as string,
      says: expect.stringMatching(`^${mistake.says}`) as string,
    },
  ]);
}

describe('it reports, and reports nothing else than', () => {
  it.each(LANGUAGE_MISTAKES)('$what', expectOnly);
  it.each(HOUSE_MISTAKES)('$what', expectOnly);
  it.each(DEPLOYMENT_MISTAKES)('$what', expectOnly);
  withTypes.each(TYPE_MISTAKES)('$what (needs BICEP_TYPES)', expectOnly);
});
