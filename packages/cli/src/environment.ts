// What children of this process see of the outside.

import type { Io } from './io.ts';

/** What git needs of the outside; nothing else of it reaches a child. */
export function gitEnvironment(io: Io): Readonly<Record<string, string>> {
  const names = ['PATH', 'TMPDIR', 'HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'http_proxy', 'https_proxy', 'no_proxy'];
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = io.environment[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}
