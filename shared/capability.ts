// What a gateway user may write in its CDF project, as CDF's token/inspect tells it. functions/write-batch records it; the
// server looks before the first row of a statement is staged. It may be out of date: only CDF's own answer counts.

export const CAPABILITY_TABLE = 'capabilities';

export interface Capabilities {
  readonly project: string;
  /** When CDF was asked, milliseconds since 1970. */
  readonly inspectedTime: number;
  /** ACLs (`assetsAcl` ...) that the user may WRITE, each with the kinds of its scopes: `all`, or `datasetScope` ... */
  readonly writable: Readonly<Record<string, readonly string[]>>;
}

/** Kinds of scopes in which `acl` may be written; empty: it may not. CDF's own pages do not agree on the case of an ACL. */
export function writeScopes({ writable }: Pick<Capabilities, 'writable'>, acl: string): readonly string[] {
  const name = acl.toLowerCase();
  return Object.entries(writable).flatMap(([known, scopes]) => (known.toLowerCase() === name ? scopes : []));
}
