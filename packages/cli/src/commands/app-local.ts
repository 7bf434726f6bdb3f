// Manifests of a directory on this disk, rendered as the source of an Application would be: for `--local`.
// Mirrors argoproj/argo-cd:cmd/argocd/commands/app.go (3.6) getLocalObjects.

import { relative, resolve } from 'node:path';
import type { ApplicationManifest } from '@evenkeel/api';
import { argoFrontEnd, readApplication, translateApplication } from '@evenkeel/argo';
import { renderSource, templateHost } from '@evenkeel/delivery';
import type { KubeObject } from '@evenkeel/resource';
import { diskTree } from '../disk-tree.ts';
import { CommandFailure, type Io } from '../io.ts';

/** Where the manifests are. */
export interface LocalOptions {
  readonly local: string;
  readonly localRepoRoot?: string;
}

/** Renders; throws CommandFailure with every sentence on why it cannot be. */
export function renderLocal(
  manifest: ApplicationManifest,
  { local, localRepoRoot = '/' }: LocalOptions,
  { kubeVersion, io }: { readonly kubeVersion: string; readonly io: Io },
): readonly KubeObject[] {
  const root = resolve(io.cwd, localRepoRoot);
  const path = relative(root, resolve(io.cwd, local));
  if (path.startsWith('..')) throw new CommandFailure(`${local} is not below the root of its repository, ${root}`);
  const object = manifest as unknown as KubeObject;
  const spec = object['spec'] as { readonly source?: object } | undefined;
  const there = { ...object, spec: { ...spec, source: { ...spec?.source, path } } } as unknown as KubeObject;
  const place = { kind: 'cluster', key: 'in-cluster', cluster: { name: 'in-cluster', server: '' } } as never;
  const translation = translateApplication({ ...readApplication(there), place }, argoFrontEnd);
  if (translation.kind === 'refused')
    throw new CommandFailure(translation.refusals.map(({ sentence }) => sentence).join('\n'));
  const [source] = translation.delivery.sources;
  if (!source) throw new CommandFailure('the application has no source');
  const tree = diskTree(root === '/' ? '' : root);
  const asked = { files: tree, revision: '', kubeVersion, apiVersions: [], dependsOn: () => undefined };
  const request = source.adapt ? source.adapt.adapt(asked) : source.render;
  if ('sentence' in request) throw new CommandFailure(request.sentence);
  const world = { kubeVersion, apiVersions: [], host: templateHost, lookup: () => undefined };
  const { objects, refusals } = renderSource(tree, path, request, world);
  if (refusals.length > 0) throw new CommandFailure(refusals.map(({ sentence }) => sentence).join('\n'));
  return objects.map((one) => one.object);
}
