// Commits as the stream that `git fast-import` reads: contents, the commit they belong to, and notes on commits. Pure.

import { GitError } from './errors.ts';

/** A file of a commit. */
export interface CommitFile {
  readonly path: string;
  readonly content: Uint8Array;
  readonly executable?: boolean;
}

/** One commit to be made. */
export interface CommitStep {
  /** The full name of the reference that it is pushed to. */
  readonly ref: string;
  /** What it is laid upon: a commit, an earlier step by its number, or nothing. */
  readonly parent: string | number | undefined;
  readonly author: { readonly name: string; readonly email: string };
  /** Whole seconds since the epoch. */
  readonly seconds: number;
  readonly message: string;
  /** Added or replaced; everything else of the parent stays. */
  readonly files?: readonly CommitFile[];
  /** Notes on commits, by their names or by earlier steps; the reference is then one below `refs/notes/`. */
  readonly notes?: readonly { readonly commit: string | number; readonly text: string }[];
}

/** Where a step stands in the repository it is made in. */
export function stepRef(index: number): string {
  return `refs/publish/${index}`;
}

/** The stream for these steps. @throws GitError `invalid-argument` for what git could not keep. */
export function fastImportStream(steps: readonly CommitStep[]): Uint8Array {
  const parts: Uint8Array[] = [];
  const say = (text: string): void => void parts.push(Buffer.from(text, 'utf8'));
  const data = (content: Uint8Array): void => {
    say(`data ${content.length}\n`);
    parts.push(content);
    say('\n');
  };
  for (const [index, { author, seconds, message, parent, files = [], notes = [] }] of steps.entries()) {
    const who = `${identity(author.name)} <${identity(author.email)}> ${Math.trunc(seconds)} +0000`;
    if (message.includes('\0')) throw new GitError('invalid-argument', 'a commit message cannot contain NUL');
    // A note is kept in a branch that says so: fast-import files notes by how many there are.
    say(`commit ${notes.length > 0 ? noteRef(index) : stepRef(index)}\nmark :${index + 1}\n`);
    say(`author ${who}\ncommitter ${who}\n`);
    data(Buffer.from(message, 'utf8'));
    if (parent !== undefined) say(`from ${nameOf(parent)}\n`);
    for (const { path, content, executable } of files) {
      say(`M ${executable === true ? '100755' : '100644'} inline ${quotePath(path)}\n`);
      data(content);
    }
    for (const { commit, text } of notes) {
      say(`N inline ${nameOf(commit)}\n`);
      data(Buffer.from(text, 'utf8'));
    }
    if (notes.length > 0) say(`\nreset ${stepRef(index)}\nfrom :${index + 1}\n`);
    say('\n');
  }
  say('done\n');
  return Buffer.concat(parts);
}

function noteRef(index: number): string {
  return `refs/notes/publish-${index}`;
}

function nameOf(commit: string | number): string {
  return typeof commit === 'number' ? `:${commit + 1}` : commit;
}

/** What git leaves out of names itself. Mirrors git:ident.c (2.39) strbuf_addstr_without_crud. */
function identity(text: string): string {
  // eslint-disable-next-line no-control-regex -- control characters cannot stand in a commit.
  return text.replace(/[<>\u0000-\u001f]/g, '').replace(/^[\s.,:;"\\']+|[\s.,:;"\\']+$/g, '');
}

function quotePath(path: string): string {
  const parts = path.split('/');
  const isPlain = parts.every((part) => part !== '' && part !== '.' && part !== '..' && !/^\.git$/i.test(part));
  // eslint-disable-next-line no-control-regex -- control characters are no part of a path.
  if (!isPlain || /[\u0000-\u001f]/.test(path)) {
    throw new GitError('invalid-argument', `${JSON.stringify(path)} cannot be a path in a commit`);
  }
  return `"${path.replace(/[\\"]/g, String.raw`\$&`)}"`;
}
