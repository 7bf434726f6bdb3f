// The one place that starts the git command. Nothing of the user's own configuration leaks in (system and global
// configuration are replaced, HOME is an empty directory), nothing can prompt, hooks and exotic transports are off, and
// a child that overstays or is no longer wanted is killed together with its helpers.

import { type ChildProcess, type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { GitError, explainGitFailure } from './errors.ts';

const DEFAULT_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/opt/homebrew/bin';
const OUTPUT_BYTES_MAX = 256 * 1024 * 1024;
const STDERR_BYTES_MAX = 64 * 1024;

/** A configured git command. Make one per process and hand it to everything that works with repositories. */
export interface Git {
  /** A private directory for short-lived secrets (keys, certificates). */
  readonly privateDirectory: string;
  /** What the command sees of the outside: PATH, an empty HOME, none of the user's configuration. */
  readonly environment: Readonly<Record<string, string>>;
  /** Runs git to its end. Rejects with GitError on a status other than 0 (see `okStatus`), time-out, or abort. */
  run(args: readonly string[], options?: GitRunOptions): Promise<GitOutput>;
  /** Starts git for streaming; the caller owns the child. */
  start(args: readonly string[], options?: GitStartOptions): ChildProcessWithoutNullStreams;
}

export interface GitStartOptions {
  readonly gitDirectory?: string;
  readonly workTree?: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** Extra configuration, carried in the environment so that secrets never show in a process list. */
  readonly config?: readonly (readonly [string, string])[];
}

export interface GitRunOptions extends GitStartOptions {
  readonly input?: string | Uint8Array;
  readonly signal?: AbortSignal;
  readonly timeoutMs?: number;
  readonly outputBytesMax?: number;
  /** What the command is about, for error sentences; defaults to the git directory. */
  readonly subject?: string;
  /** Exit statuses besides 0 that are answers and not failures. */
  readonly okStatus?: readonly number[];
}

export interface GitOutput {
  readonly stdout: Buffer;
  readonly stderr: string;
  readonly status: number;
}

const globalConfig = `# Written at every start; edits are lost.
[user]
\tname = Evenkeel
\temail = evenkeel@localhost
\tuseConfigOnly = true
[init]
\tdefaultBranch = main
[core]
\thooksPath = /dev/null
\tquotePath = false
\tfsmonitor = false
\tautocrlf = false
[gc]
\tauto = 0
[maintenance]
\tauto = false
[receive]
\tautogc = false
[protocol]
\tallow = never
[protocol "http"]
\tallow = always
[protocol "https"]
\tallow = always
[protocol "ssh"]
\tallow = always
[protocol "git"]
\tallow = always
[protocol "file"]
\tallow = always
[protocol "ext"]
\tallow = never
[safe]
\tdirectory = *
[advice]
\tdetachedHead = false
[http]
\tlowSpeedLimit = 1
\tlowSpeedTime = 60
[fetch]
\twriteCommitGraph = false
[submodule]
\trecurse = false
[credential]
\thelper =
`;

/**
 * Makes a git command. `directory` is created if missing and must be private to this process; `environment` carries
 * what the child may see of the outside (PATH, proxy settings, TMPDIR); nothing else is inherited.
 */
export function createGit(options: {
  readonly directory: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly program?: string;
}): Git {
  const home = join(options.directory, 'home');
  mkdirSync(home, { recursive: true, mode: 0o700 });
  const configFile = join(options.directory, 'gitconfig');
  writeFileSync(configFile, globalConfig, { mode: 0o600 });
  const base: Readonly<Record<string, string>> = {
    PATH: DEFAULT_PATH,
    ...options.environment,
    HOME: home,
    XDG_CONFIG_HOME: home,
    GIT_CONFIG_GLOBAL: configFile,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_ATTR_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
    GIT_ASKPASS: '',
    SSH_ASKPASS: '',
    GIT_OPTIONAL_LOCKS: '0',
    LC_ALL: 'C.UTF-8',
  };
  const program = options.program ?? 'git';
  const start = (args: readonly string[], startOptions: GitStartOptions = {}): ChildProcessWithoutNullStreams =>
    spawn(program, [...locationArguments(startOptions), ...args], {
      env: { ...base, ...configEnvironment(startOptions.config ?? []), ...startOptions.environment },
      cwd: home,
      stdio: ['pipe', 'pipe', 'pipe'],
      detached: true,
      windowsHide: true,
    });
  return {
    privateDirectory: options.directory,
    environment: base,
    start,
    run: (args, runOptions = {}) => collect(start(args, runOptions), args, runOptions),
  };
}

/** Kills a child and the helpers it started (`git-remote-https`, `ssh`), which share its process group. */
export function killGroup(child: ChildProcess): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    child.kill('SIGKILL');
  }
}

