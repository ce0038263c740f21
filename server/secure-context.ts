// The server's certificate: read at the start, read again when its files change, so that a renewal needs no restart.
// Connections that are open keep the certificate that they began with.
import { X509Certificate } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { createSecureContext, type SecureContext, TLSSocket } from 'node:tls';
import { describeError, type Log } from '../shared/log';
import { certificateHash } from './certificate-hash';

/** How often the files are looked at. */
const DEFAULT_RELOAD_MS = 30_000;

export interface ServerIdentity {
  readonly context: SecureContext;
  /** tls-server-end-point data for SCRAM-SHA-256-PLUS. */
  readonly channelBinding: Buffer | null;
}

export interface SecureContextOptions {
  /** PEM: the server's certificate first, then the chain. */
  readonly certificateFile: string;
  /** PEM. */
  readonly keyFile: string;
  readonly reloadMs?: number;
  readonly log: Log;
}

export interface SecureContextProvider {
  /** For the next connection. */
  current(): ServerIdentity;
  /** Looks at the files now. A pair that does not fit is logged, and the old one kept. */
  reload(): Promise<void>;
  close(): void;
}

/** Rejects where the files cannot be read, or the key is not the certificate's. */
export async function createSecureContextProvider(
  options: SecureContextOptions,
): Promise<SecureContextProvider> {
  let mark = await fingerprint(options);
  let identity = await readIdentity(options);
  const reload = async () => {
    try {
      const found = await fingerprint(options);
      if (found === mark) return;
      // Taken over before reading: a pair that is half replaced is read again when its other half changes.
      mark = found;
      identity = await readIdentity(options);
      options.log.info('certificate-reloaded', { file: options.certificateFile });
    } catch (error) {
      options.log.warn('certificate-not-reloaded', {
        file: options.certificateFile,
        error: describeError(error),
      });
    }
  };
  const timer = setInterval(() => void reload(), options.reloadMs ?? DEFAULT_RELOAD_MS).unref();
  return { current: () => identity, reload, close: () => clearInterval(timer) };
}

async function readIdentity({ certificateFile, keyFile }: SecureContextOptions): Promise<ServerIdentity> {
  const [cert, key] = await Promise.all([readFile(certificateFile), readFile(keyFile)]);
  return {
    context: createSecureContext({ cert, key, minVersion: 'TLSv1.2' }),
    channelBinding: certificateHash(new X509Certificate(cert).raw),
  };
}

async function fingerprint({ certificateFile, keyFile }: SecureContextOptions): Promise<string> {
  const files = await Promise.all([stat(certificateFile), stat(keyFile)]);
  return files.map(({ mtimeMs, size, ino }) => `${mtimeMs} ${size} ${ino}`).join(', ');
}

/** The protocol's name in ALPN. */
export const ALPN_PROTOCOL = 'postgresql';

/**
 * Answers the client's handshake on an accepted socket; null where it fails (the socket is then closed). A client that
 * names other protocols only is refused by a TLS alert; one that names none has `alpnProtocol` false.
 */
export function startTls(socket: Socket, identity: ServerIdentity): Promise<TLSSocket | null> {
  const secured = new TLSSocket(socket, {
    isServer: true,
    secureContext: identity.context,
    ALPNProtocols: [ALPN_PROTOCOL],
  });
  // Emitted for errors of the TLS layer, which are no errors of the stream until someone makes them so.
  secured.on('_tlsError', () => secured.destroy());
  secured.on('error', ignore);
  return new Promise((resolve) => {
    secured.once('secure', () => resolve(secured));
    secured.once('close', () => resolve(null));
  });
}

function ignore(): void {
  // 'close' follows, and tells all that matters.
}
