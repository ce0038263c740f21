import { createHash, X509Certificate } from 'node:crypto';
import { cpSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type CertificateAuthority, createAuthority } from '../tests/support/certificates';
import { createSilentLog } from '../tests/support/silent-log';
import { certificateHash } from './certificate-hash';
import { createSecureContextProvider, type SecureContextProvider } from './secure-context';

const RSA = ['-newkey', 'rsa:2048'];
const PSS = ['-sigopt', 'rsa_padding_mode:pss'];

let elliptic: CertificateAuthority;
let rsa: CertificateAuthority;
let edwards: CertificateAuthority;

beforeAll(() => {
  elliptic = createAuthority();
  rsa = createAuthority(RSA);
  edwards = createAuthority(['-newkey', 'ed25519']);
});

afterAll(() => {
  for (const authority of [elliptic, rsa, edwards]) authority.close();
});

const derOf = (file: string) => new X509Certificate(readFileSync(file)).raw;

describe('certificateHash', () => {
  it.each([
    ['ecdsa', '-sha256', [], 'sha256'],
    ['ecdsa', '-sha384', [], 'sha384'],
    ['ecdsa', '-sha512', [], 'sha512'],
    ['ecdsa', '-sha1', [], 'sha256'],
    ['rsa', '-sha1', [], 'sha256'],
    ['rsa', '-sha224', [], 'sha224'],
    ['rsa', '-sha384', [], 'sha384'],
    ['rsa', '-sha512', PSS, 'sha512'],
    ['rsa', '-sha256', PSS, 'sha256'],
  ])('hashes a certificate signed by %s with %s %j', (family, digest, options, hash) => {
    const authority = family === 'rsa' ? rsa : elliptic;
    const name = `${family}${digest}${options.length}`;
    const der = derOf(authority.issue(name, [digest, ...options]).certificateFile);

    expect(certificateHash(der)).toEqual(createHash(hash).update(der).digest());
  });

  it('has none for Ed25519, nor for what is no certificate', () => {
    expect(certificateHash(derOf(edwards.issue('server', []).certificateFile))).toBeNull();
    expect(certificateHash(Buffer.from('3082ffff0102', 'hex'))).toBeNull();
    expect(certificateHash(Buffer.alloc(0))).toBeNull();
  });
});

describe('a secure context provider', () => {
  let provider: SecureContextProvider;
  const warnings: string[] = [];
  let files: { certificateFile: string; keyFile: string };

  beforeEach(async () => {
    const first = elliptic.issue('first');
    files = {
      certificateFile: join(elliptic.folder, 'live.pem'),
      keyFile: join(elliptic.folder, 'live.key'),
    };
    cpSync(first.certificateFile, files.certificateFile);
    cpSync(first.keyFile, files.keyFile);
    warnings.length = 0;
    const log = { ...createSilentLog(), warn: (event: string) => void warnings.push(event) };
    provider = await createSecureContextProvider({ ...files, log });
  });

  afterEach(() => provider.close());

  const replace = (target: string, source: string) => {
    writeFileSync(target, readFileSync(source));
    utimesSync(target, new Date(), new Date(Date.now() + 60_000));
  };

  it('keeps what it has while the files are the same', async () => {
    const before = provider.current();

    await provider.reload();

    expect(provider.current()).toBe(before);
  });

  it('serves a new certificate once both files are there, and the old one until then', async () => {
    const before = provider.current();
    const second = elliptic.issue('second');

    replace(files.certificateFile, second.certificateFile);
    await provider.reload();
    expect(provider.current()).toBe(before);
    expect(warnings).toEqual(['certificate-not-reloaded']);

    replace(files.keyFile, second.keyFile);
    await provider.reload();
    expect(provider.current().channelBinding).toEqual(certificateHash(derOf(second.certificateFile)));
    expect(warnings.length).toBe(1);
  });

  it('keeps the old certificate while the file is gone or spoilt', async () => {
    const before = provider.current();

    writeFileSync(files.certificateFile, 'spoilt');
    await provider.reload();
    rmSync(files.certificateFile);
    await provider.reload();

    expect(provider.current()).toBe(before);
    expect(warnings).toEqual(['certificate-not-reloaded', 'certificate-not-reloaded']);
  });

  it('does not begin with a key that is not the certificate’s', async () => {
    const { certificateFile } = elliptic.issue('third');

    await expect(
      createSecureContextProvider({ certificateFile, keyFile: files.keyFile, log: createSilentLog() }),
    ).rejects.toThrow();
  });
});
