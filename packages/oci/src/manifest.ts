// Image manifests and indexes as data.

import { mediaTypes } from './media-types.ts';
import { RemoteError } from './remote-error.ts';

/** A part of an artifact. */
export interface ManifestDescriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
  readonly annotations: Readonly<Record<string, string>>;
}

/** A manifest and its own digest. */
export interface Manifest {
  readonly digest: string;
  readonly mediaType: string;
  /** Undefined in an index. */
  readonly config: ManifestDescriptor | undefined;
  readonly layers: readonly ManifestDescriptor[];
  /** Of an index: the manifests it offers, with their platform ("linux/amd64") where it is said. */
  readonly manifests: readonly (ManifestDescriptor & { readonly platform: string })[];
  readonly annotations: Readonly<Record<string, string>>;
  readonly bytes: Uint8Array;
}

/** Reads a manifest. Throws RemoteError for what is none. */
export function readManifest(bytes: Uint8Array, digest: string, contentType: string): Manifest {
  const json = jsonOf(bytes);
  const stated = json['mediaType'];
  const mediaType = typeof stated === 'string' && stated !== '' ? stated : contentType.replace(/\s*;.*$/s, '');
  const config = json['config'];
  return {
    digest,
    mediaType,
    config: config === undefined || config === null ? undefined : descriptor(config),
    layers: listOf(json['layers']).map(descriptor),
    manifests: listOf(json['manifests']).map((entry) => ({ ...descriptor(entry), platform: platformOf(entry) })),
    annotations: textMap(json['annotations']),
    bytes,
  };
}

/** Whether a manifest is a list of others. */
export function isIndex({ mediaType, manifests }: Manifest): boolean {
  return mediaType === mediaTypes.index || mediaType === mediaTypes.dockerIndex || manifests.length > 0;
}

function descriptor(value: unknown): ManifestDescriptor {
  const json = asObject(value);
  const [mediaType, digest, size] = [json['mediaType'], json['digest'], json['size']];
  if (typeof digest !== 'string' || !/^sha256:[0-9a-f]{64}$/.test(digest)) {
    throw new RemoteError('protocol', 'the manifest names content by something else than a SHA-256 digest');
  }
  return {
    mediaType: typeof mediaType === 'string' ? mediaType : '',
    digest,
    size: typeof size === 'number' ? size : 0,
    annotations: textMap(json['annotations']),
  };
}

function platformOf(value: unknown): string {
  const { os, architecture } = asObject(asObject(value)['platform']);
  return typeof os === 'string' && typeof architecture === 'string' ? `${os}/${architecture}` : '';
}

function jsonOf(bytes: Uint8Array): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return asObject(value);
  } catch {
    // Said below.
  }
  throw new RemoteError('protocol', 'the registry answered with something that is no manifest');
}

function asObject(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function textMap(value: unknown): Readonly<Record<string, string>> {
  const texts = Object.entries(asObject(value)).filter(([, text]) => typeof text === 'string');
  return Object.fromEntries(texts.map(([name, text]) => [name, String(text)]));
}
