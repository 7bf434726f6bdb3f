// One long-lived `git cat-file --batch-command` per repository: objects without the cost of a process each. A dead
// child is replaced; requests that were waiting are asked again once, because reading is harmless to repeat.

import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { type Git, killGroup } from './command.ts';
import { GitError, explainGitFailure } from './errors.ts';

const OBJECT_BYTES_MAX = 128 * 1024 * 1024;

export type GitObjectType = 'blob' | 'tree' | 'commit' | 'tag';

export interface GitObjectInfo {
  readonly oid: string;
  readonly type: GitObjectType;
  readonly size: number;
}

export interface GitObject extends GitObjectInfo {
  readonly content: Buffer;
}

/** Reads objects by name. Undefined means that the repository has no such object. */
export interface ObjectReader {
  info(name: string): Promise<GitObjectInfo | undefined>;
  contents(name: string): Promise<GitObject | undefined>;
  /** Replaces the child: needed after the repository's directory was made anew. Waiting requests are asked again. */
  reset(): void;
  close(): void;
}

interface Request {
  readonly command: 'info' | 'contents';
  readonly name: string;
  readonly resolve: (object: GitObject | undefined) => void;
  readonly reject: (error: Error) => void;
  readonly retried: boolean;
}

/** Opens a reader on a git directory. The child starts with the first request. */
export function openObjectReader(git: Git, gitDirectory: string): ObjectReader {
  let child: ChildProcessWithoutNullStreams | undefined;
  let closed = false;
  let waiting: Request[] = [];
  let unsent: string[] = [];

  const flush = (): void => {
    const text = unsent.join('');
    unsent = [];
    if (text !== '') child?.stdin.write(text);
  };
  const send = (request: Request): void => {
    child ??= launch();
    waiting.push(request);
    if (unsent.length === 0) queueMicrotask(flush);
    unsent.push(`${request.command} ${request.name}\n`);
  };
  const launch = (): ChildProcessWithoutNullStreams => {
    const started = git.start(['cat-file', '--batch-command'], { gitDirectory });
    const parser = new ReplyParser(() => waiting);
    let stderr = '';
    started.stderr.on('data', (chunk: Buffer) => (stderr = (stderr + chunk.toString('utf8')).slice(-4096)));
    started.stdin.on('error', () => undefined);
    started.stdout.on('data', (chunk: Buffer) => parser.feed(chunk));
    const onEnd = (error?: Error): void => {
      if (child !== started) return;
      child = undefined;
      const orphans = waiting;
      waiting = [];
      unsent = [];
      for (const request of orphans) {
        if (closed || request.retried || error) request.reject(error ?? explainGitFailure(stderr, gitDirectory));
        else send({ ...request, retried: true });
      }
    };
    started.on('error', () => onEnd(new GitError('git-missing', 'the git command could not be started')));
    started.on('close', () => onEnd());
    return started;
  };
  const ask = (command: 'info' | 'contents', name: string): Promise<GitObject | undefined> => {
    if (closed) return Promise.reject(new GitError('aborted', `${gitDirectory} was closed`));
    // eslint-disable-next-line no-control-regex -- a control character would break the line protocol.
    if (name === '' || /[\u0000-\u001f\u007f]/.test(name)) return Promise.resolve(undefined);
    return new Promise((resolve, reject) => send({ command, name, resolve, reject, retried: false }));
  };
  return {
    info: (name) => ask('info', name),
    contents: (name) => ask('contents', name),
    reset() {
      if (child) killGroup(child);
    },
    close() {
      closed = true;
      if (child) killGroup(child);
    },
  };
}

function toObjectType(text: string | undefined): GitObjectType {
  return text === 'tree' || text === 'commit' || text === 'tag' ? text : 'blob';
}

/** Cuts the reply stream into objects and settles the waiting requests in order. */
class ReplyParser {
  readonly #queue: () => Request[];
  #pending: Buffer[] = [];
  #pendingBytes = 0;
  #header: GitObjectInfo | undefined;
  #skipped = 0;

  constructor(queue: () => Request[]) {
    this.#queue = queue;
  }

  feed(chunk: Buffer): void {
    this.#pending.push(chunk);
    this.#pendingBytes += chunk.length;
    let advanced = true;
    while (advanced && this.#pending.length > 0) {
      const header = this.#header;
      if (!header) advanced = this.#readHeader();
      else advanced = header.size > OBJECT_BYTES_MAX ? this.#skipBody(header) : this.#readBody(header);
    }
  }

  #take(count: number): Buffer {
    const all = this.#join();
    this.#pending = all.length > count ? [all.subarray(count)] : [];
    this.#pendingBytes = all.length - count;
    return all.subarray(0, count);
  }

  #join(): Buffer {
    const [first] = this.#pending;
    const all = this.#pending.length === 1 && first ? first : Buffer.concat(this.#pending);
    this.#pending = [all];
    return all;
  }

  #readHeader(): boolean {
    const end = this.#join().indexOf(0x0a);
    if (end < 0) return false;
    const line = this.#take(end + 1).toString('utf8', 0, end);
    const match = /^([0-9a-f]{40,64}) (blob|tree|commit|tag) (\d+)$/.exec(line);
    const request = this.#queue()[0];
    if (!match || !request) {
      this.#queue().shift()?.resolve(undefined);
      return true;
    }
    const info = { oid: match[1] ?? '', type: toObjectType(match[2]), size: Number(match[3]) };
    if (request.command === 'contents') this.#header = info;
    else
      this.#queue()
        .shift()
        ?.resolve({ ...info, content: Buffer.alloc(0) });
    return true;
  }

  #readBody(header: GitObjectInfo): boolean {
    // Joining on every chunk of a long body would be quadratic, so nothing is touched before all of it is here.
    if (this.#pendingBytes < header.size + 1) return false;
    // The copy frees the (possibly much larger) stream buffer that the slice would keep alive.
    const content = Buffer.from(this.#take(header.size + 1).subarray(0, header.size));
    this.#header = undefined;
    this.#queue()
      .shift()
      ?.resolve({ ...header, content });
    return true;
  }

  #skipBody({ oid, size }: GitObjectInfo): boolean {
    const count = Math.min(this.#pendingBytes, size + 1 - this.#skipped);
    this.#take(count);
    this.#skipped += count;
    if (this.#skipped < size + 1) return false;
    this.#skipped = 0;
    this.#header = undefined;
    const message = `object ${oid} has ${size} bytes, more than is read into memory`;
    this.#queue().shift()?.reject(new GitError('too-large', message));
    return true;
  }
}
