// Makes the function app's package: the whole app as one file that needs nothing installed, beside what the Functions
// host reads. OpenTelemetry is a second file: the first loads it only where telemetry is on.
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build as bundle, type BuildOptions, type Plugin } from 'esbuild';

export interface PackagedFile {
  readonly name: string;
  readonly bytes: number;
  readonly gzippedBytes: number;
}

const APP = 'app';
const TELEMETRY = 'telemetry-sdk';
/** Given by the Functions worker; no package of that name is on npm. */
const GIVEN_BY_WORKER = '@azure/functions-core';

const OPTIONS = {
  bundle: true,
  platform: 'node',
  // What the app settings may ask for and the tests run on, whichever is older.
  target: 'node20',
  format: 'cjs',
  external: [GIVEN_BY_WORKER],
  // The licences that the bundled packages want to be kept, in a file of their own.
  legalComments: 'linked',
  logLevel: 'warning',
} as const satisfies BuildOptions;

/** Leaves the import of telemetry-sdk as it is, but for where it lies: beside the app. */
const telemetryBeside: Plugin = {
  name: 'telemetry-beside',
  setup: (build) =>
    build.onResolve({ filter: new RegExp(`/${TELEMETRY}$`) }, () => ({
      path: `./${TELEMETRY}.js`,
      external: true,
    })),
};

/**
 * Of what tsc has built, whose imports are require(): packages answer that with files that are made to be bundled so.
 * Rejects where an import cannot be resolved. `root`: the checkout; `target` is made anew.
 */
export async function packageFunctions(root: string, target: string): Promise<PackagedFile[]> {
  rmSync(target, { recursive: true, force: true });
  mkdirSync(target, { recursive: true });
  await Promise.all([
    bundle({
      ...OPTIONS,
      entryPoints: { [APP]: join(root, 'dist/functions/app.js') },
      outdir: target,
      plugins: [telemetryBeside],
    }),
    bundle({
      ...OPTIONS,
      entryPoints: { [TELEMETRY]: join(root, `dist/shared/${TELEMETRY}.js`) },
      outdir: target,
    }),
  ]);
  for (const file of ['host.json', '.funcignore']) cpSync(join(root, file), join(target, basename(file)));
  writeFileSync(join(target, 'package.json'), `${JSON.stringify(manifest(root), null, 2)}\n`);
  return readdirSync(target)
    .sort()
    .map((name) => describe(join(target, name)));
}

/** Names no dependency: whoever deploys it has nothing to install. */
function manifest(root: string): Record<string, unknown> {
  const { version, license, engines } = JSON.parse(
    readFileSync(join(root, 'package.json'), 'utf8'),
  ) as Record<string, unknown>;
  return { name: 'sluice-functions', version, private: true, license, engines, main: `${APP}.js` };
}

function describe(file: string): PackagedFile {
  const gzippedBytes = gzipSync(readFileSync(file)).length;
  return { name: basename(file), bytes: statSync(file).size, gzippedBytes };
}
