// Puts the bodies of cut batches where functions/write-batch will find them: small ones into the message, others into
// a blob, while rows keep coming. Nothing is queued here: that is the hand-over's, as a rule at the end of the commit unit.
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { encodeRowNumbers } from '../../shared/batch-index';
import { type Batch, INLINE_PAYLOAD_BYTES, payloadBlobName } from '../../shared/batch';
import type { CutBatch } from './rows';

export type StagePayload = (blobName: string, payload: Buffer) => Promise<void>;
export type RemovePayload = (blobName: string) => Promise<void>;

/** Uploads that one session has under way; beyond, its socket is not read. */
const MAX_UPLOADS = 3;
/** What one unit may keep in memory as payloads that travel in messages; beyond, small ones become blobs too. */
const MAX_INLINE_BYTES_OF_UNIT = 1024 * 1024;
/** Level 1: a fifth of the time of level 6 for a body a tenth larger. */
const GZIP = { level: 1 } as const;

const compress = promisify(gzip) as (bytes: Uint8Array, options: typeof GZIP) => Promise<Buffer>;

export type StagedBatch = Omit<Batch, 'after' | 'createdTime'>;

export class Staging {
  private readonly underWay = new Set<Promise<void>>();
  private inlineBytes = 0;
  private failure: Error | null = null;
  /** What was added before the last forget() is of no interest any more. */
  private generation = 0;

  constructor(
    private readonly stage: StagePayload,
    private readonly remove: RemovePayload,
  ) {}

  /** True while no further batch should be cut. */
  get isBehind(): boolean {
    return this.underWay.size >= MAX_UPLOADS;
  }

  /** Starts to stage; `done` gets the header. A failure comes out of the next settle(). */
  add(
    cut: CutBatch,
    header: Omit<StagedBatch, 'bodyBytes' | 'payload'>,
    done: (batch: StagedBatch) => void,
  ): void {
    const { generation } = this;
    const work = this.payload(cut, header).then(
      (staged) => (generation === this.generation ? done(staged) : this.discard([staged])),
      (error: unknown) => {
        if (generation !== this.generation) return;
        this.failure ??= error instanceof Error ? error : new Error(String(error));
      },
    );
    const tracked = work.finally(() => this.underWay.delete(tracked));
    this.underWay.add(tracked);
  }

  /** Resolves when at most `count` uploads are under way; rejects with the first failure. */
  async settle(count = 0): Promise<void> {
    while (this.underWay.size > count) await Promise.race(this.underWay);
    if (this.failure === null) return;
    const failure = this.failure;
    this.failure = null;
    throw failure;
  }

  /** The unit is dropped: what is still under way is removed when it is there, and may fail. */
  forget(): void {
    this.generation++;
    this.failure = null;
    this.inlineBytes = 0;
  }

  /** Removes blobs of batches that will never be queued. What fails here is swept by the container's lifecycle rule. */
  discard(batches: readonly StagedBatch[]): void {
    for (const batch of batches)
      if (batch.payload.place === 'blob') this.remove(batch.payload.name).catch(() => undefined);
  }

  private async payload(
    cut: CutBatch,
    header: Omit<StagedBatch, 'bodyBytes' | 'payload'>,
  ): Promise<StagedBatch> {
    const index = encodeRowNumbers(cut.rowNumbers, cut.rowNumbers.length);
    const [body, rows] = await Promise.all([compress(cut.body, GZIP), compress(index, GZIP)]);
    const payload = Buffer.concat([body, rows]);
    const inline =
      payload.length <= INLINE_PAYLOAD_BYTES && this.inlineBytes + payload.length <= MAX_INLINE_BYTES_OF_UNIT;
    if (inline) {
      this.inlineBytes += payload.length;
      return {
        ...header,
        bodyBytes: body.length,
        payload: { place: 'message', base64: payload.toString('base64') },
      };
    }
    const name = payloadBlobName(header);
    await this.stage(name, payload);
    return { ...header, bodyBytes: body.length, payload: { place: 'blob', name } };
  }
}
