// The clients that the identity provider knows, and the tokens that they hold. A change of a client counts at once, for
// tokens that are out too.
import { randomBytes, timingSafeEqual, createHash } from 'node:crypto';
import { unauthorized } from '../api-error';
import type { Capability } from './capability';
import { ALL_CAPABILITIES } from './capability';

export interface ClientOptions {
  readonly id: string;
  readonly secret: string;
  /** Default: all. */
  readonly capabilities?: readonly Capability[];
  /** URL names of the projects that the client's groups are in; default: the stand-in's project. Empty: in no group. */
  readonly projects?: readonly string[];
  /** Ids of its groups; default [1]. */
  readonly groups?: readonly number[];
  /** Life of a token in seconds; default 3599, as Entra's. */
  readonly expiresIn?: number;
}

export type Client = Required<ClientOptions>;

interface Token {
  readonly clientId: string;
  readonly expiresTime: number;
}

const DEFAULT_EXPIRES_IN_S = 3599;
const MAX_TOKENS = 10_000;

export class Clients {
  private readonly clients = new Map<string, Client>();
  private readonly tokens = new Map<string, Token>();

  constructor(
    private readonly project: string,
    private readonly now: () => number,
  ) {}

  /** Adds or replaces. */
  put({ capabilities, projects, groups, expiresIn, ...options }: ClientOptions): void {
    this.clients.set(options.id, {
      ...options,
      capabilities: capabilities ?? ALL_CAPABILITIES,
      projects: projects ?? [this.project],
      groups: groups ?? [1],
      expiresIn: expiresIn ?? DEFAULT_EXPIRES_IN_S,
    });
  }

  find(id: string): Client | undefined {
    return this.clients.get(id);
  }

  isSecretOf(client: Client, secret: string): boolean {
    return timingSafeEqual(digest(client.secret), digest(secret));
  }

  /** `audience`: as Entra's tokens, the token names the cluster that it is for. */
  issue({ id, expiresIn }: Client, audience: string): string {
    const header = encode({ typ: 'JWT', alg: 'none' });
    const token = `${header}.${encode({ aud: audience, appid: id })}.${randomBytes(24).toString('base64url')}`;
    this.tokens.set(token, { clientId: id, expiresTime: this.now() + expiresIn * 1000 });
    if (this.tokens.size > MAX_TOKENS) this.tokens.delete(this.tokens.keys().next().value ?? '');
    return token;
  }

  /** Whose token an Authorization header carries. Throws 401. */
  authenticate(authorization: string | undefined): Client {
    const token = this.tokens.get(/^Bearer (\S+)$/i.exec(authorization ?? '')?.[1] ?? '');
    const client = token === undefined ? undefined : this.clients.get(token.clientId);
    if (token === undefined || client === undefined || this.now() >= token.expiresTime) throw unauthorized();
    return client;
  }

  expireTokens(): void {
    this.tokens.clear();
  }
}

function encode(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url');
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
