import { resolve } from 'node:path';
import { openParser } from './bicep/node';
import { checkInfra } from './check';
import { formatReport } from './report';
import { loadResourceTypes } from './types/resource-types';

const INFRA = resolve(__dirname, '..');
const TYPES_FILE = process.env['BICEP_TYPES'] ?? '';
const withTypes = TYPES_FILE === '' ? it.skip : it;

it('finds nothing wrong in infra/', async () => {
  expect(checkInfra(INFRA, await openParser(), null).map(formatReport)).toEqual([]);
});

withTypes("finds nothing wrong in infra/ by Azure's published types (needs BICEP_TYPES)", async () => {
  const types = loadResourceTypes(TYPES_FILE);
  expect(checkInfra(INFRA, await openParser(), types).map(formatReport)).toEqual([]);
});
