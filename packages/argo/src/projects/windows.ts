// Sync windows: which ones concern an Application, whether they let it sync now, and from when on they will.
// Mirrors argoproj/argo-cd:pkg/apis/application/v1alpha1/types.go SyncWindows (3.6).

import { type Cron, matchesGlob, nextCronMs, parseCron, zoneOffsetMs } from '@evenkeel/lang';
import { parseDurationMs } from '@evenkeel/std';
import type { SyncWindow } from './project.ts';

/** What windows look at in an Application. */
export interface WindowSubject {
  readonly name: string;
  readonly destination: { readonly server?: string; readonly name?: string; readonly namespace?: string };
}

/** Who wants to sync, and since when. */
export interface SyncMoment {
  readonly manual: boolean;
  readonly nowMs: number;
  /** When the operation began, where one is under way: windows with `syncOverrun` let it finish. */
  readonly startedAtMs?: number | undefined;
}

/** Whether a sync may run; `invalid` where a window cannot be read, which permits nothing. */
export type WindowVerdict =
  | { readonly kind: 'open' }
  | { readonly kind: 'blocked'; readonly by: readonly SyncWindow[]; readonly untilMs: number | undefined }
  | { readonly kind: 'invalid'; readonly sentence: string };

/** The windows that concern an Application. */
export function windowsFor(windows: readonly SyncWindow[], subject: WindowSubject): readonly SyncWindow[] {
  return windows.filter((window) => concerns(window, subject));
}

/** Whether these windows let a sync run at a moment, and if not, from when on they do. */
export function judgeWindows(windows: readonly SyncWindow[], moment: SyncMoment): WindowVerdict {
  if (windows.length === 0) return { kind: 'open' };
  const read = windows.map(readWindow);
  const problem = read.find((entry) => typeof entry === 'string');
  if (problem !== undefined) return { kind: 'invalid', sentence: `invalid sync windows: ${problem}` };
  const timed = read.filter((entry) => typeof entry !== 'string');
  const by = blockers(timed, moment);
  if (by.length === 0) return { kind: 'open' };
  return { kind: 'blocked', by, untilMs: opensAt(timed, moment) };
}

/** Whether a window is open now; false for one that cannot be read. */
export function isActive(window: SyncWindow, nowMs: number): boolean {
  const read = readWindow(window);
  return typeof read !== 'string' && activeUntil(read, nowMs) !== undefined;
}

/** "deny window 0 22 * * * for 1h" */
export function describeWindow({ kind = '', schedule = '', duration = '', description = '' }: SyncWindow): string {
  return `${kind} window "${schedule}" of ${duration}${description === '' ? '' : ` (${description})`}`;
}

interface TimedWindow {
  readonly window: SyncWindow;
  readonly cron: Cron;
  readonly durationMs: number;
}

/** A window with its times, or what is wrong with it. */
function readWindow(window: SyncWindow): TimedWindow | string {
  const { kind = '', schedule = '', duration = '' } = window;
  // Upstream passes over it, and a freeze that is misspelt freezes nothing.
  if (kind !== 'allow' && kind !== 'deny') return `kind '${kind}' mismatch: can only be allow or deny`;
  const read = parseCron(schedule);
  if (read.kind === 'problem') return `cannot parse schedule '${schedule}': ${read.text}`;
  const problem = durationProblem(duration);
  return problem ?? { window, cron: read.cron, durationMs: parseDurationMs(duration) ?? 0 };
}

/** What is wrong with a duration, as Go says it; undefined for a good one. */
export function durationProblem(text: string): string | undefined {
  if (parseDurationMs(text) !== undefined) return undefined;
  const quoted = JSON.stringify(text);
  const [, unit] =
    /^[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))*(?:\d+\.?\d*|\.\d+)([^\d.]*)/.exec(text) ?? [];
  const what = { invalid: `invalid duration ${quoted}`, missing: `missing unit in duration ${quoted}` };
  const why =
    unit === undefined
      ? what.invalid
      : unit === ''
        ? what.missing
        : `unknown unit ${JSON.stringify(unit)} in duration ${quoted}`;
  return `cannot parse duration '${text}': time: ${why}`;
}

