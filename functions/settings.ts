// The settings of the function app: infra/ sets each of them, functions/app reads them once.
import { STORAGE_SETTINGS } from '../shared/azure/storage';
import { WRAPPING_KEY_SETTINGS } from '../shared/azure/wrapping-key';
import type { Setting } from '../shared/settings';

export const FUNCTIONS_SETTINGS = {
  ...STORAGE_SETTINGS,
  ...WRAPPING_KEY_SETTINGS,
  publicHost: {
    name: 'SLUICE_PUBLIC_HOST',
    description: 'host name under which clients reach the PostgreSQL port; POST /create answers it',
    pattern: /^[A-Za-z0-9.:-]+$/,
    expected: 'a host name or address',
  },
  publicPort: {
    name: 'SLUICE_PUBLIC_PORT',
    description: 'port under which clients reach it',
    default: '5432',
    pattern: /^[1-9][0-9]{0,4}$/,
    expected: 'a port number',
  },
  allowedHosts: {
    name: 'SLUICE_ALLOWED_HOSTS',
    description:
      'further hosts of token endpoints and CDF, comma-separated: host, host:port, *.domain, http://host:port',
    optional: true,
  },
} as const satisfies Record<string, Setting>;
