// State files as people handle them: opened by one cluster at a time, copied while it runs, put back elsewhere; and what is
// wrong with one in a sentence.

import { chmodSync, existsSync, rmSync, statSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';

/** A state file that cannot be used; the message is one sentence. */
export class StateFileProblem extends Error {
  override readonly name = 'StateFileProblem';
}

/** What a snapshot holds. */
export interface SnapshotSummary {
  readonly objects: number;
  readonly revision: number;
}

/** The version of the layout that this sandbox writes. */
export const schemaVersion = 1;

/** Turns SQLite's complaints into a sentence about the file. */
export function problemOf(error: unknown, path: string): StateFileProblem {
  if (error instanceof StateFileProblem) return error;
  const { errcode, message = String(error) } = error as { readonly errcode?: number; readonly message?: string };
  // Extended codes carry the plain one in their low byte.
  const code = (errcode ?? 0) & 0xff;
  const known: Readonly<Record<number, string>> = {
    5: 'is in use by another process',
    8: 'cannot be written: the file or its directory is read-only',
    10: 'cannot be read or written: the disk reports an error',
    11: 'is damaged',
    13: 'cannot be written: the disk is full',
    14: 'cannot be opened: its directory is missing or may not be written to',
    26: 'is not a state file of the sandbox',
  };
  return new StateFileProblem(`${path} ${known[code] ?? `cannot be used: ${message}`}`, { cause: error });
}

/**
 * Holds a state file for one cluster; returns how to let go. The lock is the operating system's, so that it ends with the
 * process, however that ends. Throws where another cluster holds it.
 */
export function holdStateFile(path: string): () => void {
  let lock: DatabaseSync;
  try {
    lock = new DatabaseSync(`${path}.lock`);
  } catch (error) {
    throw problemOf(error, path);
  }
  try {
    lock.exec('PRAGMA busy_timeout = 0; PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
  } catch (error) {
    lock.close();
    const problem = problemOf(error, path);
    throw /in use/.test(problem.message) ? new StateFileProblem(`${path} is in use by another sandbox`) : problem;
  }
  return () => lock.close();
}

/** Copies a state file, in use or not, as it is at one moment. Throws where it cannot be read or the target is there. */
export function copyStateFile(source: string, target: string): SnapshotSummary {
  if (!existsSync(source)) throw new StateFileProblem(`${source} does not exist`);
  if (existsSync(target)) throw new StateFileProblem(`${target} exists already`);
  const summary = inspectStateFile(source);
  const database = openRead(source);
  try {
    database.exec(`VACUUM INTO '${target.replaceAll("'", "''")}'`);
    // It holds the keys of the cluster.
    chmodSync(target, 0o600);
  } catch (error) {
    rmSync(target, { force: true });
    throw problemOf(error, target);
  } finally {
    database.close();
  }
  return inspectStateFile(target) ?? summary;
}

/** What is in a state file. Throws where it is none, is damaged, or comes from a later version. */
export function inspectStateFile(path: string): SnapshotSummary {
  if (!existsSync(path)) throw new StateFileProblem(`${path} does not exist`);
  if (!statSync(path).isFile()) throw new StateFileProblem(`${path} is not a file`);
  const database = openRead(path);
  try {
    const tables = database.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").all();
    const names = new Set(tables.map((row) => row['name']));
    if (!names.has('setting') || !names.has('object'))
      throw new StateFileProblem(`${path} is not a state file of the sandbox`);
    checkSchema(database, path);
    const sound = database.prepare('PRAGMA quick_check').get();
    if (Object.values(sound ?? {})[0] !== 'ok') throw new StateFileProblem(`${path} is damaged`);
    const count = database.prepare('SELECT count(*) AS count FROM object').get();
    const revision = database.prepare("SELECT value FROM setting WHERE name = 'revision'").get();
    return { objects: Number(count?.['count'] ?? 0), revision: Number(revision?.['value'] ?? 0) };
  } catch (error) {
    throw problemOf(error, path);
  } finally {
    database.close();
  }
}

/** Throws where a later version of the sandbox wrote the file. */
export function checkSchema(database: DatabaseSync, path: string): void {
  const row = database.prepare("SELECT value FROM setting WHERE name = 'schema'").get();
  const version = row === undefined ? schemaVersion : Number(row['value']);
  if (version > schemaVersion) {
    throw new StateFileProblem(
      `${path} was written by a later version of the sandbox (schema ${version}, this one knows ${schemaVersion})`,
    );
  }
}

// The log beside the file is part of it, and reading it needs the index that SQLite writes next to it.
function openRead(path: string): DatabaseSync {
  try {
    const database = new DatabaseSync(path);
    database.exec('PRAGMA busy_timeout = 5000');
    return database;
  } catch (error) {
    throw problemOf(error, path);
  }
}
