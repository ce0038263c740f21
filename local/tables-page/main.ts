// npm run docs:tables: writes docs/tables.md.
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { TABLES } from '../../shared/tables/catalogue';
import { tablesPage } from './tables-page';

writeFileSync(resolve('docs/tables.md'), tablesPage(TABLES));
