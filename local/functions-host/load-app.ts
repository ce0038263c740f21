// Loads the function app as the Functions worker does: by `main` of its package.json, with the worker's own module
// @azure/functions-core in place, which no package on npm provides.
import { readFileSync } from 'node:fs';
import Module from 'node:module';
import { join } from 'node:path';
import type { Log } from '../../shared/log';
import { createCoreApi, createRegistrations, type Registrations } from './core-api';

const CORE_MODULE = '@azure/functions-core';

interface ModuleLoader {
  _load: (request: string, ...rest: unknown[]) => unknown;
}

/** Throws what the app's own code throws while it is loaded: a wrong setting, a missing module. */
export function loadApp(appDirectory: string, log: Log): Registrations {
  const registrations = createRegistrations();
  provideModule(CORE_MODULE, createCoreApi(registrations, log));
  const entry = join(appDirectory, readMain(appDirectory));
  Module.createRequire(entry)(entry);
  if (registrations.functions.length === 0) throw new Error(`the app registers no function: ${entry}`);
  return registrations;
}

/** Node resolves a name before it looks whether someone has it: so the loader is asked first, for this one name. */
function provideModule(name: string, exports: unknown): void {
  const loader = Module as unknown as ModuleLoader;
  const load = loader._load;
  loader._load = (request, ...rest) =>
    request === name ? exports : Reflect.apply(load, Module, [request, ...rest]);
}

function readMain(appDirectory: string): string {
  const { main } = JSON.parse(readFileSync(join(appDirectory, 'package.json'), 'utf8')) as { main?: unknown };
  if (typeof main !== 'string' || /[*?{]/.test(main))
    throw new Error('"main" of package.json must name the one file that registers the functions');
  return main;
}
