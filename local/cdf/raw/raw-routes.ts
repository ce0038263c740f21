// The operations of RAW.
import { routesOf } from '../route';
import {
  createDatabases,
  createTables,
  deleteDatabases,
  deleteTables,
  listDatabases,
  listTables,
} from './raw-names';
import { deleteRows, insertRows, listRows, retrieveRow } from './raw-rows';

const TABLES = '/raw/dbs/{dbName}/tables';
const ROWS = `${TABLES}/{tableName}/rows`;

export const RAW_ROUTES = routesOf(
  'raw',
  ['rawAcl'],
  [
    ['GET', '/raw/dbs', 'LIST', listDatabases],
    ['POST', '/raw/dbs', 'WRITE', createDatabases],
    ['POST', '/raw/dbs/delete', 'WRITE', deleteDatabases],
    ['GET', TABLES, 'LIST', listTables],
    ['POST', TABLES, 'WRITE', createTables],
    ['POST', `${TABLES}/delete`, 'WRITE', deleteTables],
    ['GET', ROWS, 'READ', listRows],
    ['POST', ROWS, 'WRITE', insertRows],
    ['GET', `${ROWS}/{rowKey}`, 'READ', retrieveRow],
    ['POST', `${ROWS}/delete`, 'WRITE', deleteRows],
  ],
);
