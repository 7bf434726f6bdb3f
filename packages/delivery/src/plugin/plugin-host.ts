// Runs plugins for renderings: on a copy of the directories they may see, in a process that knows nothing of ours.
// Mirrors argoproj/argo-cd:cmpserver/plugin/plugin.go (3.6), which runs them beside the repository server.

import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type LentCredentials, maskSecrets } from '@evenkeel/git';
import { compilePath } from '@evenkeel/lang';
import type { PinnedSnapshot, Recording, Snapshot } from '@evenkeel/source';
import { treeDirname } from '@evenkeel/std';
import { type Answers, RenderRefused } from '../render/needed.ts';
import type { PluginDefinition, PluginSettings } from '../render/request.ts';
import type { PluginHost } from '../render/world.ts';
import { endLeftovers } from './leftovers.ts';
import { runProgram } from './run-program.ts';

/** Where programs are found, and how long and how much they may. */
export interface PluginLimits {
  /** The PATH of plugins. */
  readonly path: string;
  readonly timeoutMs: number;
  readonly outputBytesMax: number;
  readonly copyBytesMax: number;
  /** How many run at once. */
  readonly concurrencyMax: number;
}

/** 90 s for each command, as upstream (ARGOCD_EXEC_TIMEOUT). */
export const defaultPluginLimits: PluginLimits = {
  path: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  timeoutMs: 90_000,
  outputBytesMax: 64 * 1024 * 1024,
  copyBytesMax: 256 * 1024 * 1024,
  concurrencyMax: 4,
};

/** What one rendering gives its plugins. */
export interface PluginWorld {
  readonly snapshot: Snapshot;
  readonly recording: () => Recording;
  readonly answers: Answers;
  /** Lends the source's own credentials, with files below a private directory; undefined where there are none to lend. */
  readonly lend?: ((privateDirectory: string, signal: AbortSignal) => Promise<LentCredentials>) | undefined;
}

/** The host of one rendering. What a plugin may see counts as read, whole. */
export function createPluginHost(
  { snapshot, recording, answers, lend }: PluginWorld,
  limits: PluginLimits,
): PluginHost {
  const run = (
    what: 'discover' | 'generate',
    directory: string,
    plugin: PluginDefinition,
    settings: PluginSettings,
  ): string => {
    const seen = [directory, ...settings.paths];
    // A link inside may lead elsewhere; what it leads to counts as well.
    for (const path of [...seen, ...seen.flatMap((from) => walk(snapshot, from).links)]) recording().readWhole(path);
    const commands =
      what === 'discover' ? [plugin.discover?.command ?? []] : [...(plugin.init ? [plugin.init] : []), plugin.generate];
    const lent = what === 'generate' && plugin.lendsCredentials === true ? lend : undefined;
    return answers.of(`plugin ${what} ${plugin.name} ${directory}`, (signal) =>
      inTurn(limits, () =>
        runCopied({ snapshot, seen, directory, commands, plugin, settings, limits, lend: lent, signal }),
      ),
    );
  };
  return {
    takes: (directory, plugin, settings) => run('discover', directory, plugin, settings).replace(/\n$/, '') !== '',
    generate: (directory, plugin, settings) => run('generate', directory, plugin, settings),
  };
}

const waiting = new WeakMap<PluginLimits, { running: number; readonly queue: (() => void)[] }>();

/** Hundreds of Applications of plugins do not start hundreds of programs. */
async function inTurn<T>(limits: PluginLimits, work: () => Promise<T>): Promise<T> {
  const turns = waiting.get(limits) ?? { running: 0, queue: [] };
  waiting.set(limits, turns);
  if (turns.running >= limits.concurrencyMax) await new Promise<void>((resolve) => turns.queue.push(resolve));
  else turns.running += 1;
  try {
    return await work();
  } finally {
    const next = turns.queue.shift();
    // Whoever is next takes the place over.
    if (next) next();
    else turns.running -= 1;
  }
}

interface CopiedRun {
  readonly snapshot: Snapshot;
  readonly seen: readonly string[];
  readonly directory: string;
  readonly commands: readonly (readonly string[])[];
  readonly plugin: PluginDefinition;
  readonly settings: PluginSettings;
  readonly limits: PluginLimits;
  readonly lend: PluginWorld['lend'];
  readonly signal: AbortSignal;
}

