// How the engine's PostgreSQL is set up: nothing in it has to last, nobody reaches it but the server.

/** Owner of everything in the engine; no client can be it. */
export const SUPERUSER = 'postgres';
/** What initdb makes, and the template then drops. */
export const INITIAL_DATABASE = 'postgres';
/**
 * Has the gateway's tables; each user's database is a copy of it. PostgreSQL copies no database in which other sessions
 * are: the server's own session is the only one that enters it.
 */
export const TEMPLATE_DATABASE = 'gateway';
/** Name of the socket's file is `.s.PGSQL.<port>`; no TCP port is opened. */
export const SOCKET_FILE = '.s.PGSQL.5432';

/** From this version on PostgreSQL brings a locale that knows Unicode and depends on no library. */
const FIRST_WITH_BUILTIN_LOCALE = 17;

export function initdbArguments(dataFolder: string, majorVersion: number): string[] {
  const locale =
    majorVersion >= FIRST_WITH_BUILTIN_LOCALE
      ? ['--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8']
      : ['--locale=C'];
  return [
    ...['-D', dataFolder, '-U', SUPERUSER, '--auth=trust', '--encoding=UTF8', ...locale],
    // Small segments: a whole one is copied with the template at each start.
    ...['--no-sync', '--no-instructions', '--wal-segsize=1'],
  ];
}

/**
 * Appended to postgresql.conf. Trust is enough: the socket lies in a folder that only the engine's user may enter.
 * Messages at level `log` are the server's own; errors of statements stay out, as they may quote row values.
 */
export const CONFIGURATION = `
listen_addresses = ''
port = 5432
unix_socket_permissions = 0700
fsync = off
synchronous_commit = off
full_page_writes = off
wal_level = minimal
max_wal_senders = 0
min_wal_size = 2MB
max_wal_size = 64MB
shared_buffers = 16MB
dynamic_shared_memory_type = mmap
max_worker_processes = 0
max_logical_replication_workers = 0
autovacuum_max_workers = 1
autovacuum_naptime = 5min
temp_file_limit = 1GB
jit = off
timezone = 'UTC'
log_timezone = 'UTC'
password_encryption = 'scram-sha-256'
idle_session_timeout = 0
# A session of a client that has gone ends also in the middle of a statement.
client_connection_check_interval = 2s
logging_collector = off
log_destination = 'stderr'
log_line_prefix = '%p '
log_min_messages = log
log_min_error_statement = panic
log_error_verbosity = terse
log_checkpoints = off
log_autovacuum_min_duration = -1
sluice.ack = 'written'
sluice.on_error = 'fail'
sluice.handover = 'commit'
`;

/** Local only, no replication. */
export const HOST_BASED_AUTHENTICATION = 'local all all trust\n';
