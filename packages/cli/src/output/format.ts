// `-o`: the same data for people, scripts and other programs.

import { type Json, emitSigsYaml, stringifyJson } from '@evenkeel/resource';
import { CommandFailure } from '../io.ts';

/** Prints data as JSON or YAML; undefined for the formats that are tables. */
export function formatData(data: unknown, format: string | undefined): string | undefined {
  switch (format) {
    case 'json':
      return `${JSON.stringify(data, undefined, 4)}\n`;
    case 'yaml':
      return emitSigsYaml(JSON.parse(stringifyJson(data as Json)) as Json);
    case undefined:
    case '':
    case 'wide':
    case 'name':
    case 'tree':
      return undefined;
    default:
      throw new CommandFailure(`unknown output format "${format}"; one of: json, yaml, wide, name`, 20);
  }
}

/** "4f2a91c" of a commit name; other revisions as they are. */
export function shortRevision(revision: string): string {
  return /^[0-9a-f]{40}$/.test(revision) ? revision.slice(0, 7) : revision;
}

/** "5m", "3h", "12d": how long ago, as kubectl prints ages. */
export function formatAge(fromMs: number, nowMs: number): string {
  const seconds = Math.max(0, Math.floor((nowMs - fromMs) / 1000));
  if (seconds < 120) return `${seconds}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 120) return `${minutes}m`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours}h` : `${Math.floor(hours / 24)}d`;
}