/** Runs the commands one after another in a copy; answers what the last one printed. Throws RenderRefused. */
async function runCopied({ plugin, settings, limits, lend, signal, ...input }: CopiedRun): Promise<string> {
  const place = await mkdtemp(join(tmpdir(), 'evenkeel-plugin-'));
  let secrets: readonly string[] = [];
  try {
    const tree = join(place, 'source');
    const home = join(place, 'home');
    await mkdir(join(tree, input.directory), { recursive: true });
    await mkdir(home);
    await copyTree(input.snapshot.pinned(), tree, {
      seen: input.seen,
      isHidden: hiding(plugin.hides ?? []),
      modes: plugin.preserveFileMode,
      bytesMax: limits.copyBytesMax,
    });
    await using lent = await lend?.(place, signal);
    secrets = lent?.secrets ?? [];
    const environment = {
      ...lent?.environment,
      ...Object.fromEntries(settings.environment.map(({ name, value }) => [name, value])),
      PATH: limits.path,
      HOME: home,
      TMPDIR: home,
    };
    let printed = '';
    for (const command of input.commands) {
      const { timeoutMs, outputBytesMax } = limits;
      const directory = join(tree, input.directory);
      printed = await runProgram({ command, directory, environment, timeoutMs, outputBytesMax, signal });
    }
    return printed;
  } catch (error) {
    signal.throwIfAborted();
    const why = withoutSecrets(error instanceof Error ? error.message : String(error), secrets).replaceAll(place, '');
    throw new RenderRefused({
      code: 'RENDER_FAILED',
      sentence: `plugin "${plugin.name}": ${why}`,
      remedy: `Correct the files or the plugin. It sees ${input.seen.map((path) => `"${path}"`).join(', ')} and nothing else; what else it needs is named in the application's manifest-generate-paths.`,
    });
  } finally {
    await endLeftovers(place);
    await rm(place, { recursive: true, force: true });
  }
}

/** A program may complain of what it was lent. */
function withoutSecrets(text: string, secrets: readonly string[]): string {
  let shown = maskSecrets(text);
  for (const secret of secrets) {
    for (const form of [secret, encodeURIComponent(secret)]) if (form !== '') shown = shown.replaceAll(form, '***');
  }
  return shown;
}

/** Writes what a plugin may see. Links are written as what they lead to; those that lead out of the source are left out. */
async function copyTree(
  snapshot: PinnedSnapshot,
  target: string,
  { seen, isHidden, modes, bytesMax }: CopyLimits,
): Promise<void> {
  const files = [...new Set(seen.flatMap((path) => walk(snapshot, path, isHidden).files))];
  await snapshot.load(files, 0);
  let bytes = 0;
  const made = new Set<string>();
  for (const file of files) {
    const content = snapshot.read(file);
    if (content === undefined) continue;
    bytes += content.length;
    if (bytes > bytesMax)
      throw new Error(`the files it may see are larger than ${bytesMax / 1024 / 1024} MiB together`);
    const path = join(target, file);
    if (!made.has(treeDirname(file))) await mkdir(dirname(path), { recursive: true });
    made.add(treeDirname(file));
    await writeFile(path, content);
    if (modes && snapshot.isExecutable(file)) await chmod(path, 0o755);
  }
}

interface CopyLimits {
  readonly seen: readonly string[];
  readonly isHidden: (path: string) => boolean;
  readonly modes: boolean;
  readonly bytesMax: number;
}

/** Mirrors argoproj/argo-cd:util/io/files/tar.go matchesExclusionPattern (3.6). */
function hiding(patterns: readonly string[]): (path: string) => boolean {
  const globs = patterns.flatMap(
    (pattern) => compilePath(pattern.includes('/') ? 'doublestar' : 'path', pattern) ?? [],
  );
  return (path) => globs.some((glob) => glob(path));
}

const nothingHidden = (): boolean => false;

interface Walked {
  readonly files: readonly string[];
  readonly links: readonly string[];
}

/** Everything below a path, through links; a link that leads round is not followed again. */
function walk(
  snapshot: Snapshot,
  path: string,
  isHidden: (path: string) => boolean = nothingHidden,
  above: readonly string[] = [],
): Walked {
  if (isHidden(path)) return { files: [], links: [] };
  const found = snapshot.identify(path);
  if (found?.kind === 'file') return { files: [path], links: [] };
  if (found?.kind !== 'directory' || above.includes(found.oid)) return { files: [], links: [] };
  const files: string[] = [];
  const links: string[] = [];
  for (const { name, kind } of snapshot.list(path) ?? []) {
    const child = path === '' ? name : `${path}/${name}`;
    if (kind === 'symlink') links.push(child);
    const below = walk(snapshot, child, isHidden, [...above, found.oid]);
    files.push(...below.files);
    links.push(...below.links);
  }
  return { files, links };
}
