// From the first byte to the StartupMessage: direct TLS, SSLRequest, GSSENCRequest, CancelRequest.
// @see https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-START-UP
import type { CancelKeys } from './cancel-keys';
import { unencryptedData } from './login';
import { decodeStartupPacket, type StartupMessage, unsupportedVersion } from './protocol/startup-packets';
import { ALPN_PROTOCOL, type ServerIdentity } from './secure-context';
import type { Transport } from './transport';

/** First byte of a TLS handshake record: as a startup packet it would be hundreds of megabytes long. */
const TLS_HANDSHAKE = 0x16;

const WILLING = 'S';
const UNWILLING = 'N';

export interface NegotiationPorts {
  /** null: no TLS here. Asked for each connection. */
  readonly identity: () => ServerIdentity | null;
  readonly cancelKeys: CancelKeys;
}

/**
 * null where there is nothing more to do: a CancelRequest, a handshake that failed. Throws PostgresError, and
 * ConnectionEnded where the client is gone.
 */
export async function negotiate(
  transport: Transport,
  ports: NegotiationPorts,
): Promise<StartupMessage | null> {
  const first = await transport.input.peekByte();
  if (first === TLS_HANDSHAKE && !(await beginDirectTls(transport, ports))) return null;
  const asked = new Set<string>();
  for (;;) {
    const packet = decodeStartupPacket(await transport.input.readStartup());
    if (packet.type === 'StartupMessage') return packet;
    if (packet.type === 'CancelRequest') {
      ports.cancelKeys.cancel(packet);
      return null;
    }
    // Each once, and none inside TLS; PostgreSQL then takes the request's code for a version.
    if (transport.isSecure || asked.has(packet.type))
      throw unsupportedVersion(packet.code >>> 16, packet.code & 0xffff);
    asked.add(packet.type);
    if (packet.type === 'GSSENCRequest') transport.stream.write(UNWILLING);
    else if (!(await answerSslRequest(transport, ports))) return null;
  }
}

async function answerSslRequest(transport: Transport, ports: NegotiationPorts): Promise<boolean> {
  const identity = ports.identity();
  if (identity === null) {
    transport.stream.write(UNWILLING);
    return true;
  }
  // What came in clear must not be taken for something that came through TLS (CVE-2021-23214).
  if (transport.input.hasRest) throw unencryptedData();
  transport.stream.write(WILLING);
  return transport.secure(identity);
}

/** Without SSLRequest only ALPN tells that the handshake is meant for PostgreSQL, so it must be there. */
async function beginDirectTls(transport: Transport, ports: NegotiationPorts): Promise<boolean> {
  const identity = ports.identity();
  if (identity === null || !(await transport.secure(identity))) return false;
  return transport.alpnProtocol === ALPN_PROTOCOL;
}
