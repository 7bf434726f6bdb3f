// Artifacts to registries: blobs that are not there yet, then the manifest that names them.

import type { OciReference } from '@evenkeel/helm';
import { mediaTypes } from './media-types.ts';
import { type CallOptions, type RegistryClient, digestOf, refusal } from './registry.ts';
import { RemoteError } from './remote-error.ts';

/** A part to push. */
export interface PushedPart {
  readonly mediaType: string;
  readonly content: Uint8Array;
}

/** An artifact to push. */
export interface PushedArtifact {
  readonly config: PushedPart;
  readonly layers: readonly PushedPart[];
  readonly annotations?: Readonly<Record<string, string>>;
}

/** Pushes an artifact under the reference's tag. Rejects with RemoteError. */
export async function pushArtifact(
  client: RegistryClient,
  target: OciReference,
  artifact: PushedArtifact,
  options: CallOptions = {},
): Promise<{ readonly digest: string }> {
  for (const part of [artifact.config, ...artifact.layers]) await pushBlob(client, target, part.content, options);
  const manifest = {
    schemaVersion: 2,
    mediaType: mediaTypes.manifest,
    config: descriptor(artifact.config),
    layers: artifact.layers.map(descriptor),
    ...(artifact.annotations === undefined ? {} : { annotations: artifact.annotations }),
  };
  const body = new TextEncoder().encode(JSON.stringify(manifest));
  const answer = await client.call(
    target,
    `/v2/${target.repository}/manifests/${target.tag}`,
    { method: 'PUT', headers: { 'content-type': mediaTypes.manifest }, body, ...options },
    'pull,push',
  );
  if (answer.status !== 201) throw refusal('PUT', answer);
  return { digest: digestOf(body) };
}

async function pushBlob(
  client: RegistryClient,
  target: OciReference,
  content: Uint8Array,
  options: CallOptions,
): Promise<void> {
  const digest = digestOf(content);
  const base = `/v2/${target.repository}/blobs`;
  const there = await client.call(target, `${base}/${digest}`, { method: 'HEAD', ...options }, 'pull,push');
  if (there.status === 200) return;
  const opened = await client.call(target, `${base}/uploads/`, { method: 'POST', ...options }, 'pull,push');
  const location = opened.headers['location'];
  if (opened.status !== 202) throw refusal('POST', opened);
  if (typeof location !== 'string' || !URL.canParse(location, opened.url)) {
    throw new RemoteError('protocol', `the registry ${target.registry} does not say where to upload to`);
  }
  const place = new URL(location, opened.url);
  place.searchParams.set('digest', digest);
  const headers = { 'content-type': 'application/octet-stream' };
  // A registry may take uploads elsewhere; the login is for its own host.
  const path = place.origin === new URL(opened.url).origin ? `${place.pathname}${place.search}` : place.href;
  const answer = await client.call(target, path, { method: 'PUT', headers, body: content, ...options }, 'pull,push');
  if (answer.status !== 201) throw refusal('PUT', answer);
}

function descriptor({ mediaType, content }: PushedPart): object {
  return { mediaType, digest: digestOf(content), size: content.length };
}
