// `evenkeel kustomize build|edit`: the original's commands, in process.

import { existsSync, mkdirSync, realpathSync, statSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { type CommandResult, parseRepoSpec, runKustomizeBuild, runKustomizeEdit } from '@evenkeel/kustomize';
import { diskTree } from '../disk-tree.ts';
import { CommandFailure, type Io } from '../io.ts';
import { renderHelmChart } from '../kustomize-charts.ts';
import { openRemotes } from '../kustomize-remotes.ts';

/** Runs `kustomize ARGS`; verbs that are not ours are refused by name. */
export function kustomizeCommand(args: readonly string[], io: Io): void {
  const [verb, ...rest] = args;
  if (verb === 'build') finish(build(rest, io), io);
  else if (verb === 'edit') finish(edit(rest, io), io);
  else throw new CommandFailure(`unknown command "${verb ?? ''}" for "evenkeel kustomize"; one of: build, edit`);
}

function build(args: readonly string[], io: Io): CommandResult {
  using remotes = openRemotes(io);
  return runKustomizeBuild(args, {
    tree: diskTree(),
    treePath(argument) {
      if (parseRepoSpec(argument) !== undefined && !existsSync(resolve(io.cwd, argument))) return argument;
      return treePathOf(resolve(io.cwd, argument));
    },
    isDirectory: (path) => existsSync(resolve(io.cwd, path)) && statSync(resolve(io.cwd, path)).isDirectory(),
    options: { remote: remotes.remote, helm: renderHelmChart, displayRoot: '/' },
  });
}

function treePathOf(path: string): string {
  return (existsSync(path) ? realpathSync(path) : path).slice(1);
}

/** Edits work in the current directory, as the original's do. */
function edit(args: readonly string[], io: Io): CommandResult {
  const disk = diskTree();
  const here = io.cwd.slice(1);
  const at = (path: string): string => (path.startsWith('/') ? path.slice(1) : path === '' ? here : `${here}/${path}`);
  const tree = {
    stat: (path: string) => disk.stat(at(path)),
    read: (path: string) => disk.read(at(path)),
    list: (path: string) => disk.list(at(path)),
    readlink: (path: string) => disk.readlink(at(path)),
  };
  return runKustomizeEdit(args, tree, { displayRoot: io.cwd });
}

function finish(result: CommandResult, io: Io): void {
  io.err(result.stderr);
  for (const [path, text] of result.writes) {
    const target = resolve(io.cwd, path);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, text);
  }
  io.out(result.stdout);
  if (result.exitCode !== 0) throw new CommandFailure('', result.exitCode);
}
