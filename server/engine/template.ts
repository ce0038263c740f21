// A data folder that is ready to be copied: initdb and all tables, made once for each PostgreSQL and set of tables, so
// that an engine starts in the time of a copy.
import { createHash } from 'node:crypto';
import { appendFile, chown, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openAdminSession } from './admin-query';
import type { Binaries } from './binaries';
import {
  CONFIGURATION,
  HOST_BASED_AUTHENTICATION,
  INITIAL_DATABASE,
  initdbArguments,
  TEMPLATE_DATABASE,
} from './configuration';
import { type EngineUser, runAs } from './engine-user';
import { makeOwnedFolder, removeFolder } from './folders';
import { startPostmaster } from './postmaster';

const HASH_CHARACTERS = 16;
const BUILD_CONNECTIONS = 10;

// Not through the log, which would be copied at each start as well.
const CREATION = `CREATE DATABASE ${TEMPLATE_DATABASE} STRATEGY file_copy`;
const COMPLETION = [
  // A client may connect to its own database only.
  `REVOKE ALL ON DATABASE ${TEMPLATE_DATABASE} FROM PUBLIC`,
  `ALTER DATABASE ${TEMPLATE_DATABASE} IS_TEMPLATE true`,
  // The databases that initdb makes serve nobody here, and most of what a start costs is the number of files to copy.
  ...['template0', 'template1'].map((name) => `ALTER DATABASE ${name} IS_TEMPLATE false`),
  ...['template0', 'template1', INITIAL_DATABASE].map((name) => `DROP DATABASE ${name}`),
];

export interface TemplateOptions {
  readonly binaries: Binaries;
  readonly user: EngineUser | null;
  readonly cache: string;
  /** What the template database holds. */
  readonly ddl: string;
}

/** Path of the template. Two servers may make it at the same time: the second one's is thrown away. */
export async function findTemplate(options: TemplateOptions): Promise<string> {
  const template = templatePath(options);
  if (await exists(template)) return template;
  const { user } = options;
  const folder = await makeOwnedFolder(`${template}.`, user);
  try {
    await build(folder, options);
    await rename(folder, template);
  } catch (error) {
    await removeFolder(folder);
    if (!(await exists(template))) throw error;
  }
  return template;
}

/** Copies the template's data folder into `folder`. */
export async function copyTemplate(template: string, folder: string, user: EngineUser | null): Promise<void> {
  await runAs(user, 'cp', ['-Rp', join(template, 'data'), folder]);
}

function templatePath({ binaries, cache, ddl }: TemplateOptions): string {
  const statements = [CREATION, ddl, ...COMPLETION];
  const files = [CONFIGURATION, HOST_BASED_AUTHENTICATION];
  const args = initdbArguments('data', majorOf(binaries));
  const hash = createHash('sha256')
    .update(JSON.stringify([binaries.hash, statements, files, args]))
    .digest('hex');
  return join(cache, `engine-${binaries.version}-${hash.slice(0, HASH_CHARACTERS)}`);
}

async function build(folder: string, { binaries, user, ddl }: TemplateOptions): Promise<void> {
  const data = join(folder, 'data');
  await runAs(user, join(binaries.folder, 'initdb'), initdbArguments(data, majorOf(binaries)));
  await appendFile(join(data, 'postgresql.conf'), CONFIGURATION);
  await writeFile(join(data, 'pg_hba.conf'), HOST_BASED_AUTHENTICATION);
  if (user !== null) await chown(join(data, 'pg_hba.conf'), user.uid, user.gid);
  const postmaster = await startPostmaster({
    ...{ binaries, user, folder, maxConnections: BUILD_CONNECTIONS },
    onLine: () => undefined,
  });
  try {
    await makeTables(postmaster.socketPath, ddl);
  } finally {
    await postmaster.stop();
  }
}

async function makeTables(socketPath: string, ddl: string): Promise<void> {
  await runAll(socketPath, INITIAL_DATABASE, [CREATION]);
  await runAll(socketPath, TEMPLATE_DATABASE, [ddl, ...COMPLETION]);
}

async function runAll(socketPath: string, database: string, statements: readonly string[]): Promise<void> {
  const admin = await openAdminSession(socketPath, database);
  try {
    for (const statement of statements) await admin.query(statement);
  } finally {
    admin.end();
  }
}

function majorOf({ version }: Binaries): number {
  return Number.parseInt(version, 10);
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
