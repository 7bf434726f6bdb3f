// One command on an SSH remote, with the same key, known hosts and proxy that git uses for it.

import { execFile } from 'node:child_process';
import { type GitAuth, prepareRemote, shellQuote } from './auth.ts';
import type { Git } from './command.ts';
import { GitError, explainGitFailure } from './errors.ts';
import { displayUrl, parseRepositoryUrl } from './url.ts';

const TIMEOUT_MS = 30_000;
const OUTPUT_BYTES_MAX = 1024 * 1024;

/** Runs `words` on the host of an SSH URL and answers what it prints. Rejects with GitError. */
export async function runSshCommand(
  git: Git,
  words: readonly string[],
  remote: { readonly url: string; readonly auth: GitAuth | undefined; readonly signal?: AbortSignal | undefined },
): Promise<string> {
  const { user, host, port } = parseRepositoryUrl(remote.url);
  await using prepared = await prepareRemote(remote.url, remote.auth ?? {}, git.privateDirectory);
  const ssh = prepared.environment['GIT_SSH_COMMAND'];
  const subject = displayUrl(remote.url);
  if (ssh === undefined) throw new GitError('invalid-argument', `${subject} is no SSH URL`);
  const target = shellQuote(user === '' ? host : `${user}@${host}`);
  // The other side has a shell of its own, so its words are quoted twice.
  const command = `${ssh} ${port === '' ? '' : `-p ${port} `}${target} ${shellQuote(words.map(shellQuote).join(' '))}`;
  // Awaited here: the key file goes when this function returns.
  return await new Promise((resolve, reject) => {
    const options = {
      env: { ...git.environment, ...prepared.environment },
      timeout: TIMEOUT_MS,
      maxBuffer: OUTPUT_BYTES_MAX,
      ...(remote.signal ? { signal: remote.signal } : {}),
    };
    execFile('/bin/sh', ['-c', command], options, (error, stdout, stderr) => {
      if (error) reject(explainGitFailure(stderr, subject));
      else resolve(stdout);
    });
  });
}
