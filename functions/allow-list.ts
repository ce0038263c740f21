// Which hosts may be called with what a caller of POST /create hands in. Anything else would make Sluice a proxy into
// the network that it stands in, and would show a stranger the caller's token.
import { SettingsError } from '../shared/settings';

export interface AllowList {
  /** Whether client credentials may be sent there. */
  readonly tokenUrl: (url: URL) => boolean;
  /** Whether CDF may be there. */
  readonly cdf: (url: URL) => boolean;
}

interface Allowed {
  readonly scheme: string;
  /** Starts with a dot where any name below it is meant. */
  readonly host: string;
  readonly port: string;
}

const TOKEN_HOSTS = 'login.microsoftonline.com';
const CDF_HOSTS = '*.cognitedata.com';

/**
 * Entra ID, CDF's clusters, and the comma-separated entries of `extra`: `host`, `host:port`, `*.domain`, by https
 * unless the entry itself starts with http://. Throws SettingsError.
 */
export function createAllowList(extra: string): AllowList {
  const more = parseEntries(extra);
  const listed = (entries: readonly Allowed[]) => (url: URL) => entries.some((entry) => matches(entry, url));
  return {
    tokenUrl: listed([...parseEntries(TOKEN_HOSTS), ...more]),
    cdf: listed([...parseEntries(CDF_HOSTS), ...more]),
  };
}

const ENTRY = /^(?:(https?):\/\/)?(?:\*(?=\.))?(\.?[a-z0-9][a-z0-9.-]*|\[[0-9a-f:]+\])(?::([0-9]{1,5}))?$/;

function parseEntries(list: string): Allowed[] {
  const entries = list.split(',').map((entry) => entry.trim().toLowerCase());
  return entries.filter((entry) => entry !== '').map(parseEntry);
}

function parseEntry(entry: string): Allowed {
  const [, scheme = 'https', host, port] = ENTRY.exec(entry) ?? [];
  if (host === undefined || (host.startsWith('.') && !entry.includes('*')))
    throw new SettingsError(
      `SLUICE_ALLOWED_HOSTS has an entry that is no host, host:port or *.domain: ${entry}`,
    );
  return { scheme: `${scheme}:`, host, port: port ?? defaultPort(`${scheme}:`) };
}

function matches({ scheme, host, port }: Allowed, url: URL): boolean {
  const sameHost = host.startsWith('.') ? url.hostname.endsWith(host) : url.hostname === host;
  const samePort = (url.port === '' ? defaultPort(url.protocol) : url.port) === port;
  return sameHost && samePort && url.protocol === scheme && url.username === '' && url.password === '';
}

function defaultPort(scheme: string): string {
  return scheme === 'http:' ? '80' : '443';
}
