// The client's side of SCRAM-SHA-256 (RFC 5802, 7677), for tests that look between its steps.
import { createHash, createHmac, pbkdf2Sync } from 'node:crypto';
import { ByteWriter } from '../../server/protocol/byte-writer';
import { FRONTEND } from '../../server/protocol/frontend-messages';

const CLIENT_FIRST = 'n=,r=rOprNGfwEbeRWgbNEkqO';

export function saslInitialResponse(mechanism: string, response: string | null): Buffer {
  const writer = new ByteWriter();
  writer.begin(FRONTEND.Password).string(mechanism).sized(response).end();
  return writer.take();
}

export function saslResponse(text: string): Buffer {
  const writer = new ByteWriter();
  writer.begin(FRONTEND.Password).text(text).end();
  return writer.take();
}

export function clientFirst(): string {
  return `n,,${CLIENT_FIRST}`;
}

/** Answers `r=...,s=...,i=...` without channel binding. */
export function clientFinal(serverFirst: string, password: string): string {
  const [nonce = '', salt = '', iterations = ''] = serverFirst.split(',').map((part) => part.slice(2));
  const withoutProof = `c=${Buffer.from('n,,').toString('base64')},r=${nonce}`;
  const salted = pbkdf2Sync(password, Buffer.from(salt, 'base64'), Number(iterations), 32, 'sha256');
  const clientKey = createHmac('sha256', salted).update('Client Key').digest();
  const storedKey = createHash('sha256').update(clientKey).digest();
  const message = `${CLIENT_FIRST},${serverFirst},${withoutProof}`;
  const signature = createHmac('sha256', storedKey).update(message).digest();
  const proof = Buffer.from(clientKey.map((byte, i) => byte ^ signature[i]!));
  return `${withoutProof},p=${proof.toString('base64')}`;
}
