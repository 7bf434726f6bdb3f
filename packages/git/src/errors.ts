// What can go wrong with Git, as one closed union of codes and one clear sentence each. Git's own chatter is reduced to
// its last meaningful line, and credentials never pass through.

export type GitErrorCode =
  | 'aborted'
  | 'authentication'
  | 'corrupt'
  | 'disk-full'
  | 'failed'
  | 'git-missing'
  | 'host-key'
  | 'invalid-argument'
  | 'network'
  | 'not-found'
  | 'outdated'
  | 'redirect'
  | 'rejected'
  | 'revision-not-found'
  | 'timeout'
  | 'tls'
  | 'too-large';

/** Every failure of this package. `message` is one sentence, fit for a status condition; `detail` is Git's own text, masked. */
export class GitError extends Error {
  override readonly name = 'GitError';
  readonly code: GitErrorCode;
  readonly detail: string;
  constructor(code: GitErrorCode, message: string, detail = '') {
    super(message);
    this.code = code;
    this.detail = detail;
  }
}

const patterns: readonly (readonly [RegExp, GitErrorCode, (subject: string, line: string) => string])[] = [
  [/No space left on device|Disk quota exceeded/i, 'disk-full', (s) => `the disk is full: ${s} could not be written`],
  [
    /REMOTE HOST IDENTIFICATION HAS CHANGED/,
    'host-key',
    (s) =>
      `the SSH host key of ${s} is not the known one; if its owner really changed it, replace it in the known hosts, else somebody is listening in`,
  ],
  [
    /Host key verification failed|No .* host key is known/i,
    'host-key',
    (s) => `the SSH host key of ${s} is not in the known hosts; check it and add it`,
  ],
  [
    /Load key "[^"]*": (?:error in libcrypto|invalid format|incorrect passphrase)/i,
    'authentication',
    (s) =>
      `the SSH key for ${s} cannot be read; store the whole private key, with its last line, and its passphrase if it has one`,
  ],
  [
    /Authentication failed|could not read Username|could not read Password|terminal prompts disabled|Permission denied \(|HTTP Basic: Access denied|returned error: 401|returned error: 403/i,
    'authentication',
    (s) =>
      `authentication to ${s} failed; the password, token or key is wrong, has expired or lacks the right to read; renew it where it is kept`,
  ],
  [
    /returned error: 30\d|unable to update url base from redirection/i,
    'redirect',
    (s) => `${s} redirects elsewhere and credentials are not sent on; use the final URL`,
  ],
  [
    /CONNECT tunnel failed|Proxy CONNECT aborted|Could not resolve proxy|Received HTTP code \d+ from proxy/i,
    'network',
    (s, line) =>
      `${s} could not be reached: the proxy does not let us through (${line}); check its address, user and password`,
  ],
  [
    /getpeername\(\) failed|TLS fatal alert has been received|alert certificate required|alert bad certificate|alert handshake failure/i,
    'tls',
    (s) =>
      `the TLS connection to ${s} was ended by the server, which probably asks for a client certificate; add or renew it`,
  ],
  [
    /unexpected disconnect|early EOF|RPC failed|Could not resolve host|Could not resolve hostname|Failed to connect|Connection refused|Connection reset|Connection timed out|Operation timed out|the remote end hung up|Network is unreachable|Connection closed by|kex_exchange_identification|Empty reply|returned error: 5\d\d|returned error: 429/i,
    'network',
    (s, line) => `${s} could not be reached: ${line}`,
  ],
  [
    /certificate|SSL|TLS|unable to get local issuer|server verification failed/,
    'tls',
    (s, line) =>
      `the TLS connection to ${s} could not be trusted: ${line}; add the authority that signed its certificate`,
  ],
  [
    /repository .* not found|Repository not found|does not appear to be a git repository|returned error: 404|does not exist|not a git repository/i,
    'not-found',
    (s) => `repository ${s} was not found, or the credentials may not see it; check the URL and their rights`,
  ],
  [
    /couldn't find remote ref|unknown revision|bad revision|ambiguous argument|not our ref|no such ref|Needed a single revision/i,
    'revision-not-found',
    (s, line) => `a revision was not found in ${s}: ${line}`,
  ],
  [
    /object file .* is empty|loose object .* is corrupt|bad object|is corrupt|inflate: data stream error|did not send all necessary objects|missing blob|missing tree|unable to read tree|packfile .* cannot be accessed|bad signature/i,
    'corrupt',
    (s, line) => `the local copy of ${s} is damaged: ${line}`,
  ],
];

/** Turns Git's standard error into a GitError about `subject` (a repository URL or what was being done). */
export function explainGitFailure(stderr: string, subject: string): GitError {
  const detail = maskSecrets(stderr).trim();
  const line = meaningfulLine(detail);
  const name = maskSecrets(subject);
  for (const [pattern, code, sentence] of patterns) {
    if (pattern.test(detail)) return new GitError(code, sentence(name, line), detail);
  }
  return new GitError('failed', line === '' ? `git failed on ${name}` : `git failed on ${name}: ${line}`, detail);
}

/** Hides the user information of every URL in `text`, and anything that looks like an authorization header. */
export function maskSecrets(text: string): string {
  return text
    .replace(/\b([a-z][a-z0-9+.-]*:\/\/)[^\s/@'"]*(?::[^\s@'"]*)?@/gi, '$1***@')
    .replace(/(authorization:\s*)(?:basic|bearer)?\s*\S+/gi, '$1***');
}

function meaningfulLine(stderr: string): string {
  const lines = stderr
    .split(/\r?\n|\r/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('hint:') && !line.startsWith('warning:'));
  const telling = lines.filter((line) => /^(?:fatal|error|remote|ERROR|ssh|kex)/.test(line));
  // "Could not read from remote repository" is what ssh has said already, with the reason left out.
  const fatal = telling.find((line) => line.startsWith('fatal:') && !line.includes('Could not read from remote'));
  const chosen = fatal ?? telling.find((line) => /^(?:ssh|kex)/.test(line)) ?? telling.at(-1) ?? lines.at(-1) ?? '';
  return chosen.replace(/^(?:fatal|error|remote): */, '').slice(0, 400);
}
