// Whether a user may write to a table, asked of CDF (token/inspect) before anything is sent: once for each token, and afresh
// before anyone is told no, for a group may have got the capability meanwhile. CDF that does not tell is no reason to refuse.
import { createHash } from 'node:crypto';
import type { Capabilities } from '../../shared/capability';
import { writeScopes } from '../../shared/capability';
import type { Log } from '../../shared/log';
import type { Table } from '../../shared/tables/table';
import type { Inspection } from '../cdf/inspect';
import { InspectError } from '../cdf/inspect';
import type { Clock } from '../cdf/retry';
import { createRetry } from '../cdf/retry';
import type { TokenCache } from '../cdf/token';
import { describeWithoutValues, permissionDenied } from './failure';
import type { CdfAccess } from './sender';
import { tokenOf } from './sender';

export interface CapabilityPorts {
  /** Rejects with InspectError. */
  readonly inspect: (baseUrl: string, token: string) => Promise<Inspection>;
  readonly saveCapabilities: (username: string, capabilities: Capabilities) => Promise<void>;
  readonly tokens: TokenCache;
  readonly clock: Clock;
  readonly log: Log;
}

interface Asked {
  readonly username: string;
  readonly access: CdfAccess;
}

/** One a token of a user: see MAX_CACHED_TOKENS. */
const MAX_CACHED = 1000;
/** CDF did not answer: it is not asked again for each batch. */
const UNANSWERED_AGE_MS = 60_000;

interface Entry {
  readonly askedTime: number;
  /** null: CDF does not tell this token. */
  readonly answer: Promise<Capabilities | null>;
  isUnanswered: boolean;
}

export class CapabilityCheck {
  private readonly entries = new Map<string, Entry>();

  constructor(private readonly ports: CapabilityPorts) {}

  /**
   * Kinds of scopes in which the user may write to the table; null: CDF does not say. Rejects with BatchFailedError (42501)
   * where it may not. `isFresh`: asks again, whatever is known.
   */
  async scopesOf(asked: Asked, table: Table, isFresh = false): Promise<readonly string[] | null> {
    const { clock } = this.ports;
    const started = clock.now();
    const token = await createRetry(clock)(true, () => tokenOf(this.ports, asked.access));
    const known = isFresh ? this.ask(asked, token) : this.known(asked, token);
    const scopes = scopesIn(await known.answer, table);
    if (scopes === null || scopes.length > 0) return scopes;
    // Known from before: the group may have got it since, and whoever added it tries again at once.
    if (known.askedTime < started) return this.scopesOf(asked, table, true);
    throw permissionDenied(table, asked.access.project, lack(table, asked.access.project));
  }

  private known(asked: Asked, token: string): Entry {
    const entry = this.entries.get(nameOf(asked, token));
    if (entry === undefined) return this.ask(asked, token);
    const isOld = this.ports.clock.now() - entry.askedTime > UNANSWERED_AGE_MS;
    return entry.isUnanswered && isOld ? this.ask(asked, token) : entry;
  }

  private ask(asked: Asked, token: string): Entry {
    const askedTime = this.ports.clock.now();
    const entry: Entry = {
      askedTime,
      isUnanswered: false,
      answer: this.answer(asked, token).catch(() => {
        entry.isUnanswered = true;
        return null;
      }),
    };
    const name = nameOf(asked, token);
    this.entries.delete(name);
    this.entries.set(name, entry);
    if (this.entries.size > MAX_CACHED) this.entries.delete(this.entries.keys().next().value ?? name);
    return entry;
  }

  /** Rejects where there was no answer. */
  private async answer({ username, access }: Asked, token: string): Promise<Capabilities | null> {
    const { inspect, saveCapabilities, clock, log } = this.ports;
    let inspection: Inspection;
    try {
      inspection = await inspect(access.baseUrl, token);
    } catch (error) {
      if (error instanceof InspectError && error.status === 403) return null;
      throw error;
    }
    if (!inspection.projects.includes(access.project)) return null;
    const writable = writableIn(inspection, access.project);
    const capabilities = { project: access.project, inspectedTime: clock.now(), writable };
    await saveCapabilities(username, capabilities).catch((error: unknown) => {
      log.warn('capabilities not saved', { username, error: describeWithoutValues(error) });
    });
    return capabilities;
  }
}

function scopesIn(capabilities: Capabilities | null, table: Table): readonly string[] | null {
  return capabilities === null ? null : writeScopes(capabilities, table.acl);
}

function lack({ acl }: Table, project: string): string {
  return `no CDF group of the credential has ${acl}:WRITE in project "${project}", in whatever scope`;
}

/** WRITE_PROPERTIES: CDF's finer action for instances; what it does not cover CDF refuses itself. */
const WRITES = new Set(['WRITE', 'WRITE_PROPERTIES']);

function writableIn({ capabilities }: Inspection, project: string): Record<string, string[]> {
  const writable: Record<string, string[]> = {};
  for (const { acl, actions, projects, scopes } of capabilities) {
    const isHere = projects === 'all' || projects.includes(project);
    if (!isHere || !actions.some((action) => WRITES.has(action))) continue;
    writable[acl] = [...new Set([...(writable[acl] ?? []), ...scopes])];
  }
  return writable;
}

function nameOf({ username, access }: Asked, token: string): string {
  const digest = createHash('sha256').update(token).digest('base64');
  return JSON.stringify([username, access.baseUrl, access.project, digest]);
}
