// `evenkeel kustomize build`: the original's command, in process.

import { existsSync, realpathSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { build } from '@evenkeel/kustomize';
import { diskTree } from '../disk-tree.ts';
import { CommandFailure, type Io } from '../io.ts';

export interface KustomizeBuildOptions {
  readonly output?: string;
  readonly loadRestrictor?: string;
  readonly reorder?: string;
  readonly asCurrentUser?: boolean;
}

const restrictors: Readonly<Record<string, 'rootOnly' | 'none'>> = {
  LoadRestrictionsRootOnly: 'rootOnly',
  LoadRestrictionsNone: 'none',
};

/** Prints what the directory builds to. */
export function kustomizeBuild(path: string, options: KustomizeBuildOptions, io: Io): void {
  const place = resolve(io.cwd, path);
  if (!existsSync(place))
    throw new CommandFailure(
      `Error: must build at directory: not a valid directory: lstat ${place}: no such file or directory`,
    );
  const restrictor = restrictors[options.loadRestrictor ?? 'LoadRestrictionsRootOnly'];
  if (restrictor === undefined) {
    throw new CommandFailure(
      `Error: illegal flag value --load-restrictor ${options.loadRestrictor}; legal values: [LoadRestrictionsRootOnly LoadRestrictionsNone]`,
    );
  }
  const result = build(diskTree(), realpathSync(place).slice(1), { loadRestrictor: restrictor, displayRoot: '/' });
  for (const warning of result.warnings) io.err(`${warning}\n`);
  const [problem] = result.problems;
  if (problem) throw new CommandFailure(`Error: ${problem.message}`);
  if (options.output === undefined) io.out(result.yaml());
  else writeFileSync(resolve(io.cwd, options.output), result.yaml());
}
