// Renders a directory with kustomize, with the settings of a delivery written into its kustomization file.

import { type BuildOptions, build, runKustomizeEdit } from '@evenkeel/kustomize';
import { type Json, type JsonObject, YamlError, isMap, parseYaml } from '@evenkeel/resource';
import { type FileTree, joinTreePath } from '@evenkeel/std';
import { renderKustomizeChart } from './kustomize-chart.ts';
import { layeredTree } from './layered-tree.ts';
import { RenderRefused } from './needed.ts';
import { type Rendering, refusalOf } from './rendering.ts';
import type { KustomizeSettings } from './request.ts';
import type { RenderWorld } from './world.ts';

/** File names kustomize looks for, in its order. */
export const kustomizationNames: readonly string[] = ['kustomization.yaml', 'kustomization.yml', 'Kustomization'];

/** The kustomization file of a directory, or undefined. */
export function findKustomization(tree: FileTree, directory: string): string | undefined {
  return kustomizationNames
    .map((name) => joinTreePath(directory, name) ?? name)
    .find((path) => tree.stat(path) === 'file');
}

/** Builds the directory. Problems come back as refusals with file and line. Throws RenderRefused for an edit that fails. */
export function renderKustomization(
  tree: FileTree,
  directory: string,
  settings: KustomizeSettings,
  world: RenderWorld,
): Rendering {
  const configured = configure(edited(tree, directory, settings), directory, settings);
  const built = build(configured, directory, buildOptions(settings, world));
  return {
    renderer: 'kustomize',
    objects: built.objects.map((object) => ({ object })),
    refusals: built.problems.map((problem) => refusalOf({ ...problem, tool: 'kustomize' })),
    warnings: built.warnings,
  };
}

function buildOptions({ build: flags = {} }: KustomizeSettings, world: RenderWorld): BuildOptions {
  const { helm } = flags;
  return {
    ...(flags.loadRestrictor ? { loadRestrictor: flags.loadRestrictor } : {}),
    ...(flags.reorder ? { reorder: flags.reorder } : {}),
    ...(flags.managedByLabel === true ? { managedByLabel: true } : {}),
    ...(world.remote ? { remote: world.remote } : {}),
    ...(helm
      ? {
          helm: (request) =>
            renderKustomizeChart(request, {
              host: world.host,
              chart: world.chart,
              kubeVersion: helm.kubeVersion ?? world.kubeVersion,
              apiVersions: helm.apiVersions.length > 0 ? helm.apiVersions : world.apiVersions,
            }),
        }
      : {}),
  };
}

/** The tree after the edits. They see the directory alone, as `kustomize edit` does that runs in it. */
function edited(tree: FileTree, directory: string, { edits = [] }: KustomizeSettings): FileTree {
  let current = tree;
  for (const args of edits) {
    const { exitCode, stderr, writes } = runKustomizeEdit(args, subtree(current, directory));
    if (exitCode !== 0) {
      const message = stderr.replace(/^Error: /, '').trim();
      throw new RenderRefused({
        code: 'RENDER_FAILED',
        sentence: `kustomize edit ${args.slice(0, 2).join(' ')}: ${message.replaceAll(/\s*\n\s*/g, ' ')}`,
        remedy: /already in kustomization/.test(message)
          ? 'Set forceCommonLabels or forceCommonAnnotations, or leave it out.'
          : 'Correct the settings of the source; what is live stays as it is.',
      });
    }
    const written = Array.from(writes, ([name, text]) => [joinTreePath(directory, name) ?? name, text] as const);
    current = layeredTree(current, Object.fromEntries(written));
  }
  return current;
}

function subtree(tree: FileTree, directory: string): FileTree {
  const at = (path: string): string => joinTreePath(directory, path) ?? path;
  return {
    stat: (path) => tree.stat(at(path)),
    read: (path) => tree.read(at(path)),
    list: (path) => tree.list(at(path)),
    readlink: (path) => tree.readlink(at(path)),
  };
}

