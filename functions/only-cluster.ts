// The CDF cluster of an installation whose users are all of one: there a bearer token is asked about that names no
// cluster itself, as those of identity providers other than Entra ID may not.

/** So long an answer counts: a scan of the users must not be had for a call that anyone can make. */
const KEPT_MS = 60_000;

/** `clusters`: those of the stored users, at most two of them. null where there is none, or more than one. */
export function rememberOnlyCluster(
  clusters: () => Promise<readonly string[]>,
  now: () => number,
): () => Promise<string | null> {
  let kept: { readonly time: number; readonly answer: Promise<readonly string[]> } | null = null;
  return async () => {
    if (kept === null || now() - kept.time >= KEPT_MS) {
      kept = { time: now(), answer: clusters() };
      kept.answer.catch(() => (kept = null));
    }
    const [first, second] = await kept.answer;
    if (first === undefined) kept = null;
    return second === undefined ? (first ?? null) : null;
  };
}
