// Tells when a chart repository or registry is reached in another way than before, and of no other change of credentials.

import type { RepositoryAccess } from './access.ts';

/** Calls `listener` when the answer for the URL becomes another. Returns the way to stop. */
export function watchRemoteAccess(access: RepositoryAccess, url: string, listener: () => void): () => void {
  let stopped = false;
  const answer = (): Promise<string> =>
    access.remote(url).then(
      (how) => JSON.stringify(how),
      // An entry that cannot be used is an answer as well: the askers meet it and say so.
      (error: unknown) => String(error),
    );
  let before = answer();
  const stop = access.onChange(() => {
    const [was, now] = [before, answer()];
    before = now;
    void Promise.all([was, now]).then(([old, current]) => {
      if (!stopped && old !== current) listener();
    });
  });
  return () => {
    stopped = true;
    stop();
  };
}
