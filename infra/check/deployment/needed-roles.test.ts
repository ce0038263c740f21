// The table of roles against the two files in which the code gets hold of its stores.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BATCH_CONTAINER, BATCH_QUEUE } from '../../../shared/batch';
import { CAPABILITY_TABLE } from '../../../shared/capability';
import { CREDENTIAL_TABLE } from '../../../shared/credential';
import { LOAD_TABLE } from '../../../shared/load';
import { OUTCOME_TABLE } from '../../../shared/outcome';
import { OWN_TABLES_TABLE } from '../../../shared/own-table';
import { PROGRESS_TABLE } from '../../../shared/progress';
import { type NeededRole, NEEDED_ROLES } from './needed-roles';

const NAMES: Readonly<Record<string, string>> = {
  BATCH_CONTAINER,
  BATCH_QUEUE,
  CAPABILITY_TABLE,
  CREDENTIAL_TABLE,
  LOAD_TABLE,
  OUTCOME_TABLE,
  OWN_TABLES_TABLE,
  PROGRESS_TABLE,
};

const ENTRIES = { server: 'server/main.ts', functions: 'functions/app.ts' } as const;

it.each(Object.entries(ENTRIES))('%s has a role on every store that %s opens', (side, path) => {
  const text = readFileSync(join(__dirname, '../../..', path), 'utf8');
  const opened = [...text.matchAll(/\bstorage\.(table|queue|container)\((\w+)\)/g)]
    .filter(([, , name]) => /^[A-Z_]+$/.test(name!))
    .map(([, kind, name]) => ({ kind: kind!, on: NAMES[name!] ?? name! }));
  const hasRole = ({ kind, on }: { kind: string; on: string }) =>
    NEEDED_ROLES.some((role: NeededRole) => role.to === side && role.kind === kind && role.on === on);
  expect(opened.length).toBeGreaterThan(3);
  expect(opened.filter((store) => !hasRole(store))).toEqual([]);
});
