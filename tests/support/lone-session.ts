// A session over a real engine, without a socket and without storage: what it queues lies in a list, and the test says
// when CDF has it. For what depends on who comes first: pipelines, errors, a client that is gone.
import type { Batch } from '../../shared/batch';
import type { Load } from '../../shared/load';
import type { Outcome } from '../../shared/outcome';
import type { SessionContext } from '../../server/connection';
import type { Engine } from '../../server/engine/engine';
import { decodeErrorFields } from '../../server/protocol/backend-messages';
import { FrameReader, messageBytes } from '../../server/protocol/frame-reader';
import { createOpenSession, type SharedPorts } from '../../server/session/open-session';
import { createMemoryGauge, type MemoryGauge } from '../../server/session/ports';
import type { GatewaySession } from '../../server/session/session';
import { describeBackend } from './backend-text';
import { encodeFrontend } from './frontend-text';
import { createSilentLog } from './silent-log';

const MAX_MESSAGE_BYTES = 64 * 1024 * 1024;
const SILENCE_LIMIT_MS = 5_000;

export class LoneSession {
  session!: GatewaySession;
  /** What the client has got, as lines. */
  readonly lines: string[] = [];
  /** The words of errors, notices and warnings, with their DETAIL. */
  readonly words: string[] = [];
  /** What was noted for sluice.batches. */
  readonly loads: Load[] = [];
  /** What the queue has. */
  readonly queued: Batch[] = [];
  readonly removed: string[] = [];
  isClosed = false;
  isReadingPaused = false;
  needsDrain = false;
  /** What storage does with a payload, and CDF with a batch; replaced by tests. */
  stage: (name: string) => Promise<void> = () => Promise.resolve();
  enqueue: (batch: Batch) => Promise<void> = () => Promise.resolve();
  judge: (batch: Batch) => Outcome | null = ({ unit, number, rows }) => {
    return { unit, number, written: rows, refused: 0, errors: [] };
  };
  now: () => number = () => 0;
  private readonly frames = new FrameReader(0x3fffffff);
  private wake = () => undefined as void;

  static async open(
    engine: Engine,
    parameters: Record<string, string> = {},
    memory: MemoryGauge = createMemoryGauge(96 * 1024 * 1024),
    own: Pick<SharedPorts, 'ownTables' | 'definitions'> = {},
  ): Promise<LoneSession> {
    const lone = new LoneSession();
    const openSession = createOpenSession(engine, MAX_MESSAGE_BYTES, {
      stage: (name) => lone.stage(name),
      remove: (name) => Promise.resolve(void lone.removed.push(name)),
      enqueue: async (batch) => {
        await lone.enqueue(batch);
        lone.queued.push(batch);
      },
      outcomesOf: (unit) => {
        const batches = lone.queued.filter((batch) => batch.unit === unit);
        return Promise.resolve(batches.flatMap((batch) => lone.judge(batch) ?? []));
      },
      recordLoad: (load) => Promise.resolve(void lone.loads.push(load)),
      now: () => lone.now(),
      sleep: () => new Promise((resolve) => setImmediate(resolve)),
      memory,
      ...own,
      log: createSilentLog(),
    });
    lone.session = (await openSession(lone.context(parameters))) as GatewaySession;
    await lone.until('ReadyForQuery');
    lone.lines.length = 0;
    return lone;
  }

  /** Messages as in transcripts, all in one chunk. */
  send(...messages: string[]): void {
    this.session.receive(Buffer.concat(messages.map(encodeFrontend)));
  }

  /** Takes the lines up to the `count`th that begins so; fails where the session stays silent. */
  async until(start: string, count = 1): Promise<string[]> {
    const until = Date.now() + SILENCE_LIMIT_MS;
    const at = () => this.lines.flatMap((line, i) => (line.startsWith(start) ? [i] : []))[count - 1];
    while (at() === undefined) {
      if (Date.now() > until) throw new Error(`no ${start} came after: ${this.lines.join(', ')}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, SILENCE_LIMIT_MS);
        this.wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    return this.lines.splice(0, at()! + 1);
  }

  private context(parameters: Record<string, string>): SessionContext {
    const needsDrain = () => this.needsDrain;
    return {
      username: 'jo',
      processId: 1,
      secretKey: Buffer.alloc(4),
      startupParameters: new Map(Object.entries(parameters)),
      send: (bytes) => this.hear(bytes),
      get needsDrain() {
        return needsDrain();
      },
      pauseReading: () => void (this.isReadingPaused = true),
      resumeReading: () => void (this.isReadingPaused = false),
      close: () => {
        this.isClosed = true;
        this.wake();
      },
    };
  }

  private hear(bytes: Buffer): void {
    this.frames.push(bytes);
    for (let frame = this.frames.read(); frame !== null; frame = this.frames.read()) {
      const message = messageBytes(frame);
      const line = describeBackend(message);
      if (/^(Error|Notice)Response/.test(line)) this.words.push(wordsOf(message));
      if (!line.startsWith('ParameterStatus')) this.lines.push(line);
    }
    this.wake();
  }
}

function wordsOf(message: Buffer): string {
  const fields = decodeErrorFields(message);
  return ['M', 'D'].flatMap((key) => fields.get(key) ?? []).join('\n');
}
