// Versions and constraints in the form this package asks for them; what they mean is @evenkeel/lang's business.

import {
  type Version,
  compareVersions,
  parseConstraint as parseConstraints,
  parseVersion as parseVersionOrError,
  satisfies,
} from '@evenkeel/lang';

export { type Version, compareVersions };

/** Thrown for a constraint that does not parse; the message is the library's that Helm uses. */
export class ConstraintError extends Error {
  override readonly name = 'ConstraintError';
}

/** The version, or undefined where Helm finds none in the text. */
export function parseVersion(text: string): Version | undefined {
  const parsed = parseVersionOrError(text);
  return parsed.ok ? parsed.value : undefined;
}

/** Whether the text is a version to Helm. */
export function isVersion(text: string): boolean {
  return parseVersionOrError(text).ok;
}

/** A constraint as a predicate over versions. Throws ConstraintError. */
export function parseConstraint(text: string): (version: Version) => boolean {
  const parsed = parseConstraints(text);
  if (!parsed.ok) throw new ConstraintError(parsed.error.message);
  return (version) => satisfies(version, parsed.value);
}

/** Whether a version satisfies a constraint; false where either does not parse (helm: IsCompatibleRange). */
export function versionSatisfies(constraint: string, version: string): boolean {
  const parsed = parseVersion(version);
  const constraints = parseConstraints(constraint);
  return parsed !== undefined && constraints.ok && satisfies(parsed, constraints.value);
}
