// Certificates for tests, made by openssl in a temporary folder: a CA, and servers for localhost that it signs.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

interface Certificate {
  readonly certificateFile: string;
  readonly keyFile: string;
}

export interface CertificateAuthority {
  readonly folder: string;
  readonly caFile: string;
  /** `name` names the files. `signing` are options of `openssl x509 -req`, e.g. `-sha384`. */
  issue(name: string, signing?: readonly string[], key?: readonly string[]): Certificate;
  close(): void;
}

const EC_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'];

export function createAuthority(caKey: readonly string[] = EC_KEY): CertificateAuthority {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-tls-'));
  const at = (name: string) => join(folder, name);
  const openssl = (...options: readonly string[]) => execFileSync('openssl', options, { stdio: 'pipe' });
  const ca = ['-keyout', at('ca.key'), '-out', at('ca.pem')];
  openssl('req', '-x509', ...caKey, '-nodes', '-days', '2', '-subj', '/CN=Sluice test CA', ...ca);
  writeFileSync(at('san.cnf'), 'subjectAltName=DNS:localhost,IP:127.0.0.1\n');
  return {
    folder,
    caFile: at('ca.pem'),
    issue(name, signing = ['-sha256'], key = EC_KEY) {
      const files = { certificateFile: at(`${name}.pem`), keyFile: at(`${name}.key`) };
      const request = ['-keyout', files.keyFile, '-out', at(`${name}.csr`)];
      openssl('req', '-new', ...key, '-nodes', '-subj', '/CN=localhost', ...request);
      const signed = ['-CA', at('ca.pem'), '-CAkey', at('ca.key'), '-CAcreateserial', '-days', '2'];
      const output = ['-in', at(`${name}.csr`), '-extfile', at('san.cnf'), '-out', files.certificateFile];
      openssl('x509', '-req', ...signed, ...signing, ...output);
      return files;
    },
    close: () => rmSync(folder, { recursive: true, force: true }),
  };
}
