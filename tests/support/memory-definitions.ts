// Definitions of own tables in memory: what storage does with them, for sessions without storage.
import { randomUUID } from 'node:crypto';
import type { Engine } from '../../server/engine/engine';
import { createSchema } from '../../server/engine/own-ddl';
import { OwnTables } from '../../server/session/own-tables';
import type { DefinitionPorts } from '../../server/session/table-ddl';
import type { OwnTable } from '../../shared/own-table';

export class MemoryDefinitions {
  tables: OwnTable[] = [];
  version = '';
  /** How often storage was asked whether something has changed. */
  looks = 0;
  isFailing = false;
  time = 0;
  readonly ownTables: OwnTables;
  readonly definitions: DefinitionPorts;

  constructor(engine: Engine) {
    this.ownTables = new OwnTables({
      list: () => this.answer(() => ({ version: this.version, tables: this.tables })),
      version: () => {
        this.looks++;
        return this.answer(() => this.version);
      },
      showTables: (username, tables) => engine.showTables(username, tables),
      // A clock that never stands still, as the real one.
      now: () => (this.time += 0.001),
      failed: () => undefined,
    });
    this.definitions = {
      create: (_username, table) => Promise.resolve(this.add(table) ? 'done' : 'exists'),
      replace: (_username, table, version) =>
        Promise.resolve(this.replace(table, version) ? 'done' : 'changed'),
      remove: (_username, schema, name) => Promise.resolve(this.remove(schema, name)),
      makeSchema: (username, schema) => engine.runInDatabase(username, createSchema(schema).join('\n')),
      rawDatabase: 'sluice',
      now: () => 0,
    };
  }

  add(table: OwnTable): boolean {
    if (this.tables.some(({ schema, name }) => schema === table.schema && name === table.name)) return false;
    this.set([...this.tables, table]);
    return true;
  }

  remove(schema: string, name: string): boolean {
    const kept = this.tables.filter((table) => table.schema !== schema || table.name !== name);
    const isThere = kept.length < this.tables.length;
    if (isThere) this.set(kept);
    return isThere;
  }

  private replace(table: OwnTable, version: string): boolean {
    if (version !== this.version || !this.remove(table.schema, table.name)) return false;
    return this.add(table);
  }

  private set(tables: OwnTable[]): void {
    this.tables = tables;
    this.version = randomUUID();
  }

  private answer<Value>(value: () => Value): Promise<Value> {
    return this.isFailing ? Promise.reject(new Error('storage is away')) : Promise.resolve(value());
  }
}
