// `--repo URL=DIR`: which repository URL is served from which directory.

import { GitError, parseRepositoryUrl } from '@evenkeel/git';
import { SourceError } from './errors.ts';

export interface RepositoryMapping {
  readonly url: string;
  readonly directory: string;
}

/**
 * Reads `URL=DIR`. A URL may itself contain '=', so the first '=' that leaves a repository URL before it counts.
 * @throws SourceError `unknown-mapping` with the expected form.
 */
export function parseRepositoryMapping(text: string): RepositoryMapping {
  for (let at = text.indexOf('='); at >= 0; at = text.indexOf('=', at + 1)) {
    const url = text.slice(0, at);
    const directory = text.slice(at + 1);
    if (directory !== '' && isRepositoryUrl(url)) return { url, directory };
  }
  throw new SourceError('unknown-mapping', `"${text}" is not a mapping; write URL=DIRECTORY`);
}

function isRepositoryUrl(text: string): boolean {
  try {
    parseRepositoryUrl(text);
    return true;
  } catch (error) {
    if (error instanceof GitError) return false;
    throw error;
  }
}
