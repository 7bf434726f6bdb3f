// Renders one source of a delivery: finds out what the directory is, and hands it to the engine that reads it.

import type { FileTree } from '@evenkeel/std';
import { type ChartWorld, isChart, renderChartDirectory } from './chart.ts';
import { renderDirectory } from './directory.ts';
import { findKustomization, renderKustomization } from './kustomization.ts';
import type { Rendering } from './rendering.ts';
import type { RenderRequest } from './request.ts';

/** Renders `directory` of the tree. Pure: the same files, request and world give the same answer. */
export function renderSource(tree: FileTree, directory: string, request: RenderRequest, world: ChartWorld): Rendering {
  if (directory !== '' && tree.stat(directory) !== 'directory') return missingDirectory(tree, directory);
  switch (rendererFor(tree, directory, request)) {
    case 'helm':
      return renderChartDirectory(tree, directory, request.helm, world);
    case 'kustomize':
      return renderKustomization(tree, directory, request.kustomize);
    case 'directory':
      return renderDirectory(tree, directory, request.directory);
  }
}

/** A chart, a kustomization, or plain manifests, in this order. Mirrors argoproj/argo-cd:util/app/discovery (3.6). */
export function rendererFor(tree: FileTree, directory: string, request: RenderRequest): Rendering['renderer'] {
  if (request.renderer !== 'detect') return request.renderer;
  if (isChart(tree, directory)) return 'helm';
  return findKustomization(tree, directory) === undefined ? 'directory' : 'kustomize';
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
