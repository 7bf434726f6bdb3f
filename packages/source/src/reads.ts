// What a rendering read, as content: file contents by object name, listings by a digest of their names, and what was
// looked for and not there. Equal records mean equal input, whatever the commits are called; that makes a commit elsewhere
// in a monorepo cost nothing.

import { createHash } from 'node:crypto';
import type { FileTree } from '@evenkeel/std';
import type { Identity } from './snapshot.ts';

/**
 * Plain data: may be kept, sent to another thread, or written down. `<question>:<path>` and the answer, in turns. There is one
 * for every rendering there is, and most of what they say is the same: so no member names, and no text twice.
 */
export type ReadRecord = readonly string[];

/** Anything that can name its contents: a commit, a chart, several of them as one. */
export interface IdentifiedTree extends FileTree {
  identify(path: string): Identity | undefined;
}

export interface Recording {
  /** Reads through to the snapshot and writes down every question with its answer. */
  readonly tree: FileTree;
  /** Writes down that everything at and below a path counts: for a program that reads what it likes. */
  readWhole(path: string): void;
  /** What has been read so far. */
  reads(): ReadRecord;
  /** The SHA-256 of everything read so far: a cache key. */
  digest(): string;
}

type Question = 'file' | 'list' | 'stat' | 'link' | 'whole';

/** Wraps a snapshot so that what is read through it is known afterwards. */
export function recordReads(snapshot: IdentifiedTree): Recording {
  const answers = new Map<string, string>();
  const note = (question: Question, path: string): void => {
    answers.set(`${question}:${path}`, answer(snapshot, question, path));
  };
  const reads = (): ReadRecord => [...answers].flat().map(once);
  return {
    reads,
    readWhole: (path) => note('whole', path),
    digest: () => digestReads(reads()),
    tree: {
      stat(path) {
        note('stat', path);
        return snapshot.stat(path);
      },
      list(path) {
        note('list', path);
        return snapshot.list(path);
      },
      readlink(path) {
        note('link', path);
        return snapshot.readlink(path);
      },
      read(path) {
        // Recorded even where the content is not loaded yet: the name is known already.
        note('file', path);
        return snapshot.read(path);
      },
    },
  };
}

/** Whether another snapshot answers every question of the record alike. Loads nothing and costs a walk per question. */
export function stillSame(reads: ReadRecord, snapshot: IdentifiedTree): boolean {
  for (let index = 0; index < reads.length; index += 2) {
    const key = reads[index] ?? '';
    const colon = key.indexOf(':');
    const question = key.slice(0, colon);
    if (isQuestion(question) && answer(snapshot, question, key.slice(colon + 1)) !== reads[index + 1]) return false;
  }
  return true;
}

/** The SHA-256 of a record, independent of the order of the reads. */
export function digestReads(reads: ReadRecord): string {
  const hash = createHash('sha256');
  const answers = new Map<string, string>();
  for (let index = 0; index < reads.length; index += 2) answers.set(reads[index] ?? '', reads[index + 1] ?? '');
  for (const key of [...answers.keys()].sort()) hash.update(`${key}\0${answers.get(key) ?? ''}\0`);
  return hash.digest('hex');
}

/** The files in a record: a good hint for the next run over another commit. */
export function readFiles(reads: ReadRecord): readonly string[] {
  return reads
    .filter((key, index) => index % 2 === 0 && key.startsWith('file:'))
    .map((key) => key.slice('file:'.length));
}

/** Texts of records made lately. */
let texts = new Map<string, string>();
const textsMax = 4096;

/** The same text of an earlier record where there was one. */
function once(text: string): string {
  const known = texts.get(text);
  if (known !== undefined) return known;
  if (texts.size >= textsMax) texts = new Map();
  texts.set(text, text);
  return text;
}

function answer(snapshot: IdentifiedTree, question: Question, path: string): string {
  if (question === 'stat') return snapshot.stat(path) ?? '';
  if (question === 'link') {
    const target = snapshot.readlink(path);
    return target === undefined ? '' : `=${target}`;
  }
  const found = snapshot.identify(path);
  if (question === 'whole') return found?.oid ?? '';
  if (question === 'file') return found?.kind === 'file' ? found.oid : '';
  if (found?.kind === 'submodule') return 'empty';
  return found?.kind === 'directory' ? found.names : '';
}

function isQuestion(text: string): text is Question {
  return text === 'file' || text === 'list' || text === 'stat' || text === 'link' || text === 'whole';
}
