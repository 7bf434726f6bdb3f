// Kinds that we may not list or watch: which verb is missing, whether that is to be respected, and when it is looked at
// again. Mirrors argoproj/argo-cd:gitops-engine/pkg/cache/cluster.go isRestrictedResource and checkPermission (3.6).

import type { KubeClient, KubeError, ResourceType } from '@evenkeel/kube';
import type { GroupKind } from '@evenkeel/resource';
import type { Clock } from '@evenkeel/std';
import type { ClusterScope } from './live-state.ts';

/**
 * What becomes of a kind that we may not see. `off`: whoever needs it fails. `normal`: it is left out of what is watched.
 * `strict`: likewise, if the server says on being asked that it is for want of permission.
 */
export type RbacRespect = 'off' | 'normal' | 'strict';

/** We may not do what is needed with a kind. The message is one sentence and names the verbs. */
export class KindDenied extends Error {
  override readonly name = 'KindDenied';
  readonly verbs: readonly string[];
  readonly type: ResourceType;
  constructor(type: ResourceType, verbs: readonly string[], cause: Error) {
    const what = verbs.length === 0 ? 'see' : verbs.join(' and ');
    super(`may not ${what} ${pluralName(type)}: ${cause.message}`, { cause });
    this.verbs = verbs;
    this.type = type;
  }
}

interface Denial {
  readonly error: KindDenied;
  /** What a review said of `list`; undefined where there was no answer. */
  readonly mayList: boolean | undefined;
  checkedAtMs: number;
}

interface DeniedKindsOptions {
  readonly client: KubeClient;
  readonly scope: ClusterScope;
  readonly clock: Clock;
  readonly respect: () => RbacRespect;
  /** A kind that was denied may be seen now. */
  readonly onPermitted: (type: ResourceType) => void;
}

/** How long an answer holds when somebody asks. */
const REVIEW_HOLDS_MS = 5_000;
/** The server is asked again by itself, ever more rarely. */
const AGAIN_MS = 30_000;
const AGAIN_MAX_MS = 300_000;

/** The kinds of one cluster that we may not list or watch. */
export class DeniedKinds implements Disposable {
  readonly #options: DeniedKindsOptions;
  /** By group and kind. */
  readonly #denials = new Map<string, Denial>();
  #cancel: () => void = () => undefined;
  #againMs = AGAIN_MS;

  constructor(options: DeniedKindsOptions) {
    this.#options = options;
  }

  /** Notes a refusal of the server, after asking which verbs are missing. */
  async note(type: ResourceType, refusal: KubeError): Promise<void> {
    const answer = await this.#review(type);
    const missing = answer ? verbs.filter((verb) => answer[verb] === false) : [];
    // Where the review permits what was refused, or gives no answer, the refusal itself may name the verb.
    const named = missing.length > 0 ? missing : verbs.filter((verb) => refusal.message.includes(`cannot ${verb} `));
    this.#denials.set(kindKey(type), {
      error: new KindDenied(type, named, refusal),
      mayList: answer?.list,
      checkedAtMs: this.#options.clock.now(),
    });
    this.#againMs = AGAIN_MS;
    this.#schedule();
  }

  has(kind: GroupKind): boolean {
    return this.#denials.has(kindKey(kind));
  }

  /** The type of a kind that is left out of what is watched; undefined for all others. */
  leftOut(kind: GroupKind): ResourceType | undefined {
    const denial = this.#denials.get(kindKey(kind));
    return denial && this.#isRespected(denial) ? denial.error.type : undefined;
  }

  /** Why a kind that is needed cannot be seen; undefined where it can, or is left out. */
  why(kind: GroupKind): KindDenied | undefined {
    const denial = this.#denials.get(kindKey(kind));
    return denial && !this.#isRespected(denial) ? denial.error : undefined;
  }

  /** Asks anew about those of these kinds whose answer is old: what was permitted meanwhile counts at once. */
  async lookAgain(kinds: readonly GroupKind[]): Promise<void> {
    if (this.#denials.size === 0) return;
    const due = this.#options.clock.now() - REVIEW_HOLDS_MS;
    const old = kinds.filter((kind) => (this.#denials.get(kindKey(kind))?.checkedAtMs ?? Infinity) <= due);
    await Promise.all(old.map((kind) => this.#check(kindKey(kind))));
  }

  [Symbol.dispose](): void {
    this.#cancel();
    this.#denials.clear();
  }

  #isRespected({ mayList }: Denial): boolean {
    const respect = this.#options.respect();
    return respect === 'normal' || (respect === 'strict' && mayList === false);
  }

  async #check(key: string): Promise<void> {
    const denial = this.#denials.get(key);
    if (!denial) return;
    denial.checkedAtMs = this.#options.clock.now();
    const { type } = denial.error;
    const answer = await this.#review(type);
    const permitted = answer ? answer.list && answer.watch : true;
    if (!permitted || this.#denials.get(key) !== denial) return;
    this.#denials.delete(key);
    this.#options.onPermitted(type);
  }

  #schedule(): void {
    this.#cancel();
    if (this.#denials.size === 0) return;
    this.#cancel = this.#options.clock.after(this.#againMs, () => {
      this.#againMs = Math.min(this.#againMs * 2, AGAIN_MAX_MS);
      void Promise.all([...this.#denials.keys()].map((key) => this.#check(key))).then(() => this.#schedule());
    });
  }

  /** What the server says of our rights; undefined where it gives no answer. A verb counts where it is permitted everywhere. */
  async #review(type: ResourceType): Promise<Readonly<Record<(typeof verbs)[number], boolean>> | undefined> {
    const { client, scope } = this.#options;
    const namespaces = type.namespaced && scope.namespaces.length > 0 ? scope.namespaces : [''];
    const ask = async (verb: string, namespace: string): Promise<boolean> => {
      const attributes = { group: type.group, version: type.version, resource: type.plural, verb, namespace };
      const answer = await client.create(reviewType, {
        apiVersion: 'authorization.k8s.io/v1',
        kind: reviewType.kind,
        metadata: {},
        spec: { resourceAttributes: attributes },
      });
      return (answer['status'] as { readonly allowed?: unknown } | undefined)?.allowed === true;
    };
    try {
      const [list, watch] = await Promise.all(
        verbs.map(async (verb) => {
          const answers = await Promise.all(namespaces.map((namespace) => ask(verb, namespace)));
          return answers.every(Boolean);
        }),
      );
      return { list: list === true, watch: watch === true };
    } catch {
      return undefined;
    }
  }
}

const verbs = ['list', 'watch'] as const;

const reviewType: ResourceType = {
  group: 'authorization.k8s.io',
  version: 'v1',
  kind: 'SelfSubjectAccessReview',
  plural: 'selfsubjectaccessreviews',
  singular: 'selfsubjectaccessreview',
  namespaced: false,
  verbs: ['create'],
  shortNames: [],
  categories: [],
  subresources: [],
};

/** "deployments.apps", as servers name resources. */
function pluralName({ plural, group }: ResourceType): string {
  return group === '' ? plural : `${plural}.${group}`;
}

/** One name for all versions of a kind. */
export function kindKey(type: GroupKind): string {
  return `${type.group}/${type.kind}`;
}
