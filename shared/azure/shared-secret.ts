// A random secret that all replicas of the server share without any setting: a blob that the first of them makes.
// It salts what is answered for unknown users, which must look the same whichever replica answers.
import { randomBytes } from 'node:crypto';
import { type ContainerClient, RestError } from '@azure/storage-blob';

const SECRET_BYTES = 32;
const CONFLICT = new Set([409, 412]);

/** Reads the secret, making it first where there is none. Rejects where storage does not answer. */
export async function sharedSecret(container: ContainerClient, name: string): Promise<Buffer> {
  const blob = container.getBlockBlobClient(name);
  const fresh = randomBytes(SECRET_BYTES);
  try {
    await blob.upload(fresh, fresh.length, { conditions: { ifNoneMatch: '*' } });
    return fresh;
  } catch (error) {
    if (!(error instanceof RestError) || !CONFLICT.has(error.statusCode ?? 0)) throw error;
    return blob.downloadToBuffer();
  }
}
