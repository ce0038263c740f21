// What modules/server.bicep assumes about the server.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSecureContextProvider } from '../server/secure-context';
import { SERVER_SETTINGS } from '../server/settings';
import { createAuthority } from '../tests/support/certificates';
import { createSilentLog } from '../tests/support/silent-log';
import type { BicepFile } from './check/bicep/file';
import { openParser } from './check/bicep/node';
import { readProgram } from './check/bicep/program';

let serverBicep: BicepFile;

beforeAll(async () => {
  serverBicep = readProgram(__dirname, await openParser()).files.get('modules/server.bicep')!;
});

// A vault gives a certificate as one text, the private key first; it is mounted as one file.
it.each(['key first', 'certificate first'])('takes certificate and key from one file: %s', async (order) => {
  const authority = createAuthority();
  const folder = mkdtempSync(join(tmpdir(), 'sluice-pem-'));
  try {
    const { certificateFile, keyFile } = authority.issue('server');
    const texts = [keyFile, certificateFile, authority.caFile].map((file) => readFileSync(file, 'utf8'));
    const file = join(folder, 'sluice.pem');
    writeFileSync(file, (order === 'key first' ? texts : texts.reverse().slice(1)).join(''));
    const log = createSilentLog();
    const certificates = await createSecureContextProvider({ certificateFile: file, keyFile: file, log });
    expect(certificates.current().channelBinding).not.toBeNull();
    certificates.close();
  } finally {
    authority.close();
    rmSync(folder, { recursive: true });
  }
});

it('gives a replica longer to stop than its sessions have to drain', () => {
  expect(serverBicep.names.get('drainSeconds')!.value!.text).toBe(
    String(Number(SERVER_SETTINGS.drainLimitMs.default) / 1000),
  );
  expect(serverBicep.root.text).toMatch('terminationGracePeriodSeconds: drainSeconds + stopSeconds');
  expect(serverBicep.root.text).toMatch('value: string(drainSeconds * 1000)');
  expect(Number(serverBicep.names.get('stopSeconds')!.value!.text)).toBeGreaterThanOrEqual(5);
});

it('listens and is probed where the server listens by default', () => {
  expect(serverBicep.names.get('postgresPort')!.value!.text).toBe(SERVER_SETTINGS.port.default);
  expect(serverBicep.names.get('healthPort')!.value!.text).toBe(SERVER_SETTINGS.healthPort.default);
});
