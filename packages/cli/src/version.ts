// What this is and what it is equal to.

/** The version of all packages. */
export const version = '0.1.0';

/** The versions of the originals whose behaviour is mirrored. */
export const mirrors: Readonly<Record<string, string>> = {
  kubernetes: 'v1.35.4',
  kustomize: 'v5.8.1',
  helm: 'v4.3.0',
  'argo-cd': 'v3.6',
  flux: 'v2.9',
};
