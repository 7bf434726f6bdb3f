// Names that are too long for their place, cut where nothing is lost.

/** A commit as people write it. */
export function shortHash(revision: string): string {
  return /^[0-9a-f]{40,64}$/.test(revision) ? revision.slice(0, 7) : middle(revision, 16);
}

/** "registry.example/team/…/web:v2": the beginning and the end, which carry the meaning. */
export function middle(text: string, length: number): string {
  if (text.length <= length) return text;
  const tail = Math.ceil((length - 1) * 0.6);
  return `${text.slice(0, length - 1 - tail)}…${text.slice(text.length - tail)}`;
}

/** An image by its end, which tells which and what version: "…/web:v2.4.1". */
export function shortImage(image: string): string {
  const name = image.slice(image.lastIndexOf('/') + 1).replace(/@sha256:([0-9a-f]{12})[0-9a-f]+$/, '@$1');
  return image.length <= 24 ? image : `…/${middle(name, 32)}`;
}

/** A repository as people call it: host and protocol are left out where a path remains. */
export function repositoryName(url: string): string {
  const path = url
    .replace(/^[a-z+]+:\/\/([^@/]+@)?[^/]+\//, '')
    .replace(/^[^@/]+@[^:]+:/, '')
    .replace(/\.git\/?$/, '');
  return path === '' ? url : path;
}

/** The first line of a commit message. */
export function subject(message: string): string {
  return message.split('\n', 1)[0] ?? '';
}
