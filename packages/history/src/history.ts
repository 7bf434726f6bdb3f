// The append-only record of what happened to each application. It is a second store: nothing is reconciled from it, and
// when it cannot be used the rest of the system goes on without it.

import type { DatabaseSync, SQLInputValue, SQLOutputValue, StatementSync } from 'node:sqlite';
import type { Clock } from '@evenkeel/std';
import { explainDatabaseError, openDatabase } from './database.ts';
import {
  type HistoryEntry,
  type HistoryKind,
  type HistoryRecord,
  type WaterlineState,
  boundRecord,
  waterlineStates,
} from './records.ts';
import { type Run, type StateChange, toRuns } from './waterline.ts';

const RETENTION_MS_DEFAULT = 90 * 24 * 3600_000;
const HEARTBEAT_MS = 30_000;
const GAP_MS = 3 * HEARTBEAT_MS;
const RETENTION_EVERY = 120;
const FLUSH_MS = 200;
const PENDING_MAX = 20_000;

export interface HistoryOptions {
  /** A path, or `:memory:`. */
  readonly file: string;
  readonly clock: Clock;
  readonly retentionMs?: number;
  /** Called with one sentence when the store stops working, once per cause. */
  readonly onProblem?: (sentence: string) => void;
}

export interface TimelineQuery {
  /** One application; without it, everything. */
  readonly app?: string;
  readonly kinds?: readonly HistoryKind[];
  /** A cursor from an earlier page. */
  readonly before?: string;
  readonly limit?: number;
}

export interface TimelinePage {
  /** Newest first. */
  readonly entries: readonly HistoryEntry[];
  /** Give it as `before` for the next page; undefined at the end. */
  readonly next: string | undefined;
}

export interface WaterlineQuery {
  /** One application; without it, all that are known. */
  readonly app?: string;
  readonly fromMs: number;
  readonly toMs: number;
  /** What one pixel is worth: shorter runs are joined, the worst state wins. */
  readonly resolutionMs?: number;
}

export interface Tick {
  readonly atMs: number;
  readonly kind: 'commit' | 'sync';
  readonly revision: string;
  /** For a sync: how it ended. */
  readonly outcome: string | undefined;
}

export interface Waterline {
  readonly app: string;
  readonly runs: readonly Run[];
  readonly ticks: readonly Tick[];
}

/** All methods are safe to call when the store is out of order: writes are dropped, queries answer empty. */
export interface History extends AsyncDisposable {
  /** Undefined while all is well, else the sentence to show. */
  readonly problem: string | undefined;
  record(record: HistoryRecord): void;
  /** Notes how an application stands; only changes are stored. */
  setState(app: string, state: WaterlineState): void;
  stateOf(app: string): WaterlineState | undefined;
  timeline(query?: TimelineQuery): TimelinePage;
  waterlines(query: WaterlineQuery): readonly Waterline[];
  /** Everything in a span, oldest first, for an export. */
  entries(span: { readonly fromMs: number; readonly toMs: number }): IterableIterator<HistoryEntry>;
  /** Drops what is older than the retention, keeping each application's last known state. Runs by itself too. */
  prune(): void;
}

type Write =
  | { readonly kind: 'event'; readonly at: number; readonly record: HistoryRecord }
  | { readonly kind: 'state'; readonly at: number; readonly app: string; readonly state: WaterlineState };

/** Opens the store; never throws. A store that cannot be opened says so in `problem` and does nothing. */
export function openHistory(options: HistoryOptions): History {
  const store = new HistoryStore(options);
  store.start();
  return store;
}

class HistoryStore implements History {
  problem: string | undefined;
  readonly #options: HistoryOptions;
  #database: DatabaseSync | undefined;
  readonly #statements = new Map<string, StatementSync>();
  readonly #appIds = new Map<string, number>();
  readonly #states = new Map<string, WaterlineState>();
  #pending: Write[] = [];
  #cancelFlush: (() => void) | undefined;
  #cancelHeartbeat: (() => void) | undefined;
  #beats = 0;

  constructor(options: HistoryOptions) {
    this.#options = options;
  }

  start(): void {
    try {
      this.#database = openDatabase(this.#options.file);
      this.#loadStates();
      this.#noteGap();
      this.prune();
    } catch (error) {
      this.#database = undefined;
      this.#complain(error instanceof Error ? error.message : String(error));
      // A lock goes away, a damaged file gets moved: look again later.
      this.#cancelHeartbeat = this.#options.clock.after(HEARTBEAT_MS, () => this.start());
      return;
    }
    this.problem = undefined;
    this.#heartbeat();
  }

  record(record: HistoryRecord): void {
    this.#enqueue({ kind: 'event', at: record.at ?? this.#now(), record: boundRecord(record) });
  }

