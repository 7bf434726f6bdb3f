// Order between resource versions. Kubernetes declares them comparable decimal numbers of any length within one
// resource type (KEP-5504, v1.35); every server this client meets has always counted so.

/** Negative, zero or positive as `left` is older, equal or newer; undefined where either is no such number. */
export function compareResourceVersions(left: string, right: string): number | undefined {
  if (left === right) return 0;
  if (!isVersion(left) || !isVersion(right)) return undefined;
  if (left.length !== right.length) return left.length - right.length;
  return left < right ? -1 : 1;
}

/** True where `candidate` is surely older than `than`. */
export function isOlder(candidate: string | undefined, than: string | undefined): boolean {
  if (candidate === undefined || than === undefined) return false;
  const order = compareResourceVersions(candidate, than);
  return order !== undefined && order < 0;
}

function isVersion(text: string): boolean {
  return /^[1-9]\d*$/.test(text);
}
