// npm run package:functions [folder]: the function app as it is deployed, in dist/functions-package, and its size.
import { join, resolve } from 'node:path';
import { packageFunctions } from './package-functions';

const ROOT = join(__dirname, '../../..');

async function main(): Promise<void> {
  const target = resolve(process.argv[2] ?? join(ROOT, 'dist/functions-package'));
  const files = await packageFunctions(ROOT, target);
  const total = { bytes: 0, gzippedBytes: 0 };
  for (const { name, bytes, gzippedBytes } of files) {
    console.log(line(name, bytes, gzippedBytes));
    total.bytes += bytes;
    total.gzippedBytes += gzippedBytes;
  }
  console.log(line(target, total.bytes, total.gzippedBytes));
}

function line(name: string, bytes: number, gzippedBytes: number): string {
  const kib = (count: number) => (count / 1024).toFixed(1).padStart(8);
  return `${kib(bytes)} KiB, gzipped ${kib(gzippedBytes)} KiB  ${name}`;
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
