// `evenkeel helm dependency build|update|list`: the original's output and files. Mirrors helm:pkg/cmd/dependency*.go and
// helm:pkg/downloader/manager.go (v4.3.0).

import { existsSync, lstatSync, mkdirSync, readlinkSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, normalize, resolve } from 'node:path';
import {
  ChartLoadError,
  type DependencyFiles,
  type DependencyVerb,
  FlagError,
  type ParsedFlags,
  buildDependencies,
  dependencyFlags,
  dependencyHelp,
  listDependencies,
  loadChart,
  parseFlags,
  updateDependencies,
} from '@evenkeel/helm';
import { diskTree } from '../disk-tree.ts';
import { openDependencyWorld } from '../helm-dependency-world.ts';
import { type HelmSettings, helmSettings } from '../helm-settings.ts';
import { CommandFailure, type Io } from '../io.ts';
import { takeHelmVersion } from './helm.ts';

const verbs: Readonly<Record<string, DependencyVerb>> = {
  build: 'build',
  update: 'update',
  up: 'update',
  list: 'list',
  ls: 'list',
};

/** Runs `helm dependency ARGS`. Throws CommandFailure. */
export async function helmDependencyCommand(args: readonly string[], io: Io): Promise<void> {
  const { rest, version } = takeHelmVersion(args);
  const [word = '', ...more] = rest;
  const verb = Object.hasOwn(verbs, word) ? verbs[word] : undefined;
  if (verb === undefined) {
    io.out(dependencyHelp(undefined, version));
    return;
  }
  const flags = readFlags(more, verb, version);
  if (flags.values.get('help')?.at(-1) === 'true') {
    io.out(dependencyHelp(verb, version));
    return;
  }
  if (flags.positional.length > 1) {
    const usage = `Usage:  helm dependency ${verb} CHART [flags]`;
    throw new CommandFailure(`Error: "helm dependency ${verb}" accepts at most 1 argument\n\n${usage}`);
  }
  const shown = normalize(flags.positional[0] ?? '.').replace(/(?<=.)\/$/, '');
  const context = { settings: helmSettings(flags, io), version, io };
  if (verb === 'list') await worded(async () => io.out(list(shown, context)));
  else await worded(() => fetchAll(shown, verb, context));
}

/** What every verb needs to know. */
export interface DependencyContext {
  readonly settings: HelmSettings;
  readonly version: 3 | 4;
  readonly io: Io;
}

/** `--dependency-update`: as `dependency update`, where a declared dependency is not in charts/. Rejects with CommandFailure. */
export async function updateMissing(place: string, context: DependencyContext): Promise<void> {
  await worded(async () => {
    const chart = loadChart(diskTree(), place.slice(1), { version: context.version });
    const present = new Set(chart.dependencies.map(({ metadata }) => metadata.name));
    const isMissing = chart.metadata.dependencies?.some(({ name }) => !present.has(name)) === true;
    if (isMissing) await fetchAll(place, 'update', context);
  });
}

function readFlags(args: readonly string[], verb: DependencyVerb, version: 3 | 4): ParsedFlags {
  try {
    return parseFlags(args, dependencyFlags(verb, version));
  } catch (error) {
    if (error instanceof FlagError) throw new CommandFailure(`Error: ${error.message}`);
    throw error;
  }
}

function list(shownPath: string, { settings, version, io }: DependencyContext): string {
  return listDependencies({
    tree: diskTree(),
    chartPath: resolve(io.cwd, shownPath).slice(1),
    shownPath,
    version,
    displayPath: () => shownPath,
    ...(settings.text('max-col-width') === '' ? {} : { columnWidth: Number(settings.text('max-col-width')) }),
  });
}

async function fetchAll(shown: string, verb: 'build' | 'update', context: DependencyContext): Promise<void> {
  const { io, version } = context;
  const place = resolve(io.cwd, shown);
  if (!existsSync(place)) {
    throw new Error(`could not find ${shown}: stat ${shown}: no such file or directory`);
  }
  if (!statSync(place).isDirectory()) throw new Error('only unpacked charts can be updated');
  const source = { tree: diskTree(), chartPath: place.slice(1), version };
  const chart = loadChart(source.tree, source.chartPath, { version, displayPath: (path) => `/${path}` });
  const declared = chart.metadata.dependencies;
  const resolving = verb === 'update' || chart.lock === undefined;
  if (resolving && declared === undefined) return;
  await using world = await openDependencyWorld(
    { declared: declared ?? [], lock: chart.lock, resolving, place },
    context,
  );
  const now = localTime(new Date());
  try {
    const result = await (resolving ? updateDependencies : buildDependencies)(source, world, now);
    write(place, result);
  } catch (error) {
    if (world.isSaving) io.out(`Save error occurred:  ${error instanceof Error ? error.message : String(error)}\n`);
    throw error;
  }
}

function write(place: string, { files, obsolete }: DependencyFiles): void {
  mkdirSync(join(place, 'charts'), { recursive: true });
  for (const [name, data] of files) {
    const path = join(place, name);
    if (name.endsWith('.lock') && lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true) {
      throw new Error(`the ${name} file is a symlink to ${JSON.stringify(readlinkSync(path))}`);
    }
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, data);
  }
  for (const name of obsolete) rmSync(join(place, name));
}

/** RFC 3339 with the zone of this machine, as Go prints its time. */
function localTime(date: Date): string {
  const offset = -date.getTimezoneOffset();
  const two = (value: number): string => String(Math.floor(value)).padStart(2, '0');
  const zone =
    offset === 0 ? 'Z' : `${offset < 0 ? '-' : '+'}${two(Math.abs(offset) / 60)}:${two(Math.abs(offset) % 60)}`;
  return new Date(date.getTime() + offset * 60_000).toISOString().replace('Z', zone);
}

async function worded(action: () => Promise<void>): Promise<void> {
  try {
    await action();
  } catch (error) {
    if (error instanceof CommandFailure) throw error;
    if (error instanceof ChartLoadError || error instanceof Error) throw new CommandFailure(`Error: ${error.message}`);
    throw error;
  }
}
