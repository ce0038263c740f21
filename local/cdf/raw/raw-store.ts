// RAW: databases, tables, rows. A row keeps the columns object that the request's JSON became: nothing is copied.
import { OrderedMap } from '../ordered-map';

export interface RawRow {
  readonly key: string;
  columns: object;
  lastUpdatedTime: number;
  sequence: number;
}

export interface RawTable {
  readonly name: string;
  readonly rows: OrderedMap<string, RawRow>;
  sequence: number;
}

export interface RawDatabase {
  readonly name: string;
  readonly tables: OrderedMap<string, RawTable>;
  sequence: number;
}

export class RawStore {
  readonly databases = new OrderedMap<string, RawDatabase>((database) => database.name);

  addDatabase(name: string): RawDatabase {
    const database = { name, tables: new OrderedMap((table: RawTable) => table.name), sequence: 0 };
    this.databases.add(database);
    return database;
  }

  addTable(database: RawDatabase, name: string): RawTable {
    const table = { name, rows: new OrderedMap((row: RawRow) => row.key), sequence: 0 };
    database.tables.add(table);
    return table;
  }
}
