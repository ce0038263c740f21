// Batches on their way: payloads in a blob container, headers in a queue. The server puts them there, write-batch takes
// them, and puts one back whose turn has not come yet.
import type { ContainerClient } from '@azure/storage-blob';
import { RestError } from '@azure/storage-blob';
import type { QueueClient } from '@azure/storage-queue';
import type { Batch } from '../batch';

export interface BatchStore {
  /** Uploads a payload; the same name again replaces it. */
  stage(name: string, payload: Uint8Array): Promise<void>;
  /** null where there is no such blob. */
  load(name: string): Promise<Buffer | null>;
  /** Also where there is none. */
  remove(name: string): Promise<void>;
  /** `delaySeconds`: how long nobody sees the message. */
  enqueue(batch: Batch, delaySeconds?: number): Promise<void>;
}

export function createBatchStore(container: ContainerClient, queue: QueueClient): BatchStore {
  return {
    stage: async (name, payload) => {
      const body = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength);
      await container.getBlockBlobClient(name).upload(body, body.length);
    },
    load: async (name) => {
      try {
        const { readableStreamBody } = await container.getBlockBlobClient(name).download();
        return await readAll(readableStreamBody ?? []);
      } catch (error) {
        if (error instanceof RestError && error.statusCode === 404 && error.code !== 'ContainerNotFound')
          return null;
        throw error;
      }
    },
    remove: async (name) => {
      await container.getBlockBlobClient(name).deleteIfExists();
    },
    enqueue: async (batch, delaySeconds = 0) => {
      // host.json: messageEncoding base64; this SDK does not encode. -1: a message does not expire.
      const text = Buffer.from(JSON.stringify(batch)).toString('base64');
      await queue.sendMessage(text, { messageTimeToLive: -1, visibilityTimeout: delaySeconds });
    },
  };
}

async function readAll(stream: AsyncIterable<string | Buffer> | Iterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}
