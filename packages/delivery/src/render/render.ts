// Renders one source of a delivery: finds out what the directory is, and hands it to the engine that reads it.

import type { FileTree } from '@evenkeel/std';
import { isChart, renderChartDirectory } from './chart.ts';
import { readStream, renderDirectory } from './directory.ts';
import { findKustomization, renderKustomization } from './kustomization.ts';
import { RenderRefused } from './needed.ts';
import { choosePlugin } from './plugin-choice.ts';
import { type Rendering, refusedRendering } from './rendering.ts';
import type { PluginDefinition, PluginSettings, RenderRequest } from './request.ts';
import type { RenderWorld } from './world.ts';

/**
 * Renders `directory` of the tree. Pure: the same files, request and world give the same answer. What the world does not
 * have yet comes out as Needed, like content that is not loaded.
 */
export function renderSource(tree: FileTree, directory: string, request: RenderRequest, world: RenderWorld): Rendering {
  if (directory !== '' && tree.list(directory) === undefined) return missingDirectory(tree, directory);
  let renderer: Rendering['renderer'] = 'directory';
  try {
    const found = discover(tree, directory, request, world);
    ({ renderer } = found);
    switch (found.renderer) {
      case 'helm':
        return renderChartDirectory(tree, directory, request.helm, world);
      case 'kustomize':
        return renderKustomization(tree, directory, request.kustomize, world);
      case 'directory':
        return renderDirectory(tree, directory, request.directory);
      case 'plugin':
        return renderPlugin(directory, found.plugin, request.plugin, world);
    }
  } catch (error) {
    if (!(error instanceof RenderRefused)) throw error;
    return refusedRendering(renderer, error.refusal);
  }
}

type Discovered =
  | { readonly renderer: 'helm' | 'kustomize' | 'directory' }
  | { readonly renderer: 'plugin'; readonly plugin: PluginDefinition };

/** A plugin's, a chart, a kustomization, or plain manifests, in this order. Mirrors argoproj/argo-cd:util/app/discovery (3.6). */
function discover(tree: FileTree, directory: string, request: RenderRequest, world: RenderWorld): Discovered {
  const explicit = request.renderer === 'plugin';
  if (request.plugin && (explicit || request.renderer === 'detect')) {
    const plugin = choosePlugin(tree, directory, request.plugin, world);
    if (plugin !== undefined) return { renderer: 'plugin', plugin };
  }
  if (explicit) {
    throw new RenderRefused({
      code: 'RENDER_FAILED',
      sentence: `plugin: no plugin that is declared takes the directory "${directory}"`,
      remedy: 'Name one in plugin.name, or declare one whose discover finds the directory.',
    });
  }
  return { renderer: rendererFor(tree, directory, request) };
}

/** What a directory is taken for where no plugin takes it. */
export function rendererFor(
  tree: FileTree,
  directory: string,
  request: RenderRequest,
): 'helm' | 'kustomize' | 'directory' {
  const enabled = (renderer: 'helm' | 'kustomize'): boolean => request.disabled?.includes(renderer) !== true;
  const asked = request.renderer;
  if (asked === 'helm' || asked === 'kustomize') return enabled(asked) ? asked : 'directory';
  if (asked !== 'detect') return 'directory';
  if (enabled('helm') && isChart(tree, directory)) return 'helm';
  return enabled('kustomize') && findKustomization(tree, directory) !== undefined ? 'kustomize' : 'directory';
}

function renderPlugin(
  directory: string,
  plugin: PluginDefinition,
  settings: PluginSettings | undefined,
  world: RenderWorld,
): Rendering {
  if (!world.plugins || !settings) {
    throw new RenderRefused({
      code: 'RENDER_FAILED',
      sentence: `plugin "${plugin.name}": plugins are not run here`,
      remedy: 'Render the source with a running Evenkeel that has the plugin declared.',
    });
  }
  const printed = world.plugins.generate(directory, plugin, settings);
  const { objects, refusals } = readStream(`output of plugin ${plugin.name}`, printed);
  return { renderer: 'plugin', objects, refusals, warnings: [] };
}

function missingDirectory(tree: FileTree, directory: string): Rendering {
  const parts = directory.split('/');
  let known = '';
  for (const part of parts) {
    const next = known === '' ? part : `${known}/${part}`;
    if (tree.stat(next) !== 'directory') break;
    known = next;
  }
  const names = (tree.list(known) ?? []).filter((entry) => entry.kind === 'directory').map((entry) => entry.name);
  const there =
    names.length === 0
      ? 'there are no directories'
      : `there ${names.length === 1 ? 'is' : 'are'} ${names.slice(0, 8).join(', ')}${names.length > 8 ? ', …' : ''}`;
  return {
    renderer: 'directory',
    objects: [],
    refusals: [
      {
        code: 'PATH_NOT_FOUND',
        sentence: `the path "${directory}" does not exist in the repository; in "${known === '' ? '/' : known}" ${there}`,
        remedy: 'Correct the path, or add the directory to Git.',
        at: { file: directory },
      },
    ],
    warnings: [],
  };
}
