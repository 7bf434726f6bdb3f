// `evenkeel proj windows …`: sync windows as argocd adds, changes and lists them.
// Mirrors argoproj/argo-cd:cmd/argocd/commands/projectwindows.go (3.6).

import { type ProjectSpec, type SyncWindow, isActive, validateWindow } from '@evenkeel/argo';
import { CommandFailure, exitCodes } from '../io.ts';
import { formatTable } from '../output/table.ts';
import type { EditSpec } from './proj-edits.ts';

/** The flags of a window. Lists are separated by commas. */
export interface WindowFlags {
  readonly kind?: string;
  readonly schedule?: string;
  readonly duration?: string;
  readonly applications?: string;
  readonly namespaces?: string;
  readonly clusters?: string;
  readonly manualSync?: boolean;
  readonly syncOverrun?: boolean;
  readonly timeZone?: string;
  readonly useAndOperator?: boolean;
  readonly description?: string;
}

export function addWindow(flags: WindowFlags): EditSpec {
  const { kind = '', schedule = '', duration = '', description = '' } = flags;
  return (spec) => {
    if (kind === '' || schedule === '' || duration === '') {
      throw failure(
        'cannot create window: require kind, schedule, duration and one or more of applications, namespaces and clusters',
      );
    }
    const window: SyncWindow = {
      kind,
      schedule,
      duration,
      ...lists(flags),
      ...(flags.manualSync === true ? { manualSync: true } : {}),
      timeZone: flags.timeZone ?? 'UTC',
      ...(flags.useAndOperator === true ? { andOperator: true } : {}),
      ...(description === '' ? {} : { description }),
      ...(flags.syncOverrun === true ? { syncOverrun: true } : {}),
    };
    const problem = validateWindow(window);
    if (problem !== undefined) throw failure(problem);
    return { spec: { ...spec, syncWindows: [...(spec.syncWindows ?? []), window] } };
  };
}

export function updateWindow(id: string, flags: WindowFlags): EditSpec {
  const { schedule, duration, description } = flags;
  const more = lists(flags);
  return onWindow(id, (window) => {
    if (!schedule && !duration && !description && Object.keys(more).length === 0) {
      throw failure(
        'cannot update: require one or more of schedule, duration, application, namespace, cluster or description',
      );
    }
    return {
      ...window,
      ...(schedule ? { schedule } : {}),
      ...(duration ? { duration } : {}),
      ...more,
      ...(description ? { description } : {}),
      timeZone: flags.timeZone ?? 'UTC',
    };
  });
}

/** Turns one of the switches of a window on or off. */
export function switchWindow(id: string, field: 'manualSync' | 'syncOverrun', on: boolean): EditSpec {
  return onWindow(id, (window) => ({ ...window, [field]: on }));
}

export function deleteWindow(id: string): EditSpec {
  return (spec) => {
    const index = indexOf(id, spec);
    return { spec: { ...spec, syncWindows: (spec.syncWindows ?? []).filter((_window, at) => at !== index) } };
  };
}

/** The windows of a project as a table. */
export function printWindows({ syncWindows = [] }: ProjectSpec, nowMs: number): string {
  const enabled = (on: boolean | undefined): string => (on === true ? 'Enabled' : 'Disabled');
  const listed = (items: readonly string[] | undefined): string =>
    (items ?? []).length === 0 ? '-' : (items ?? []).join(',');
  const headers = ['ID', 'STATUS', 'KIND', 'SCHEDULE', 'DURATION', 'APPLICATIONS', 'NAMESPACES', 'CLUSTERS'];
  const rows = syncWindows.map((window, index) => [
    String(index),
    isActive(window, nowMs) ? 'Active' : 'Inactive',
    window.kind ?? '',
    window.schedule ?? '',
    window.duration ?? '',
    listed(window.applications),
    listed(window.namespaces),
    listed(window.clusters),
    enabled(window.manualSync),
    enabled(window.syncOverrun),
    window.timeZone ?? '',
    enabled(window.andOperator),
  ]);
  return formatTable([...headers, 'MANUALSYNC', 'SYNCOVERRUN', 'TIMEZONE', 'USEANDOPERATOR'], rows);
}

function onWindow(id: string, edit: (window: SyncWindow) => SyncWindow): EditSpec {
  return (spec) => {
    const index = indexOf(id, spec);
    const syncWindows = (spec.syncWindows ?? []).map((window, at) => (at === index ? edit(window) : window));
    return { spec: { ...spec, syncWindows } };
  };
}

function indexOf(id: string, { syncWindows = [] }: ProjectSpec): number {
  const index = Number(id);
  if (!/^\d+$/.test(id) || index >= syncWindows.length) throw failure(`window with id '${id}' not found`);
  return index;
}

function lists({ applications, namespaces, clusters }: WindowFlags): Partial<SyncWindow> {
  const given = Object.entries({ applications, namespaces, clusters }).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && entry[1] !== '',
  );
  return Object.fromEntries(given.map(([name, text]) => [name, text.split(',')]));
}

function failure(message: string): CommandFailure {
  return new CommandFailure(message, exitCodes.generic);
}
