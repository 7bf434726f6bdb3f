// Artifacts that hold manifests: what `flux push artifact` and Argo CD's OCI sources put into registries. Mirrors
// fluxcd/source-controller:internal/controller/ocirepository_controller.go (v1.9.4).

import type { OciReference } from '@evenkeel/helm';
import { type Manifest, type ManifestDescriptor, isIndex } from './manifest.ts';
import { mediaTypes } from './media-types.ts';
import { type PushedPart, pushArtifact } from './push.ts';
import { type CallOptions, type RegistryClient, named } from './registry.ts';
import { RemoteError } from './remote-error.ts';
import { type TagChoice, chooseTag } from './tag-choice.ts';

/** Which artifact of a repository: the digest wins over the range, the range over the tag; none of them is "latest". */
export interface ArtifactChoice {
  readonly digest?: string;
  readonly semver?: TagChoice;
  readonly tag?: string;
}

/** What is meant at this moment. */
export interface ResolvedArtifact {
  /** Of the manifest. */
  readonly digest: string;
  /** '' where a digest was asked for. */
  readonly tag: string;
  /** "tag@sha256:…", or the digest alone: what Flux calls the revision. */
  readonly revision: string;
}

/** A layer of an artifact, still packed. */
export interface PulledArtifact {
  readonly layer: Uint8Array;
  readonly mediaType: string;
  readonly annotations: Readonly<Record<string, string>>;
}

/** Says which manifest is meant. Rejects with RemoteError. */
export async function resolveArtifact(
  client: RegistryClient,
  repository: OciReference,
  choice: ArtifactChoice,
  options: CallOptions = {},
): Promise<ResolvedArtifact> {
  const { digest = '', semver } = choice;
  if (digest !== '') return { digest, tag: '', revision: digest };
  const tag =
    semver === undefined
      ? (choice.tag ?? '') || 'latest'
      : chooseTag(await client.tags({ ...repository, tag: '', digest: '' }, options), semver);
  const resolved = await client.resolve({ ...repository, tag, digest: '' }, options);
  return { digest: resolved.digest, tag, revision: `${tag}@${resolved.digest}` };
}

/**
 * Pulls one layer of the manifest behind a digest: the first of a media type, or the first of all. Rejects with RemoteError.
 */
export async function pullArtifact(
  client: RegistryClient,
  reference: OciReference,
  wanted: { readonly mediaType?: string },
  options: CallOptions = {},
): Promise<PulledArtifact> {
  const manifest = await imageOf(client, reference, await client.manifest(reference, options), options);
  const layer = selectLayer(manifest, wanted.mediaType ?? '');
  return {
    layer: await client.blob(reference, layer, options),
    mediaType: layer.mediaType,
    annotations: manifest.annotations,
  };
}

/** Pushes a gzipped tar archive as `flux push artifact` does. Rejects with RemoteError. */
export function pushManifests(
  client: RegistryClient,
  target: OciReference,
  archive: Uint8Array,
  annotations: Readonly<Record<string, string>> = {},
): Promise<{ readonly digest: string }> {
  const config: PushedPart = { mediaType: mediaTypes.fluxConfig, content: new TextEncoder().encode('{}') };
  return pushArtifact(client, target, {
    config,
    layers: [{ mediaType: mediaTypes.fluxContent, content: archive }],
    annotations,
  });
}

/** An index stands for its linux/amd64 image, as go-containerregistry has it. */
async function imageOf(
  client: RegistryClient,
  reference: OciReference,
  manifest: Manifest,
  options: CallOptions,
): Promise<Manifest> {
  if (!isIndex(manifest)) return manifest;
  const found = manifest.manifests.find(({ platform }) => platform === 'linux/amd64' || platform === '');
  if (found === undefined) {
    throw new RemoteError('not-found', `${named(reference)} has no image for the platform linux/amd64`);
  }
  return client.manifest({ ...reference, tag: '', digest: found.digest }, options);
}

function selectLayer({ layers }: Manifest, mediaType: string): ManifestDescriptor {
  const [first] = layers;
  if (first === undefined) throw new RemoteError('unsupported', 'no layers found in artifact');
  if (mediaType === '') return first;
  const found = layers.find((layer) => layer.mediaType === mediaType);
  if (found !== undefined) return found;
  throw new RemoteError('unsupported', `failed to find layer with media type '${mediaType}' in artifact`);
}
