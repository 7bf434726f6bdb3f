// Durability: the current state of every object in a SQLite file with a write-ahead log. One row per object, and the
// revision of the last write, change in one transaction, so a process killed at any point resumes with all it answered for.

import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { type Json, type KubeObject, parseJson, stringifyJson } from '@evenkeel/resource';
import { checkSchema, holdStateFile, problemOf, schemaVersion } from './state-file.ts';
import type { Journal, JournalEntry, Restored } from './store.ts';

/** An open state file: the journal to write to, what it held, and small secrets of the cluster (its CA). */
export interface StateFile {
  readonly journal: Journal;
  readonly restored: Restored;
  /** Reads a cluster setting kept beside the objects. */
  setting(name: string): string | undefined;
  keepSetting(name: string, value: string): void;
}

/** Opens or creates a state file. Throws where it cannot be opened, is no state file, or comes from a later version. */
export function openStateFile(path: string): StateFile {
  const release = holdStateFile(path);
  try {
    return openHeld(path, release);
  } catch (error) {
    release();
    throw problemOf(error, path);
  }
}

function openHeld(path: string, release: () => void): StateFile {
  const database = new DatabaseSync(path);
  // Checkpoints wait for the disk, so they are few: the log grows to about 32 MB between them.
  // NORMAL is durable against the death of the process; only a power cut may lose the last writes, never tear them.
  database.exec(
    'PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA busy_timeout = 500; PRAGMA wal_autocheckpoint = 8000',
  );
  prepareSchema(database, path);
  const journal = new SqliteJournal(database, path, release);
  return {
    journal,
    restored: { revision: Number(readSetting(database, 'revision') ?? '0'), entries: readObjects(database) },
    setting: (name) => readSetting(database, `cluster.${name}`),
    keepSetting: (name, value) => {
      database.prepare('INSERT OR REPLACE INTO setting (name, value) VALUES (?, ?)').run(`cluster.${name}`, value);
    },
  };
}

function prepareSchema(database: DatabaseSync, path: string): void {
  database.exec(`
    CREATE TABLE IF NOT EXISTS setting (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS object (collection TEXT NOT NULL, key TEXT NOT NULL, json TEXT NOT NULL,
      PRIMARY KEY (collection, key)) WITHOUT ROWID;
  `);
  checkSchema(database, path);
  if (readSetting(database, 'schema') === undefined)
    database.prepare('INSERT INTO setting (name, value) VALUES (?, ?)').run('schema', String(schemaVersion));
}

function readSetting(database: DatabaseSync, name: string): string | undefined {
  const row = database.prepare('SELECT value FROM setting WHERE name = ?').get(name);
  return typeof row?.['value'] === 'string' ? row['value'] : undefined;
}

function* readObjects(database: DatabaseSync): Iterable<{ collection: string; key: string; object: KubeObject }> {
  for (const row of database.prepare('SELECT collection, key, json FROM object').iterate()) {
    yield {
      collection: String(row['collection']),
      key: String(row['key']),
      object: parseJson(String(row['json'])) as unknown as KubeObject,
    };
  }
}

class SqliteJournal implements Journal {
  readonly #database: DatabaseSync;
  readonly #put: StatementSync;
  readonly #remove: StatementSync;
  readonly #revision: StatementSync;
  readonly #begin: StatementSync;
  readonly #commit: StatementSync;

  readonly #path: string;
  readonly #release: () => void;

  constructor(database: DatabaseSync, path: string, release: () => void) {
    this.#database = database;
    this.#path = path;
    this.#release = release;
    this.#put = database.prepare('INSERT OR REPLACE INTO object (collection, key, json) VALUES (?, ?, ?)');
    this.#remove = database.prepare('DELETE FROM object WHERE collection = ? AND key = ?');
    this.#revision = database.prepare("INSERT OR REPLACE INTO setting (name, value) VALUES ('revision', ?)");
    this.#begin = database.prepare('BEGIN IMMEDIATE');
    this.#commit = database.prepare('COMMIT');
  }

  record(entry: JournalEntry): void {
    try {
      this.#begin.run();
      if (entry.object === undefined) this.#remove.run(entry.collection, entry.key);
      else this.#put.run(entry.collection, entry.key, textOf(entry.object));
      this.#revision.run(String(entry.revision));
      this.#commit.run();
    } catch (error) {
      // A full disk has rolled the transaction back already.
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
      throw problemOf(error, this.#path);
    }
  }

  close(): void {
    this.#database.close();
    this.#release();
  }
}

function textOf(object: KubeObject): string {
  try {
    // The runtime's own writer is several times faster; a bigint, which is rare, makes it throw.
    return JSON.stringify(object);
  } catch {
    return stringifyJson(object as unknown as Json);
  }
}
