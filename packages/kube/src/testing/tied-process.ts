// Children of tests and benches that end with their parent, however that ends: a runner that is killed leaves nothing behind.

import { existsSync } from 'node:fs';

/** Of util-linux; sets what Linux does with a child whose parent is gone (prctl(2), PR_SET_PDEATHSIG). */
const setpriv = '/usr/bin/setpriv';

/** The program and arguments to spawn, under the same process id; where the system cannot tie them, the same as given. */
export function tiedToParent(program: string, args: readonly string[]): readonly [string, readonly string[]] {
  if (process.platform !== 'linux' || !existsSync(setpriv)) return [program, args];
  return [setpriv, ['--pdeathsig', 'KILL', '--', program, ...args]];
}
