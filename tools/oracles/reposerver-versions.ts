// What the original's code, which is that of 3.2, does otherwise than 3.6, which we mirror. The module of 3.6's library of syncs
// is served by no proxy, so that the original cannot be newer. Each difference was looked up in the source of 3.6.1.

import { posix } from 'node:path';
import type { JsonObject, KubeObject } from '@evenkeel/resource';
import type { RenderCase } from './reposerver-cases.ts';

interface Sources {
  readonly helm?: { readonly valueFiles?: readonly string[] };
  readonly kustomize?: { readonly components?: readonly string[]; readonly ignoreMissingComponents?: boolean };
  readonly directory?: { readonly disableExtensionFilter?: boolean };
}

/** Why 3.6 renders a case otherwise than 3.2, where it may. */
export function versionOfRendering({ name, source }: RenderCase): string | undefined {
  const { helm, kustomize, directory } = source as Sources;
  const values = helm?.valueFiles ?? [];
  if (values.some((path) => /[*?[]/.test(path))) return '3.6 differs from 3.2: value files may be globs';
  if (new Set(values.map((path) => posix.normalize(path))).size < values.length)
    return '3.6 differs from 3.2: a value file that is named twice is used once, at its first place';
  if (directory?.disableExtensionFilter === true)
    return '3.6 differs from 3.2: files of any extension may be manifests';
  if (name === 'kustomize: an empty directory as component, ignored' && kustomize?.ignoreMissingComponents === true)
    return '3.6 differs from 3.2: a directory without a kustomization is a component that is missing';
  return undefined;
}

const annotation = 'argocd.argoproj.io/ignore-differences';

/** Why 3.6 compares two objects otherwise than 3.2, where it may. */
export function versionOfComparison(desired: KubeObject): string | undefined {
  return (desired.metadata.annotations as JsonObject | undefined)?.[annotation] === undefined
    ? undefined
    : '3.6 differs from 3.2: an object may say itself which differences do not count';
}
