// The settings of the function app: infra/ sets each of them, functions/app reads them once.
import { STORAGE_SETTINGS, storageFaults } from '../shared/azure/storage';
import { WRAPPING_KEY_SETTINGS, wrappingKeyFaults } from '../shared/azure/wrapping-key';
import { readSettings, type Setting, SettingsError } from '../shared/settings';
import { TELEMETRY_SETTINGS } from '../shared/telemetry-settings';
import { createAllowList } from './allow-list';

export const FUNCTIONS_SETTINGS = {
  ...STORAGE_SETTINGS,
  ...WRAPPING_KEY_SETTINGS,
  ...TELEMETRY_SETTINGS,
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
    range: [1, 65_535],
  },
  allowedHosts: {
    name: 'SLUICE_ALLOWED_HOSTS',
    description:
      'further hosts of token endpoints and CDF, comma-separated: host, host:port, *.domain, http://host:port',
    optional: true,
  },
  allowedProjects: {
    name: 'SLUICE_ALLOWED_PROJECTS',
    description:
      'CDF projects for which credentials may be made, comma-separated; empty: any on an allowed host',
    optional: true,
    pattern: /^[A-Za-z0-9_, -]*$/,
    expected: 'a list of project names, comma-separated',
  },
} as const satisfies Record<string, Setting>;

export type FunctionsSettings = Record<keyof typeof FUNCTIONS_SETTINGS, string>;

/** Throws SettingsError, with every fault in it. */
export function readFunctionsSettings(environment: NodeJS.ProcessEnv): FunctionsSettings {
  const rules = [storageFaults, wrappingKeyFaults, allowListFaults];
  return readSettings<keyof typeof FUNCTIONS_SETTINGS>(FUNCTIONS_SETTINGS, environment, rules);
}

function allowListFaults({ allowedHosts }: FunctionsSettings): string[] {
  try {
    createAllowList(allowedHosts);
    return [];
  } catch (error) {
    if (error instanceof SettingsError) return [error.message];
    throw error;
  }
}
