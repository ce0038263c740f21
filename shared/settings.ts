// Settings come from the environment, are read once at the start of a process, and are refused there by name.

export interface Setting {
  /** Name of the environment variable (in Azure: app setting). */
  readonly name: string;
  readonly description: string;
  readonly default?: string;
  /** May be absent without a default. */
  readonly optional?: true;
  /** What it must look like, and how to say so. */
  readonly pattern?: RegExp;
  readonly expected?: string;
  /** A whole number between these, both included. */
  readonly range?: readonly [least: number, most: number];
}

/** What must hold between settings: each fault a sentence that names them. Sees all values, empty where absent. */
type Rule<Name extends string> = (values: Readonly<Record<Name, string>>) => readonly string[];

/** Ports, and what is waited for: setTimeout takes no more. */
export const ANY_PORT = [0, 65_535] as const;
export const MAX_MS = 2 ** 31 - 1;

export class SettingsError extends Error {
  override readonly name = 'SettingsError';
}

/** Reads all settings of a process; throws SettingsError with every fault in one message. Empty counts as absent. */
export function readSettings<Name extends string>(
  settings: Readonly<Record<Name, Setting>>,
  environment: Readonly<Record<string, string | undefined>>,
  rules: readonly Rule<Name>[] = [],
): Record<Name, string> {
  const values = {} as Record<Name, string>;
  const faults: string[] = [];
  for (const key of Object.keys(settings) as Name[]) {
    const setting = settings[key];
    const value = environment[setting.name] || (setting.default ?? '');
    const fault = faultOf(setting, value);
    if (fault !== null) faults.push(`${setting.name} ${fault}`);
    values[key] = value;
  }
  for (const rule of rules) faults.push(...rule(values));
  if (faults.length > 0) throw new SettingsError(faults.join('\n'));
  return values;
}

function faultOf(setting: Setting, value: string): string | null {
  if (value === '')
    return setting.optional || setting.default !== undefined ? null : `is not set: ${setting.description}`;
  if (setting.range !== undefined) return rangeFault(value, setting.range);
  if (setting.pattern?.test(value) !== false) return null;
  return `is not ${setting.expected ?? String(setting.pattern)}`;
}

function rangeFault(value: string, [least, most]: readonly [number, number]): string | null {
  const isWithin = /^\d{1,15}$/.test(value) && Number(value) >= least && Number(value) <= most;
  return isWithin ? null : `is not a whole number from ${least} to ${most}`;
}
