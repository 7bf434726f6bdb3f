// Which tag of a registry a chart reference and a version mean. Mirrors helm:pkg/registry/client.go ValidateReference and
// helm:pkg/registry/tag.go (v4.3.0).

import { findChartVersion, isChartVersion, parseOciReference, readRepositoryIndex, versionToTag } from '@evenkeel/helm';
import { type CallOptions, type RegistryClient, RemoteError } from '@evenkeel/oci';

/**
 * The reference with the tag (or the digest) that is meant; tags are listed only where the version is a range. Rejects
 * with Helm's sentences.
 */
export async function resolveOciVersion(
  request: { readonly reference: string; readonly constraint: string },
  registry: RegistryClient,
  options: CallOptions = {},
): Promise<string> {
  const { reference } = request;
  const parsed = parseOciReference(reference);
  const tagged = parsed.tag.replaceAll('_', '+');
  const wanted = request.constraint === '' ? tagged : request.constraint;
  if (tagged !== '' && wanted !== tagged) {
    throw new RemoteError('not-found', `chart reference and version mismatch: ${wanted} is not ${parsed.tag}`);
  }
  const base = `oci://${parsed.registry}/${parsed.repository}`;
  if (parsed.digest !== '') return `${base}@${parsed.digest}`;
  if (isChartVersion(wanted)) return `${base}:${versionToTag(wanted)}`;
  const tags = await registry.tags(parseOciReference(base), options);
  const versions = tags.map((tag) => tag.replaceAll('_', '+')).filter(isStrictVersion);
  if (versions.length === 0) {
    throw new RemoteError('not-found', `unable to locate any tags in provided repository: ${reference}`);
  }
  // The index sorts and matches: the newest first, exact matches before constraints.
  const entries = versions.map((version) => ({ name: 'chart', version }));
  const index = readRepositoryIndex(JSON.stringify({ apiVersion: 'v1', entries: { chart: entries } }));
  try {
    return `${base}:${versionToTag(findChartVersion(index, 'chart', wanted).version)}`;
  } catch (error) {
    if (error instanceof Error && error.message.startsWith('no chart version found')) {
      const message = `could not locate a version matching provided version string ${wanted}`;
      throw new RemoteError('not-found', message, { cause: error });
    }
    throw error;
  }
}

/** Tags such as "latest" or "v1" are no versions of charts. */
function isStrictVersion(text: string): boolean {
  return /^\d+\.\d+\.\d+(?:[-+]|$)/.test(text) && isChartVersion(text);
}
