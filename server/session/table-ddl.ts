// CREATE, ALTER and DROP of tables that lie in CDF's RAW: schema raw, and "raw:<database>". The engine reads the statement, the
// definition goes to storage, from where every replica has it; the RAW table itself is made by the first row. It takes
// effect at once, in a transaction block, too: ROLLBACK does not take it back.
import type { OwnTable } from '../../shared/own-table';
import type { RawTarget } from '../../shared/tables/table';
import { PROBE_TABLE } from '../engine/columns-of';
import { PostgresError } from '../postgres-error';
import type { AlterTable, CreateSchema, CreateTable, DdlStatement, DropTables } from '../sql/ddl-statement';
import type { Name } from '../sql/names';
import { addColumns } from './add-columns';
import { defineRawTable, type Described, unsupported } from './own-definition';
import type { TableDirectory } from './own-tables';

/** Definitions of users' own tables, in storage. */
export interface DefinitionPorts {
  readonly create: (username: string, table: OwnTable) => Promise<'done' | 'exists' | 'full'>;
  /** Only where the user's definitions still have this version. */
  readonly replace: (username: string, table: OwnTable, version: string) => Promise<'done' | 'changed'>;
  readonly remove: (username: string, schema: string, name: string) => Promise<boolean>;
  /** Makes a schema in the user's database, where it is not there. */
  readonly makeSchema: (username: string, schema: string) => Promise<void>;
  /** The RAW database of schema raw. */
  readonly rawDatabase: string;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** What a statement needs of its session. */
export interface DdlSession {
  readonly username: string;
  readonly tables: TableDirectory;
  /** Asks the engine one thing with one text parameter; null where it answers NULL or no row. */
  readonly ask: (query: string, parameter: string) => Promise<string | null>;
  readonly notice: (message: string, code: string) => void;
  readonly isInBlock: () => boolean;
  /** Deletes a RAW table, at the end of the commit unit. */
  readonly deleteRawTable: (target: RawTarget) => Promise<void>;
}

/** CDF's limit. */
const MAX_DATABASE_CHARACTERS = 32;
/** Somebody else changes the user's definitions at the same time: looked at again. */
const MAX_TRIES = 5;

const DEFAULT_SCHEMA = 'raw';
const SCHEMA_PREFIX = 'raw:';

export class TableDdl {
  constructor(
    private readonly session: DdlSession,
    private readonly ports: DefinitionPorts,
  ) {}

  /** False where the statement is the engine's for certain. */
  mayConcern(statement: DdlStatement): boolean {
    switch (statement.kind) {
      case 'create-table':
        return statement.name.schema === null || isRaw(statement.name.schema);
      case 'create-schema':
        return isRaw(statement.name) || statement.name === 'public';
      case 'alter-table':
        return this.session.tables.has(statement.name.name);
      case 'drop-tables':
        return statement.names.some(({ name }) => this.session.tables.has(name));
    }
  }

  /** The tag of CommandComplete; null where the engine has to run it. `text` holds the statement. */
  async run(statement: DdlStatement, text: Buffer): Promise<string | null> {
    const before = this.session.tables.generation;
    const tag = await this.dispatch(statement, text);
    if (tag !== null && this.session.isInBlock() && before !== this.session.tables.generation)
      this.session.notice(
        'the definition of the table has changed already: ROLLBACK does not undo that',
        '00000',
      );
    return tag;
  }

  private dispatch(statement: DdlStatement, text: Buffer): Promise<string | null> {
    switch (statement.kind) {
      case 'create-table':
        return this.create(statement, text);
      case 'create-schema':
        return this.createSchema(statement);
      case 'alter-table':
        return this.alter(statement, text);
      case 'drop-tables':
        return this.drop(statement);
    }
  }

  private async create(statement: CreateTable, text: Buffer): Promise<string | null> {
    const { tables, username } = this.session;
    const { name } = statement.name;
    const schema = statement.name.schema ?? (await this.currentSchema());
    if (!isRaw(schema)) return null;
    await tables.freshen(0);
    if (tables.definition(schema, name) !== undefined) return this.exists(statement);
    if (statement.isFromQuery)
      throw unsupported('CREATE TABLE AS', 'CREATE TABLE with its columns, then INSERT ... SELECT.');
    const body = text.toString('utf8', statement.body.start, statement.body.end);
    const described = await this.describe(`CREATE TEMP TABLE ${PROBE_TABLE} ${body}`);
    const database = this.databaseOf(schema);
    const place = { schema, name, database, createdTime: this.ports.now() };
    const made = await this.ports.create(username, defineRawTable(place, described));
    if (made === 'full')
      throw new PostgresError('program_limit_exceeded', 'you have as many tables as one user may have');
    await tables.freshen(0);
    return made === 'exists' ? this.exists(statement) : 'CREATE TABLE';
  }

