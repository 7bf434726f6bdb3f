// The files of a hydrated commit, byte for byte as Argo CD writes them, and whether there is anything to commit.
// Pure. Mirrors argoproj/argo-cd:commitserver/commit/hydratorhelper.go WriteForPaths (3.6).

import type { CommitFile } from '@evenkeel/git';
import { type Json, emitYamlV3 } from '@evenkeel/resource';
import { type HydratorMetadata, metadataFile } from './metadata.ts';
import { renderReadme } from './templates.ts';
import { cleanPath } from './validate.ts';

/** What one Application is hydrated to. */
export interface HydratedPath {
  readonly path: string;
  readonly manifests: readonly Json[];
  /** What a person would type for the same manifests. */
  readonly commands: readonly string[];
}

export interface LayoutInput {
  readonly paths: readonly HydratedPath[];
  /** Of the dry commit. */
  readonly metadata: HydratorMetadata;
  readonly readmeTemplate: string;
}

/** A manifest file that the branch has now. */
export interface ManifestThere {
  readonly executable: boolean;
  readonly isSame: (content: Uint8Array) => boolean;
}

const gitAttributes = `**/README.md linguist-generated=true
**/hydrator.metadata linguist-generated=true`;

/**
 * The files that have to be written; none where every manifest is as it is on the branch. What else lies in the repository
 * stays. `there` answers the manifest at a path of the branch. Throws an Error where the README's template cannot be run.
 */
export function layOut(
  { paths, metadata, readmeTemplate }: LayoutInput,
  there: ReadonlyMap<string, ManifestThere>,
): readonly CommitFile[] {
  const { repoURL = '', drySha = '' } = metadata;
  const files: CommitFile[] = [];
  for (const { path, manifests, commands } of paths) {
    const at = manifestPath(path);
    const content = bytes(manifestFile(manifests));
    const known = there.get(at);
    if (known?.isSame(content) === true) continue;
    const own = { commands, drySha, repoURL };
    const directory = at.slice(0, -'manifest.yaml'.length);
    // Upstream makes this one file executable, and leaves one that is there as it is.
    files.push({ path: at, content, executable: known?.executable ?? true });
    files.push({ path: `${directory}hydrator.metadata`, content: bytes(metadataFile(own)) });
    files.push({ path: `${directory}README.md`, content: bytes(renderReadme(readmeTemplate, own)) });
  }
  if (files.length === 0) return [];
  return [
    { path: 'hydrator.metadata', content: bytes(metadataFile(metadata)) },
    { path: '.gitattributes', content: bytes(gitAttributes) },
    ...files,
  ];
}

/** Where the manifests of a path stand. */
export function manifestPath(path: string): string {
  return `${cleanPath(path)}/manifest.yaml`;
}

/** All manifests in their order, as Go's yaml.v3 writes them with two columns a level. */
export function manifestFile(manifests: readonly Json[]): string {
  return manifests.map((manifest) => emitYamlV3(manifest, { indent: 2, compactSequences: false })).join('---\n');
}

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
