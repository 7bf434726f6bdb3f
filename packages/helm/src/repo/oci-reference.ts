// References to charts in OCI registries. Mirrors helm:pkg/registry/reference.go (v4.3.0).

/** A parsed oci:// reference. */
export interface OciReference {
  /** Host and port. */
  readonly registry: string;
  readonly repository: string;
  /** '' when the reference names none. A '+' of a version is '_' in a tag. */
  readonly tag: string;
  readonly digest: string;
}

/** Thrown for what is no reference. */
export class OciReferenceError extends Error {
  override readonly name = 'OciReferenceError';
}

/** Whether a URL is an OCI reference to Helm. */
export function isOci(url: string): boolean {
  return url.startsWith('oci://');
}

/** Parses `oci://host/path/chart[:tag][@sha256:…]`. Throws OciReferenceError. */
export function parseOciReference(text: string): OciReference {
  const raw = text.replace(/^oci:\/\//, '');
  const at = raw.lastIndexOf('@');
  const digest = at < 0 ? '' : raw.slice(at + 1);
  const named = at < 0 ? raw : raw.slice(0, at);
  const slash = named.indexOf('/');
  if (slash < 0) throw new OciReferenceError(`invalid reference: missing registry or repository`);
  const registry = named.slice(0, slash);
  const colon = named.lastIndexOf(':');
  const hasTag = colon > named.lastIndexOf('/');
  const repository = named.slice(slash + 1, hasTag ? colon : undefined);
  const tag = hasTag ? versionToTag(named.slice(colon + 1)) : '';
  if (!/^[a-zA-Z0-9._-]+(?::[0-9]{1,5})?$/.test(registry)) {
    throw new OciReferenceError(`invalid reference: invalid registry "${registry}"`);
  }
  if (!/^[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*$/.test(repository)) {
    throw new OciReferenceError(`invalid reference: invalid repository "${repository}"`);
  }
  if (hasTag && !/^\w[\w.-]{0,127}$/.test(tag)) throw new OciReferenceError(`invalid reference: invalid tag "${tag}"`);
  if (digest !== '' && !/^[a-z0-9]+(?:[.+_-][a-z0-9]+)*:[0-9a-fA-F]{32,}$/.test(digest)) {
    throw new OciReferenceError(`invalid reference: invalid digest "${digest}"`);
  }
  return { registry, repository, tag, digest };
}

/** A version as a tag: registries do not know '+'. */
export function versionToTag(version: string): string {
  return version.replaceAll('+', '_');
}

/** A tag as a version. */
export function tagToVersion(tag: string): string {
  return tag.replaceAll('_', '+');
}