  setState(app: string, state: WaterlineState): void {
    if (this.#states.get(app) === state) return;
    this.#states.set(app, state);
    this.#enqueue({ kind: 'state', at: this.#now(), app, state });
  }

  stateOf(app: string): WaterlineState | undefined {
    return this.#states.get(app);
  }

  timeline(query: TimelineQuery = {}): TimelinePage {
    const limit = Math.min(Math.max(Math.trunc(query.limit ?? 50), 1), 1000);
    const where: string[] = [];
    const values: SQLInputValue[] = [];
    if (query.app !== undefined) {
      where.push('e.app = (SELECT id FROM apps WHERE key = ?)');
      values.push(query.app);
    }
    if (query.kinds) {
      where.push(`e.kind IN (${query.kinds.map(() => '?').join(',')})`);
      values.push(...query.kinds);
    }
    const cursor = /^(-?\d+)\.(\d+)$/.exec(query.before ?? '');
    if (cursor) {
      where.push('(e.at, e.id) < (?, ?)');
      values.push(Number(cursor[1]), Number(cursor[2]));
    }
    const filter = where.length > 0 ? `WHERE ${where.join(' AND ')}` : '';
    const sql = `SELECT e.id, e.at, e.data FROM events e ${filter} ORDER BY e.at DESC, e.id DESC LIMIT ?`;
    const entries = this.#all(sql, [...values, limit + 1]).map(toEntry);
    const page = entries.slice(0, limit);
    const last = page.at(-1);
    return { entries: page, next: entries.length > limit && last ? `${last.at}.${last.id}` : undefined };
  }

  waterlines(query: WaterlineQuery): readonly Waterline[] {
    const only = query.app === undefined ? '' : 'AND a.key = ?';
    const key = query.app === undefined ? [] : [query.app];
    const { fromMs, toMs } = query;
    const before = `(SELECT s.state FROM states s WHERE s.app = a.id AND s.at <= ? ORDER BY s.at DESC LIMIT 1)`;
    const apps = this.#all(`SELECT a.key, ${before} AS state FROM apps a WHERE true ${only} ORDER BY a.key`, [
      fromMs,
      ...key,
    ]);
    const changes = this.#all(
      `SELECT a.key, s.at, s.state FROM states s JOIN apps a ON a.id = s.app WHERE s.at > ? AND s.at < ? ${only} ORDER BY s.at`,
      [fromMs, toMs, ...key],
    );
    const ticks = this.#all(
      `SELECT a.key, e.at, e.kind, e.revision, e.outcome FROM events e JOIN apps a ON a.id = e.app
       WHERE e.kind IN ('commit', 'sync-finished') AND e.at >= ? AND e.at < ? ${only} ORDER BY e.at, e.id`,
      [fromMs, toMs, ...key],
    );
    const changesByApp = Map.groupBy(changes, (row) => text(row['key']));
    const ticksByApp = Map.groupBy(ticks, (row) => text(row['key']));
    return apps.map((row) => {
      const app = text(row['key']);
      const states = (changesByApp.get(app) ?? []).map(toStateChange);
      return {
        app,
        runs: toRuns(query, toState(row['state']), states),
        ticks: (ticksByApp.get(app) ?? []).map(toTick),
      };
    });
  }

  *entries(span: { readonly fromMs: number; readonly toMs: number }): IterableIterator<HistoryEntry> {
    let after = 0;
    let at = span.fromMs;
    for (;;) {
      const sql = 'SELECT id, at, data FROM events WHERE (at, id) > (?, ?) AND at < ? ORDER BY at, id LIMIT 500';
      const rows = this.#all(sql, [at, after, span.toMs]).map(toEntry);
      yield* rows;
      const last = rows.at(-1);
      if (!last || rows.length < 500) return;
      ({ at, id: after } = last);
    }
  }

  prune(): void {
    const cutoff = this.#now() - (this.#options.retentionMs ?? RETENTION_MS_DEFAULT);
    this.#attempt(() => {
      this.#run('DELETE FROM events WHERE at < ?', [cutoff]);
      this.#run(
        'DELETE FROM states WHERE at < ? AND at < (SELECT max(n.at) FROM states n WHERE n.app = states.app AND n.at <= ?)',
        [cutoff, cutoff],
      );
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#cancelHeartbeat?.();
    this.#touch();
    this.#flush();
    const database = this.#database;
    this.#database = undefined;
    this.#statements.clear();
    if (database?.isOpen === true) database.close();
  }

  #now(): number {
    return Math.trunc(this.#options.clock.now());
  }

  /** Writes of a moment share a transaction: one for each costs more than the reconciliations they tell of. */
  #enqueue(write: Write): void {
    if (!this.#database || this.#pending.length >= PENDING_MAX) return;
    this.#pending.push(write);
    this.#cancelFlush ??= this.#options.clock.after(FLUSH_MS, () => this.#flush());
  }

  #flush(): void {
    const writes = this.#pending;
    this.#cancelFlush?.();
    this.#cancelFlush = undefined;
    if (writes.length === 0 || !this.#database) return;
    this.#pending = [];
    const isDone = this.#attempt(() => {
      this.#database?.exec('BEGIN IMMEDIATE');
      try {
        for (const write of writes) this.#store(write);
        this.#database?.exec('COMMIT');
      } catch (error) {
        this.#appIds.clear();
        if (this.#database?.isTransaction === true) this.#database.exec('ROLLBACK');
        throw error;
      }
    });
    // A lock or a full disk may pass; what could not be written is kept for the next attempt, within bounds.
    if (!isDone) this.#pending = [...writes, ...this.#pending].slice(-PENDING_MAX);
  }

  #store(write: Write): void {
    if (write.kind === 'state') {
      const values = [this.#appId(write.app), write.at, write.state];
      this.#run(
        'INSERT INTO states(app, at, state) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET state = excluded.state',
        values,
      );
      return;
    }
    const { record } = write;
    const app = record.app === undefined ? null : this.#appId(record.app);
    const revision = 'revision' in record ? record.revision : null;
    const outcome = record.kind === 'sync-finished' ? record.phase : null;
    this.#run('INSERT INTO events(at, app, kind, revision, outcome, data) VALUES (?, ?, ?, ?, ?, ?)', [
      write.at,
      app,
      record.kind,
      revision,
      outcome,
      JSON.stringify(record),
    ]);
  }

  #appId(key: string): number {
    const known = this.#appIds.get(key);
    if (known !== undefined) return known;
    this.#run('INSERT INTO apps(key) VALUES (?) ON CONFLICT DO NOTHING', [key]);
    const id = Number(this.#prepare('SELECT id FROM apps WHERE key = ?').get(key)?.['id']);
    this.#appIds.set(key, id);
    return id;
  }

  #loadStates(): void {
    const sql = `SELECT a.key, (SELECT s.state FROM states s WHERE s.app = a.id ORDER BY s.at DESC LIMIT 1) AS state FROM apps a`;
    for (const row of this.#prepare(sql).all()) {
      if (row['state'] !== null) this.#states.set(text(row['key']), toState(row['state']));
    }
  }

  /** While nobody watched, nothing is known: the time since the last sign of life is recorded as unknown. */
  #noteGap(): void {
    const seen = Number(this.#prepare("SELECT value FROM meta WHERE key = 'seen'").get()?.['value'] ?? Number.NaN);
    if (Number.isNaN(seen) || this.#now() - seen < GAP_MS) return;
    for (const [app, state] of this.#states) {
      if (state === 'unknown') continue;
      this.#states.set(app, 'unknown');
      this.#pending.push({ kind: 'state', at: seen + 1, app, state: 'unknown' });
    }
    this.#flush();
  }

  #heartbeat(): void {
    this.#touch();
    this.#beats += 1;
    if (this.#beats % RETENTION_EVERY === 0) this.prune();
    this.#flush();
    this.#cancelHeartbeat = this.#options.clock.after(HEARTBEAT_MS, () => this.#heartbeat());
  }

  #touch(): void {
    this.#attempt(() => {
      this.#run("INSERT INTO meta(key, value) VALUES ('seen', ?) ON CONFLICT DO UPDATE SET value = excluded.value", [
        String(this.#now()),
      ]);
    });
  }

  #all(sql: string, values: readonly SQLInputValue[]): readonly Record<string, SQLOutputValue>[] {
    this.#flush();
    let rows: Record<string, SQLOutputValue>[] = [];
    this.#attempt(() => {
      rows = this.#prepare(sql).all(...values);
    });
    return rows;
  }

  #run(sql: string, values: readonly SQLInputValue[]): void {
    this.#prepare(sql).run(...values);
  }

  #prepare(sql: string): StatementSync {
    const known = this.#statements.get(sql);
    if (known) return known;
    if (!this.#database) throw new Error('the history store is closed');
    const statement = this.#database.prepare(sql);
    this.#statements.set(sql, statement);
    return statement;
  }

  /** Runs a piece of work on the database; a failure becomes `problem`, a success clears it. */
  #attempt(work: () => void): boolean {
    if (!this.#database) return false;
    try {
      work();
      this.problem = undefined;
      return true;
    } catch (error) {
      this.#complain(explainDatabaseError(error, this.#options.file));
      return false;
    }
  }

  #complain(sentence: string): void {
    if (this.problem === sentence) return;
    this.problem = sentence;
    this.#options.onProblem?.(sentence);
  }
}

function toEntry(row: Record<string, SQLOutputValue>): HistoryEntry {
  const record: HistoryRecord = JSON.parse(text(row['data']));
  return { ...record, id: Number(row['id']), at: Number(row['at']) };
}

function toStateChange(row: Record<string, SQLOutputValue>): StateChange {
  return { atMs: Number(row['at']), state: toState(row['state']) };
}

function toTick(row: Record<string, SQLOutputValue>): Tick {
  return {
    atMs: Number(row['at']),
    kind: row['kind'] === 'commit' ? 'commit' : 'sync',
    revision: text(row['revision']),
    outcome: typeof row['outcome'] === 'string' ? row['outcome'] : undefined,
  };
}

function toState(value: SQLOutputValue | undefined): WaterlineState {
  return waterlineStates.find((state) => state === value) ?? 'unknown';
}

function text(value: SQLOutputValue | undefined): string {
  return typeof value === 'string' ? value : '';
}
