import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { tablesPage } from '../local/tables-page/tables-page';
import { TABLES } from '../shared/tables/catalogue';

it('docs/tables.md says what the declarations say: npm run docs:tables writes it', () => {
  expect(readFileSync(resolve(__dirname, '../docs/tables.md'), 'utf8')).toBe(tablesPage(TABLES));
});