/** The tree with a kustomization that carries the settings; the tree itself where there is nothing to add. */
function configure(tree: FileTree, directory: string, settings: KustomizeSettings): FileTree {
  const file = findKustomization(tree, directory);
  const overlay = presentOverlay(tree, directory, settings);
  if (file === undefined) {
    if (!settings.generate) return tree;
    const path = joinTreePath(directory, 'kustomization.yaml') ?? 'kustomization.yaml';
    const generated = { ...emptyKustomization, resources: listManifests(tree, directory) };
    return layeredTree(tree, { [path]: JSON.stringify(mergeOverlay(generated, overlay)) });
  }
  if (Object.keys(overlay).length === 0) return tree;
  const bytes = tree.read(file);
  const text = new TextDecoder().decode(bytes);
  const own = readOrNothing(text);
  if (!isMap(own)) return tree;
  return layeredTree(tree, { [file]: JSON.stringify(mergeOverlay(own, overlay)) });
}

/** The overlay without components that are not there, or have no kustomization, where these are ignored. */
function presentOverlay(tree: FileTree, directory: string, settings: KustomizeSettings): KustomizeSettings['overlay'] {
  const { components, ...rest } = settings.overlay;
  if (settings.ignoreMissingComponents !== true || !Array.isArray(components)) return settings.overlay;
  const there = components.filter((component: Json) => {
    const path = typeof component === 'string' ? joinTreePath(directory, component) : undefined;
    return path !== undefined && findKustomization(tree, path) !== undefined;
  });
  return there.length > 0 ? { ...rest, components: there } : rest;
}

const emptyKustomization: JsonObject = { apiVersion: 'kustomize.config.k8s.io/v1beta1', kind: 'Kustomization' };
/** The kustomization as data; undefined where it does not parse, which the build itself will report with its place. */
function readOrNothing(text: string): Json | undefined {
  try {
    return parseYaml(text, { dialect: 'sigs' });
  } catch (error) {
    if (error instanceof YamlError) return undefined;
    throw error;
  }
}

/** Lists are appended to (images are replaced by name), everything else is set. */
function mergeOverlay(own: JsonObject, overlay: { readonly [field: string]: Json }): JsonObject {
  const merged: Record<string, Json | undefined> = { ...own };
  for (const [field, value] of Object.entries(overlay)) {
    const before = own[field];
    if (field === 'images' && Array.isArray(value)) merged[field] = mergeByName(before, value);
    else if (Array.isArray(value)) merged[field] = [...(Array.isArray(before) ? before : []), ...value];
    else if (isMap(value)) merged[field] = { ...(isMap(before) ? before : {}), ...value };
    else merged[field] = value;
  }
  return merged;
}

function mergeByName(before: Json | undefined, added: readonly Json[]): readonly Json[] {
  const names = new Set(added.map((entry) => (isMap(entry) ? entry['name'] : undefined)));
  const kept = Array.isArray(before) ? before.filter((entry: Json) => !isMap(entry) || !names.has(entry['name'])) : [];
  return [...kept, ...added];
}

/**
 * Every manifest below a directory; a directory with a kustomization of its own is taken as one and not entered.
 * Mirrors fluxcd/pkg:kustomize/kustomize_generator.go (1.21) generateKustomization.
 */
function listManifests(tree: FileTree, directory: string, prefix = ''): string[] {
  const found: string[] = [];
  for (const entry of tree.list(joinTreePath(directory, prefix) ?? directory) ?? []) {
    const relative = prefix === '' ? entry.name : `${prefix}/${entry.name}`;
    const path = joinTreePath(directory, relative) ?? relative;
    if (entry.kind === 'directory') {
      if (findKustomization(tree, path) === undefined) found.push(...listManifests(tree, directory, relative));
      else found.push(relative);
    } else if (entry.kind === 'file' && /\.ya?ml$/.test(entry.name)) {
      found.push(relative);
    }
  }
  return found;
}
