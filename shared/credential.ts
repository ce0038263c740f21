// A credential: what POST /create stores and a login needs. It lies in Table Storage, one entity a gateway user.

export const CREDENTIAL_TABLE = 'credentials';

export interface Credential {
  /** Gateway user = database name. */
  readonly username: string;
  /** PostgreSQL's own text form: SCRAM-SHA-256$<iterations>:<salt>$<StoredKey>:<ServerKey>. */
  readonly verifier: string;
  readonly tokenUrl: string;
  readonly clientId: string;
  /** The client secret, sealed (shared/sealed-secret.ts). */
  readonly sealedSecret: string;
  readonly scope: string;
  /** CDF project. */
  readonly project: string;
  /** e.g. https://westeurope-1.cognitedata.com */
  readonly baseUrl: string;
  /** Milliseconds since 1970. */
  readonly createdTime: number;
  /** Milliseconds since 1970; absent: never changed. */
  readonly lastUpdatedTime?: number;
  /** Refused at login, its sessions ended, its batches not written, until it is enabled again. */
  readonly disabled?: boolean;
}

/** What a listing shows: nothing in it opens anything. */
export type CredentialSummary = Omit<Credential, 'verifier' | 'sealedSecret'>;
