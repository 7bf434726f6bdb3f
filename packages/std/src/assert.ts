// Assertions on invariants. They stay on in production: a broken invariant must stop the work, not corrupt it.

/** Thrown when the program contradicts itself; never by anything a user typed. */
export class AssertionFailure extends Error {
  override readonly name = 'AssertionFailure';
}

/** Throws AssertionFailure with `message` unless `condition` holds. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new AssertionFailure(message);
}

/** Closes an exhaustive `switch`: the compiler proves that `value` cannot exist, the runtime says so if it does. */
export function assertNever(value: never): never {
  throw new AssertionFailure(`unreachable case: ${JSON.stringify(value)}`);
}

/** Narrows `T | undefined` where the caller knows the value is there. */
export function present<T>(value: T | undefined | null, what: string): T {
  if (value === undefined || value === null) throw new AssertionFailure(`missing: ${what}`);
  return value;
}