  private exists({ name: { name }, ifNotExists }: CreateTable): string {
    if (!ifNotExists) throw new PostgresError({ code: '42P07' }, `relation "${name}" already exists`);
    this.session.notice(`relation "${name}" already exists, skipping`, '42P07');
    return 'CREATE TABLE';
  }

  /** There are as many schemas of this kind as RAW databases could be called; all of them exist. */
  private async createSchema({ name, ifNotExists }: CreateSchema): Promise<string | null> {
    const isThere = name === 'public' || name === DEFAULT_SCHEMA;
    if (isThere && !ifNotExists)
      throw new PostgresError({ code: '42P06' }, `schema "${name}" already exists`);
    if (isThere) this.session.notice(`schema "${name}" already exists, skipping`, '42P06');
    else {
      this.databaseOf(name);
      await this.ports.makeSchema(this.session.username, name);
    }
    return 'CREATE SCHEMA';
  }

  private async alter(statement: AlterTable, text: Buffer): Promise<string | null> {
    const { tables, username } = this.session;
    for (let tries = 1; ; tries++) {
      const own = await this.find(statement.name);
      if (own === null) return null;
      const { version } = tables;
      const changed = await addColumns(own, statement.actions, {
        describe: (definition) =>
          this.describe(
            `CREATE TEMP TABLE ${PROBE_TABLE} (${text.toString('utf8', definition.start, definition.end)})`,
          ),
        notice: this.session.notice,
      });
      const done = changed === own ? 'done' : await this.ports.replace(username, changed, version);
      await tables.freshen(0);
      if (done === 'done') return 'ALTER TABLE';
      if (tries === MAX_TRIES)
        throw new PostgresError(
          { code: '40001' },
          'could not alter the table: its definition changes all the time',
        );
    }
  }

  private async drop({ names, cascade }: DropTables): Promise<string | null> {
    const found: OwnTable[] = [];
    for (const name of names) {
      const own = await this.find(name);
      if (own !== null) found.push(own);
    }
    if (found.length === 0) return null;
    if (found.length < names.length)
      throw new PostgresError(
        'feature_not_supported',
        'cannot drop tables of CDF and of the gateway in one statement',
        {
          hint: 'Use one DROP TABLE for each.',
        },
      );
    for (const own of found) await this.dropOne(own, cascade);
    await this.session.tables.freshen(0);
    return 'DROP TABLE';
  }

  private async dropOne({ schema, name, destination }: OwnTable, cascade: boolean): Promise<void> {
    const { username, deleteRawTable } = this.session;
    if (!(await this.ports.remove(username, schema, name)))
      throw new PostgresError('undefined_table', `table "${name}" does not exist`);
    if (cascade && destination.type === 'raw_rows') await deleteRawTable(destination.target);
  }

  /** The user's own table that a name means in this session. */
  private async find(name: Name): Promise<OwnTable | null> {
    const { tables } = this.session;
    await tables.freshen(0);
    if (!tables.has(name.name)) return null;
    const schema = name.schema ?? (await this.schemaOf(name.name));
    return schema === null ? null : (tables.definition(schema, name.name) ?? null);
  }

  private databaseOf(schema: string): string {
    if (schema === DEFAULT_SCHEMA) return this.ports.rawDatabase;
    const database = schema.slice(SCHEMA_PREFIX.length);
    if ([...database].length <= MAX_DATABASE_CHARACTERS && !/\p{Cc}/u.test(database)) return database;
    throw new PostgresError({ code: '42602' }, `"${database}" cannot be the name of a RAW database`, {
      hint: `It has at most ${MAX_DATABASE_CHARACTERS} characters, none of them a control character.`,
    });
  }

  private async describe(statement: string): Promise<Described> {
    const answer = await this.session.ask('SELECT sluice.columns_of($1)', statement);
    return JSON.parse(answer ?? '{}') as Described;
  }

  private async currentSchema(): Promise<string> {
    return (await this.session.ask('SELECT pg_catalog.current_schema() WHERE $1 IS NOT NULL', '')) ?? '';
  }

  private schemaOf(name: string): Promise<string | null> {
    const query = `SELECT n.nspname FROM pg_catalog.pg_class c
      JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      WHERE c.oid = pg_catalog.to_regclass(pg_catalog.quote_ident($1))::oid`;
    return this.session.ask(query, name);
  }
}

function isRaw(schema: string): boolean {
  return schema === DEFAULT_SCHEMA || (schema.startsWith(SCHEMA_PREFIX) && schema !== SCHEMA_PREFIX);
}
