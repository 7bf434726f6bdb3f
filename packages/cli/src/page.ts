// Where the built page is, seen from this package.

import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The directory of the built page, as an option of the world; empty where it is not built. */
export function pageDirectory(): { readonly pageDirectory?: string } {
  let at = dirname(fileURLToPath(import.meta.url));
  for (let depth = 0; depth < 5; depth += 1) {
    const candidate = join(at, 'packages', 'ui', 'dist', 'page');
    if (existsSync(join(candidate, 'index.html'))) return { pageDirectory: candidate };
    at = dirname(at);
  }
  return {};
}
