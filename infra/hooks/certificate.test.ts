// The postprovision hook, with a stand-in for az that writes down how it is called.
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const HOOK = join(__dirname, 'certificate.sh');
let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-hook-'));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** `az`: a shell script, given the arguments of each call. */
function run(az: string, environment: Record<string, string> = {}) {
  const calls = join(folder, 'calls');
  writeFileSync(calls, '');
  writeFileSync(join(folder, 'az'), `#!/bin/sh\necho "$*" >>"${calls}"\n${az}\n`);
  chmodSync(join(folder, 'az'), 0o755);
  const env = {
    PATH: `${folder}:${process.env['PATH']}`,
    TMPDIR: folder,
    SLUICE_VAULT: 'kv-test',
    SLUICE_TLS_SECRET: 'sluice-tls',
    SLUICE_HOST: 'sluice.example.com',
    SLUICE_CERTIFICATE_TRIES: '3',
    SLUICE_CERTIFICATE_WAIT: '0',
    ...environment,
  };
  const output = execFileSync(HOOK, { env, encoding: 'utf8', stdio: 'pipe' });
  return { output, calls: readFileSync(calls, 'utf8').trim().split('\n') };
}

it('leaves a certificate that is there alone', () => {
  const { output, calls } = run('exit 0');
  expect(calls).toEqual(['keyvault certificate show --vault-name kv-test --name sluice-tls --output none']);
  expect(output).toMatch('sluice-tls is in kv-test');
});

it('makes one for the host where there is none, as PEM', () => {
  const policy = join(folder, 'policy');
  const { output } = run(`case "$*" in
    *" show "*) exit 3;;
    *) cat "$(echo "$*" | sed 's/.*--policy @\\([^ ]*\\).*/\\1/')" >"${policy}";;
  esac`);
  expect(output).toMatch('made a self-signed one for sluice.example.com');
  expect(JSON.parse(readFileSync(policy, 'utf8'))).toMatchObject({
    issuerParameters: { name: 'Self' },
    keyProperties: { exportable: true },
    secretProperties: { contentType: 'application/x-pem-file' },
    x509CertificateProperties: { subjectAlternativeNames: { dnsNames: ['sluice.example.com'] } },
  });
});

it('tries again until the role that allows it is known everywhere', () => {
  const tried = join(folder, 'tried');
  const { calls } = run(`case "$*" in *" show "*) exit 3;; esac
    echo x >>"${tried}"; test "$(wc -l <"${tried}")" -ge 3`);
  expect(calls.filter((call) => call.includes(' create '))).toHaveLength(3);
});

it('says what to do where the vault does not take one from here', () => {
  expect(() => run('exit 3')).toThrow(/kv-test does not take one from here/);
});

it('asks nothing where main.bicep was given the certificate', () => {
  const { calls } = run('exit 3', { SLUICE_TLS_PEM: 'pem' });
  expect(calls).toEqual(['']);
});