/** Refuses text that git would read as an option or that cannot be one argument. Returns it otherwise. */
export function safeArgument(text: string, what: string): string {
  if (text === '' || text.startsWith('-') || text.includes('\0') || text.includes('\n')) {
    throw new GitError('invalid-argument', `${JSON.stringify(text)} cannot be used as ${what}`);
  }
  return text;
}

function locationArguments(options: GitStartOptions): readonly string[] {
  const args: string[] = [];
  if (options.gitDirectory !== undefined) args.push(`--git-dir=${options.gitDirectory}`);
  if (options.workTree !== undefined) args.push(`--work-tree=${options.workTree}`);
  return args;
}

function configEnvironment(config: readonly (readonly [string, string])[]): Record<string, string> {
  if (config.length === 0) return {};
  const environment: Record<string, string> = { GIT_CONFIG_COUNT: String(config.length) };
  for (const [index, [key, value]] of config.entries()) {
    environment[`GIT_CONFIG_KEY_${index}`] = key;
    environment[`GIT_CONFIG_VALUE_${index}`] = value;
  }
  return environment;
}

function startTimer(timeoutMs: number | undefined, onEnd: (seconds: number) => void): NodeJS.Timeout | undefined {
  if (timeoutMs === undefined) return undefined;
  return setTimeout(() => onEnd(Math.round(timeoutMs / 100) / 10), timeoutMs);
}

function startError(error: NodeJS.ErrnoException): GitError {
  return error.code === 'ENOENT'
    ? new GitError('git-missing', 'the git command was not found; install git 2.36 or newer')
    : new GitError('failed', `git could not be started: ${error.message}`);
}

function collect(
  child: ChildProcessWithoutNullStreams,
  args: readonly string[],
  options: GitRunOptions,
): Promise<GitOutput> {
  const subject = options.subject ?? options.gitDirectory ?? `git ${args[0] ?? ''}`;
  const chunks: Buffer[] = [];
  const errors: Buffer[] = [];
  let size = 0;
  let errorSize = 0;
  let stopped: GitError | undefined;
  const stop = (error: GitError): void => {
    stopped ??= error;
    killGroup(child);
  };
  const onAbort = (): void => stop(new GitError('aborted', `the work on ${subject} was cancelled`));
  const timer = startTimer(options.timeoutMs, (seconds) =>
    stop(new GitError('timeout', `git ${args[0] ?? ''} on ${subject} took longer than ${seconds} s`)),
  );
  child.stdout.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size > (options.outputBytesMax ?? OUTPUT_BYTES_MAX)) {
      stop(new GitError('too-large', `git ${args[0] ?? ''} on ${subject} produced more than is accepted`));
    } else chunks.push(chunk);
  });
  child.stderr.on('data', (chunk: Buffer) => {
    errorSize += chunk.length;
    errors.push(chunk);
    if (errorSize > STDERR_BYTES_MAX && errors.length > 1) errorSize -= errors.shift()?.length ?? 0;
  });
  // A child that exits early closes its input; that is reported through its status, not here.
  child.stdin.on('error', () => undefined);
  child.stdin.end(options.input);
  if (options.signal?.aborted === true) onAbort();
  options.signal?.addEventListener('abort', onAbort, { once: true });
  return new Promise((resolve, reject) => {
    const finish = (): void => {
      clearTimeout(timer);
      options.signal?.removeEventListener('abort', onAbort);
    };
    child.on('error', (error: NodeJS.ErrnoException) => {
      finish();
      reject(startError(error));
    });
    child.on('close', (status) => {
      finish();
      const stderr = Buffer.concat(errors).toString('utf8');
      if (stopped) return reject(stopped);
      if (status !== 0 && !(options.okStatus ?? []).includes(status ?? -1)) {
        return reject(explainGitFailure(stderr, subject));
      }
      return resolve({ stdout: Buffer.concat(chunks), stderr, status: status ?? 0 });
    });
  });
}
