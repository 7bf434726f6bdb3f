// Which plugin takes a directory. Mirrors argoproj/argo-cd:util/app/discovery/discovery.go cmpSupports and
// cmpserver/plugin/plugin.go matchRepository (3.6).

import { type FileTree, joinTreePath } from '@evenkeel/std';
import { RenderRefused } from './needed.ts';
import { globPaths } from './path-glob.ts';
import type { PluginDefinition, PluginSettings } from './request.ts';
import type { RenderWorld } from './world.ts';

/**
 * The plugin that is named, which its own discover may decline; else the first in order of names that finds the directory.
 * Undefined where none is named and none finds it. Throws RenderRefused.
 */
export function choosePlugin(
  tree: FileTree,
  directory: string,
  settings: PluginSettings,
  world: RenderWorld,
): PluginDefinition | undefined {
  const takes = (plugin: PluginDefinition): boolean | undefined => finds(tree, directory, plugin, { settings, world });
  if (settings.name === '') return settings.declared.find((plugin) => takes(plugin) === true);
  const named = settings.declared.find(({ name }) => name === settings.name);
  if (named === undefined) {
    const names = settings.declared.map(({ name }) => name);
    throw new RenderRefused({
      code: 'RENDER_FAILED',
      sentence: `plugin.name: no plugin "${settings.name}" is declared; ${names.length === 0 ? 'there are none' : `there are ${names.join(', ')}`}`,
      remedy: 'Correct the name, or declare the plugin. A plugin with a version is named "<name>-<version>".',
    });
  }
  if (takes(named) !== false) return named;
  throw new RenderRefused({
    code: 'RENDER_FAILED',
    sentence: `plugin "${named.name}" does not take the directory "${directory}": its discover finds nothing there`,
    remedy: 'Correct the path, or the discover of the plugin.',
  });
}

/** Undefined where the plugin has no discover. */
function finds(
  tree: FileTree,
  directory: string,
  plugin: PluginDefinition,
  { settings, world }: { readonly settings: PluginSettings; readonly world: RenderWorld },
): boolean | undefined {
  const { fileName = '', glob = '', command = [] } = plugin.discover ?? {};
  // A file's name knows no `**`, as there.
  const kind = fileName === '' ? 'doublestar' : 'path';
  const pattern = fileName === '' ? glob : fileName;
  if (pattern !== '') {
    const path = joinTreePath(directory, pattern);
    return path !== undefined && (globPaths(tree, path, kind) ?? []).length > 0;
  }
  if (command.length === 0) return undefined;
  return world.plugins?.takes(directory, plugin, settings) === true;
}
