// npm run check:infra [-- --types FILE]: says what is wrong in infra/, one line each, and ends with 1 if anything is.
import { spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { openParser } from './bicep/node';
import { checkInfra } from './check';
import { formatReport } from './report';
import { loadResourceTypes } from './types/resource-types';

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { types: { type: 'string' } } });
  const folder = resolve('infra');
  const typesFile = values.types ?? process.env['BICEP_TYPES'] ?? '';
  const reports = checkInfra(
    folder,
    await openParser(),
    typesFile === '' ? null : loadResourceTypes(typesFile),
  );
  for (const report of reports) say(formatReport(report));
  if (typesFile === '')
    say('note: no types file (--types FILE or BICEP_TYPES): property names and values were not checked');
  const isBuilt = build(join(folder, 'main.bicep'));
  if (reports.length > 0 || !isBuilt) process.exitCode = 1;
}

/** Bicep's own compiler, where there is one: it knows everything, but cannot be installed from npm. */
function build(file: string): boolean {
  const { error, status, stderr } = spawnSync('bicep', ['build', '--stdout', file], { encoding: 'utf8' });
  if (error !== undefined) {
    say('note: no bicep on the PATH: not compiled');
    return true;
  }
  if (stderr !== '') say(stderr.trimEnd());
  return status === 0;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
