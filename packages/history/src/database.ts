// The SQLite file: its schema, its opening, and what is said when it cannot be used.

import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

const VERSION = 1;
const BUSY_MS = 250;

const schema = `
CREATE TABLE apps (id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE);
CREATE TABLE events (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  at INTEGER NOT NULL,
  app INTEGER REFERENCES apps(id),
  kind TEXT NOT NULL,
  revision TEXT,
  outcome TEXT,
  data TEXT NOT NULL
);
CREATE INDEX events_by_app ON events(app, at, id);
CREATE INDEX events_by_time ON events(at, id);
CREATE INDEX events_by_kind ON events(kind, at);
CREATE TABLE states (app INTEGER NOT NULL REFERENCES apps(id), at INTEGER NOT NULL, state TEXT NOT NULL, PRIMARY KEY (app, at)) WITHOUT ROWID;
CREATE INDEX states_by_time ON states(at);
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
`;

/** Opens or creates the database. Throws an Error whose message is one sentence. */
export function openDatabase(file: string): DatabaseSync {
  let database: DatabaseSync | undefined;
  try {
    if (file !== ':memory:') mkdirSync(dirname(file), { recursive: true });
    database = new DatabaseSync(file, { timeout: BUSY_MS });
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON');
    migrate(database, file);
    return database;
  } catch (error) {
    if (database?.isOpen === true) database.close();
    throw new Error(explainDatabaseError(error, file), { cause: error });
  }
}

/** One sentence for an SQLite failure, with what to do. */
export function explainDatabaseError(error: unknown, file: string): string {
  const text = error instanceof Error ? error.message : String(error);
  if (/not a database|malformed|corrupt/i.test(text)) {
    return `the history file ${file} is damaged; history is off until it is moved away (nothing else depends on it)`;
  }
  if (/locked|busy/i.test(text)) return `the history file ${file} is locked by another process; history is off`;
  if (/disk.*full|ENOSPC/i.test(text)) return `the disk is full; history is not being written to ${file}`;
  if (/unable to open|readonly|EACCES|EROFS|ENOTDIR|EISDIR/i.test(text)) {
    return `the history file ${file} cannot be opened for writing; history is off`;
  }
  return `the history file ${file} cannot be used (${text}); history is off`;
}

function migrate(database: DatabaseSync, file: string): void {
  const row = database.prepare('PRAGMA user_version').get();
  const version = Number(row?.['user_version'] ?? 0);
  if (version === VERSION) {
    // A damaged file may open well and fail at the first real read.
    database.prepare('SELECT count(*) AS apps FROM apps').get();
    return;
  }
  if (version > VERSION) throw new Error(`${file} was written by a newer version`);
  database.exec(`BEGIN IMMEDIATE; ${schema} PRAGMA user_version = ${VERSION}; COMMIT`);
}
