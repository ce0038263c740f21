// Logs a wire client in: StartupMessage, SCRAM-SHA-256 where the server asks for it, up to ReadyForQuery.
import { encodeCancelRequest, encodeStartup } from '../../server/protocol/engine-messages';
import { clientFinal, clientFirst, saslInitialResponse, saslResponse } from './scram-client';
import type { WireClient } from './wire-client';

export interface Identity {
  readonly user: string;
  readonly database: string;
  readonly password: string;
}

const AUTHENTICATION_SASL = 10;
const AUTHENTICATION_SASL_CONTINUE = 11;

/** Returns the CancelRequest of the session. Throws where the server refuses. */
export async function logIn(client: WireClient, { user, database, password }: Identity): Promise<Buffer> {
  let cancelRequest: Buffer = Buffer.alloc(0);
  client.send(encodeStartup(Object.entries({ user, database })));
  for (let message = await client.message(); message !== null; message = await client.message()) {
    const type = String.fromCharCode(message[0]!);
    if (type === 'E') throw new Error(`the server refused: ${message.toString('latin1')}`);
    if (type === 'R') answer(client, message, password);
    if (type === 'K') cancelRequest = encodeCancelRequest(message.readInt32BE(5), message.subarray(9));
    if (type === 'Z') return cancelRequest;
  }
  throw new Error('the server closed the connection');
}

function answer(client: WireClient, message: Buffer, password: string): void {
  const step = message.readInt32BE(5);
  if (step === AUTHENTICATION_SASL) client.send(saslInitialResponse('SCRAM-SHA-256', clientFirst()));
  if (step === AUTHENTICATION_SASL_CONTINUE)
    client.send(saslResponse(clientFinal(message.toString('utf8', 9), password)));
}
