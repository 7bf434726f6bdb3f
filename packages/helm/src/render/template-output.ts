// The text that Helm stores as a release's manifest and that `helm template` prints.

import type { HookManifest } from './manifests.ts';
import type { Release } from './release.ts';

/** CRDs and manifests, each behind its `# Source:` line. */
export function manifestText(release: Release): string {
  const pieces = release.crds.map(({ source, file }) => sourced(source, new TextDecoder().decode(file.data)));
  return [...pieces, ...release.manifests.map(({ source, text }) => sourced(source, text))].join('');
}

/** Hooks, as `helm template` prints them behind the manifests. */
export function hooksText(hooks: readonly HookManifest[], skipTests: boolean): string {
  return hooks
    .filter(({ events }) => !(skipTests && events.includes('test')))
    .map(({ source, text }) => sourced(source, text))
    .join('');
}

/** A document behind its source line. */
export function sourced(source: string, text: string): string {
  return `---\n# Source: ${source}\n${text}\n`;
}
