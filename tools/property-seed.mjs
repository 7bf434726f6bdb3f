// Gives every property test of a run the same seed, so that what passes here passes elsewhere; `npm run fuzz` looks for more
// with fresh ones. The seed is in EVENKEEL_SEED, 1 where that is not set; `EVENKEEL_SEED=random` leaves the choice to
// fast-check, which prints the seed of a failure.

import { registerHooks } from 'node:module';
import process from 'node:process';

const seed = process.env.EVENKEEL_SEED ?? '1';
if (seed !== 'random') {
  registerHooks({
    load(url, context, next) {
      const loaded = next(url, context);
      if (!url.endsWith('/fast-check/lib/fast-check.js')) return loaded;
      const source = typeof loaded.source === 'string' ? loaded.source : new TextDecoder().decode(loaded.source);
      return { ...loaded, source: `${source}\nconfigureGlobal({ seed: ${Number(seed)} });\n` };
    },
  });
}
