// Argo CD's resource customizations, read at run time from its Go module: scripts and test objects. Nothing of them is kept
// in this repository.

import { spawnSync } from 'node:child_process';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import type { KubeObject } from '@evenkeel/resource';
import { parseYaml } from '@evenkeel/resource';

/** The version whose checks and actions we mirror. */
const version = 'v3.6.1';
const modulePath = 'github.com/argoproj/argo-cd/v3';

/** Where the customizations are, downloaded into Go's module cache if need be. */
export function customizations(): string {
  const cache = spawnSync('go', ['env', 'GOMODCACHE'], { encoding: 'utf8' }).stdout.trim();
  const directory = join(cache, `${modulePath}@${version}`, 'resource_customizations');
  // The module asks for a newer Go than may be here; it is downloaded and unpacked all the same.
  if (!existsSync(directory)) spawnSync('go', ['mod', 'download', `${modulePath}@${version}`], { stdio: 'ignore' });
  if (!existsSync(directory)) throw new Error(`cannot download ${modulePath}@${version}`);
  return directory;
}

/** A script for the kinds of one folder; `_` stands for anything. */
export interface Customization {
  readonly group: string;
  readonly kind: string;
  readonly folder: string;
  readonly script: string;
}

/** Every folder that holds `file`. */
export function scriptsNamed(root: string, file: string): readonly Customization[] {
  return globSync(`**/${file}`, { cwd: root })
    .sort()
    .map((path) => {
      const folder = dirname(join(root, path));
      const [group = '', kind = ''] = relative(root, folder).split('/');
      // Kinds of the core group lie at the top.
      const isCore = kind === 'actions' || kind === '';
      return {
        group: isCore ? '' : group,
        kind: isCore ? group : kind,
        folder,
        script: readFileSync(join(root, path), 'utf8'),
      };
    });
}

/** A YAML file as JSON; undefined where there is none. */
export function readYaml(path: string): unknown {
  return existsSync(path) ? parseYaml(readFileSync(path, 'utf8'), { dialect: 'sigs' }) : undefined;
}

/** An object out of a YAML file. */
export function readObject(path: string): KubeObject {
  return readYaml(path) as KubeObject;
}
