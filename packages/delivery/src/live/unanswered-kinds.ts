// Kinds whose first state the server fails to give, again and again: a conversion webhook that is gone, an API server of its
// own that is down, an answer that is too large. Who needs such a kind has to say so; who does not must not notice.

import type { ResourceType } from '@evenkeel/kube';
import type { GroupKind } from '@evenkeel/resource';
import { kindKey } from './denied-kinds.ts';

/** The server gives no list of a kind that is needed. The message is the server's. */
export class KindUnanswered extends Error {
  override readonly name = 'KindUnanswered';
  readonly type: ResourceType;
  constructor(type: ResourceType, cause: Error) {
    super(cause.message, { cause });
    this.type = type;
  }
}

/** One failure may be chance; the watch tries again within half a second so often. */
const FAILURES_TOLD = 3;

/** The kinds of one cluster that were asked for in vain. Their watches go on asking. */
export class UnansweredKinds {
  /** By group and kind. */
  readonly #failures = new Map<string, { error: KindUnanswered; count: number }>();

  /** Notes a failure; true when there are enough of them to be told. */
  note(type: ResourceType, cause: Error): boolean {
    const count = (this.#failures.get(kindKey(type))?.count ?? 0) + 1;
    this.#failures.set(kindKey(type), { error: new KindUnanswered(type, cause), count });
    return count === FAILURES_TOLD;
  }

  /** The kind is there; true where it had been told that it is not. */
  answered(kind: GroupKind): boolean {
    const { count = 0 } = this.#failures.get(kindKey(kind)) ?? {};
    this.#failures.delete(kindKey(kind));
    return count >= FAILURES_TOLD;
  }

  /** Why a kind is not there; undefined where it may still come. */
  why(kind: GroupKind): KindUnanswered | undefined {
    const failure = this.#failures.get(kindKey(kind));
    return failure && failure.count >= FAILURES_TOLD ? failure.error : undefined;
  }
}
