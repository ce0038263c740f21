// Before the first row of a statement is staged: may the user write to the table at all? functions/write-batch records what
// CDF says about the user (shared/capability.ts). Where that says no, it may be out of date, so CDF is asked once more,
// by a batch without rows; only its answer refuses the statement.
import { randomUUID } from 'node:crypto';
import { BATCH_VERSION } from '../../shared/batch';
import { type Capabilities, writeScopes } from '../../shared/capability';
import type { Table } from '../../shared/tables/table';
import type { PlannedBatch } from '../ingest/commit-unit';
import { handOver, type HandoverPorts } from '../ingest/handover';
import { readOutcomes } from '../ingest/refusal';
import type { StagedBatch } from '../ingest/staging';

export interface WriteAccessPorts extends HandoverPorts {
  readonly capabilitiesOf: (username: string) => Promise<Capabilities | null>;
}

/** So long an answer counts for further statements of the user. */
const KEPT_MS = 60_000;
/** Users whose answers are kept; beyond, all are asked for again. */
const MAX_KEPT = 1_000;

interface Kept {
  readonly time: number;
  readonly capabilities: Capabilities | null;
}

/** One for all sessions of the process. */
export class WriteAccess {
  private readonly kept = new Map<string, Kept>();
  /** Tables that CDF itself has just allowed though the record said no. */
  private readonly allowed = new Map<string, number>();

  constructor(private readonly ports: WriteAccessPorts) {}

  /** True where nothing has to be asked. */
  isKnown(username: string, table: Table): boolean {
    const kept = this.kept.get(username);
    if (kept === undefined || this.isOld(kept.time)) return false;
    return this.mayWrite(kept.capabilities, username, table);
  }

  /** Throws 42501 where CDF says that the user may not write to the table. A record that cannot be read is no reason. */
  async check(username: string, table: Table, signal: AbortSignal): Promise<void> {
    const capabilities = await this.ports.capabilitiesOf(username).catch(() => null);
    this.keep(username, capabilities);
    if (this.mayWrite(capabilities, username, table)) return;
    await this.askCdf(username, table, signal);
    if (this.allowed.size >= MAX_KEPT) this.allowed.clear();
    this.allowed.set(`${username} ${table.acl}`, this.ports.now());
  }

  private mayWrite(capabilities: Capabilities | null, username: string, table: Table): boolean {
    if (capabilities === null || table.request.kind === 'read-only') return true;
    if (writeScopes(capabilities, table.acl).length > 0) return true;
    const time = this.allowed.get(`${username} ${table.acl}`);
    return time !== undefined && !this.isOld(time);
  }

  private async askCdf(username: string, table: Table, signal: AbortSignal): Promise<void> {
    const unit = randomUUID();
    const planned = checkBatch(unit, username, table);
    const notice = () => undefined;
    readOutcomes(await handOver(unit, [planned], this.ports, { ack: 'written', signal, notice }), []);
  }

  private keep(username: string, capabilities: Capabilities | null): void {
    if (this.kept.size >= MAX_KEPT) this.kept.clear();
    this.kept.set(username, { time: this.ports.now(), capabilities });
  }

  private isOld(time: number): boolean {
    return this.ports.now() - time >= KEPT_MS;
  }
}

function checkBatch(unit: string, username: string, table: Table): PlannedBatch {
  const { key, request, acl } = table;
  const staged: StagedBatch = {
    ...{ version: BATCH_VERSION, unit, number: 1, username, table: table.name, columns: [], rows: 0 },
    onConflict: { action: 'update' },
    write: 'check',
    own: { key, request, acl },
    contentType: 'application/json',
    bodyBytes: 0,
    payload: { place: 'message', base64: '' },
  };
  return { number: 1, after: [], staged, isSent: false, isQueued: false };
}