/** Clocks of an unknown zone are those of UTC, as upstream has it. */
function localMs({ window }: TimedWindow, atMs: number): number {
  return atMs + (zoneOffsetMs(window.timeZone ?? '', atMs) ?? 0);
}

/** When a window that is open closes; undefined for one that is closed. */
function activeUntil(timed: TimedWindow, atMs: number): number | undefined {
  const local = localMs(timed, atMs);
  const opened = nextCronMs(timed.cron, local - timed.durationMs);
  if (opened === undefined || opened >= local) return undefined;
  return atMs + (opened + timed.durationMs - local);
}

/** The windows that stand in the way; none where the sync may run. */
function blockers(windows: readonly TimedWindow[], moment: SyncMoment): readonly SyncWindow[] {
  const { manual, nowMs, startedAtMs } = moment;
  const active = windows.filter((timed) => activeUntil(timed, nowMs) !== undefined).map(({ window }) => window);
  const denying = active.filter(({ kind }) => kind === 'deny');
  const closed = windows
    .map(({ window }) => window)
    .filter((window) => window.kind === 'allow' && !active.includes(window));
  const standing = denying.length > 0 ? denying : active.some(({ kind }) => kind === 'allow') ? [] : closed;
  if (standing.length === 0) return [];
  if (manual && standing.every(({ manualSync }) => manualSync === true)) return [];
  const overruns = startedAtMs !== undefined && standing.every(({ syncOverrun }) => syncOverrun === true);
  if (overruns && blockers(windows, { manual, nowMs: startedAtMs }).length === 0) return [];
  return standing;
}

/** How many openings and closings are looked at: a window that opens every minute for months is nobody's. */
const BOUNDARIES_MAX = 5000;

/** The first moment at which nothing stands in the way; undefined where there is none in sight. */
function opensAt(windows: readonly TimedWindow[], moment: SyncMoment): number | undefined {
  let at = moment.nowMs;
  for (let count = 0; count < BOUNDARIES_MAX; count += 1) {
    const next = Math.min(...windows.map((timed) => boundaryAfter(timed, at)));
    if (!Number.isFinite(next)) return undefined;
    at = next;
    if (blockers(windows, { manual: moment.manual, nowMs: at }).length === 0) return at;
  }
  return undefined;
}

/** When a window opens or closes next. It is open a moment after its schedule is due, not at it. */
function boundaryAfter(timed: TimedWindow, atMs: number): number {
  const closes = activeUntil(timed, atMs);
  if (closes !== undefined) return closes;
  const local = localMs(timed, atMs);
  const opens = nextCronMs(timed.cron, local - 1);
  return opens === undefined ? Infinity : Math.max(atMs + (opens - local), atMs) + 1;
}

/** One of the lists must fit, or each that is given where the window says so. Mirrors SyncWindows.Matches, oddities included. */
function concerns(window: SyncWindow, { name, destination }: WindowSubject): boolean {
  const { applications = [], clusters = [], namespaces = [], andOperator = false } = window;
  const fits = (patterns: readonly string[], text: string | undefined): boolean =>
    patterns.some((pattern) => pattern === '*' || matchesGlob(pattern, text ?? ''));
  const onCluster = [destination.name, destination.server].some(
    (text) => text !== undefined && text !== '' && fits(clusters, text),
  );
  const answers = [
    { asked: applications.length > 0, fits: fits(applications, name) },
    { asked: clusters.length > 0, fits: onCluster },
    { asked: namespaces.length > 0, fits: fits(namespaces, destination.namespace) },
  ].filter(({ asked }) => asked);
  if (answers.length === 0) return false;
  return andOperator ? answers.every((answer) => answer.fits) : answers.some((answer) => answer.fits);
}
