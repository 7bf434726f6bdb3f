// The neutral model: what any front end's resource is translated to, and what is translated back. Nothing here knows
// which front end it came from.

import type {
  ApplyMethod,
  DesiredObject,
  DiffRules,
  FieldDiff,
  Health,
  CustomHealthCheck,
  HealthStatus,
  HookDeletion,
  Refusal,
  StepOptions,
  StrayObject,
} from '@evenkeel/engine';
import type { GroupKind, GroupVersionKind, KubeObject, ObjectRef } from '@evenkeel/resource';
import type { RepositoryAccess, TreeFilter } from '@evenkeel/source';
import type { FileTree } from '@evenkeel/std';
import type { DeliveryGuard } from './guard/guard.ts';
import type { Closed, DeliveryLimits } from './limits.ts';
import type { RenderRequest } from './render/request.ts';
import type { Warning } from './warning.ts';

/** Where one part of the desired state comes from. */
export interface DeliverySource {
  /** The repository's real URL, as written in the manifest. */
  readonly url: string;
  /** What the URL leads to: a Git repository where not said, a repository of charts, an artifact of a registry. */
  readonly kind?: 'git' | 'chart' | 'artifact';
  /** The chart's name in its repository. */
  readonly chart?: string;
  /** Branch, tag, commit or HEAD; a version, or a range of versions. */
  readonly revision: string;
  /** Only tags that begin with it are versions. */
  readonly tagPrefix?: string;
  /** Directory in the repository, '' for its root. */
  readonly path: string;
  readonly render: RenderRequest;
  /** Makes the request out of the files themselves; `render` is what holds where nobody can look into them. */
  readonly adapt?: SourceAdapter;
  /** The name under which the other sources read this one, as `$name/path`. */
  readonly reference?: string;
  /** Only read by others: it is resolved, and renders to nothing. */
  readonly rendersNothing?: boolean;
  /** The credentials of the repository go along to other hosts it leads to. */
  readonly passCredentials?: boolean;
  /** What the source leaves out of the repository; everything is there when not given. */
  readonly filter?: TreeFilter;
  /** The credentials this source may use, looked up by URL when something is fetched: for Git, charts and artifacts alike. */
  readonly access?: RepositoryAccess | undefined;
  /** How often it is asked for something newer, where not as often as sources usually are; Infinity for never. */
  readonly pollMs?: number | undefined;
  /** A commit to stay at for as long as the revision still stands at `whileHead`: a rollback that a newer commit ends. */
  readonly hold?: { readonly sha: string; readonly whileHead: string } | undefined;
}

/** What an adapter is told: the files, and what the cluster and the revision are. */
export interface AdaptInput {
  /** Reads are recorded. */
  readonly files: FileTree;
  readonly revision: string;
  readonly kubeVersion: string;
  readonly apiVersions: readonly string[];
  /** Says that the request is another one for every revision, or for every set of versions the cluster serves. */
  readonly dependsOn: (what: 'revision' | 'versions') => void;
}

/** From the files of a source to its request. Pure; two adapters with equal keys do the same. */
export interface SourceAdapter {
  readonly key: string;
  readonly adapt: (input: AdaptInput) => RenderRequest | Refusal;
}

/** What the controller may do by itself. */
export interface DeliveryPolicy {
  /** Bring a new revision live without being asked. */
  readonly automatic: boolean;
  /** Undo changes made by hand, without being asked. */
  readonly selfHeal: boolean;
  readonly prune: boolean;
  /** Accept that the source renders to nothing while something is live. */
  readonly allowEmpty: boolean;
  readonly createNamespace: boolean;
  readonly ordering: 'waves' | 'stages';
  readonly pruneLast: boolean;
  readonly applyInSync: boolean;
  /** How a prune is propagated to dependants. */
  readonly propagation: 'Foreground' | 'Background' | 'Orphan';
  /** Every operation ends by then. */
  readonly timeoutMs: number;
  /** After writing, wait until everything is healthy before the operation counts as done. */
  readonly waitHealthy: boolean;
  /** Send whole objects instead of applying. */
  readonly replace: boolean;
  readonly validate: boolean;
  /** Who works out what a write changes: the server by field ownership (the default), or we by what was applied last. */
  readonly apply?: ApplyMethod | undefined;
  /** Take over what was applied client-side before the first server-side apply of an object; on where not said. */
  readonly migration?: boolean | undefined;
  /** Replace objects whose update is refused as immutable. */
  readonly recreate: boolean;
  readonly retry: RetryPolicy;
  readonly suspended: boolean;
  /** Objects in sync take their turns as well: a wave waits for the health of all that belongs to it. */
  readonly keepInSync?: boolean | undefined;
  /** How long other controllers have between two waves before health is asked for. */
  readonly waveDelayMs?: number | undefined;
  /** Labels and annotations of the destination namespace, where they are ours to keep. */
  readonly namespaceMetadata?: NamespaceMetadata | undefined;
  /** An operation fails where an object of it belongs to another delivery. */
  readonly failOnShared?: boolean | undefined;
  /** Kinds the cluster does not serve yet are waited for during the sync instead of being refused before it. */
  readonly skipUnknownKinds?: boolean | undefined;
  /** What holds for prunes of objects that say nothing themselves. */
  readonly pruneOption?: RemovalOption | undefined;
  /** The same when the delivery goes and takes its objects along. */
  readonly deleteOption?: RemovalOption | undefined;
  /** When somebody last agreed that objects go which ask for it. */
  readonly approvedAtMs?: number | undefined;
  /** Another manager whose client-side applies the first server-side apply takes over, where an object names none. */
  readonly migrateFrom?: string | undefined;
  /** How soon drift is undone again at the same revision; at once where not said. */
  readonly healing?: Omit<RetryPolicy, 'limit'> | undefined;
}

/** Whether an object may be removed: never, or when somebody agrees. */
export type RemovalOption = 'never' | 'confirm';

export interface NamespaceMetadata {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

/** What is special when the objects of a delivery are compared. */
export interface ComparePolicy {
  /** What is left out for an object; asked for only where something differs, unless ignored fields are respected. */
  rulesFor(desired: KubeObject): DiffRules | undefined;
  /** Writes leave ignored fields as they are live. */
  readonly respectIgnored: boolean;
  /** When the server is asked: where something differs (not said), never, or for every object that changed. */
  readonly confirm?: 'never' | 'always' | undefined;
  /** True for kinds that are left alone altogether. */
  excludes(kind: GroupKind): boolean;
}

/** How a failed operation is tried again at the same revision. */
export interface RetryPolicy {
  /** How many more attempts; Infinity for no end. */
  readonly limit: number;
  readonly baseMs: number;
  readonly factor: number;
  readonly maxMs: number;
  /** Why nobody knows how long to wait: an operation that fails is then not tried again, and says so. */
  readonly problem?: string | undefined;
  /** A retry takes the newest revision instead of the one that failed. */
  readonly refresh?: boolean | undefined;
}

/** One thing kept equal to Git, as the engine sees it. */
export interface Delivery {
  /** Unique and stable: "<front end>/<namespace>/<name>". */
  readonly key: string;
  readonly frontEnd: FrontEnd;
  readonly namespace: string;
  readonly name: string;
  readonly sources: readonly DeliverySource[];
  readonly destination: { readonly cluster: string; readonly namespace: string };
  readonly policy: DeliveryPolicy;
  readonly compare?: ComparePolicy | undefined;
  /** What somebody limits it to. They are no part of its intention, so the fingerprint does not tell of them. */
  readonly limits?: DeliveryLimits | undefined;
  /** What it is guarded against; no part of its intention either. */
  readonly guard?: DeliveryGuard | undefined;
  /** A digest of everything above: two equal fingerprints mean the same intention. */
  readonly fingerprint: string;
}

/** What one front end decides about objects: marks of ownership, turns, and its own health checks. */
export interface FrontEnd {
  readonly id: string;
  /** The name under which fields are owned in managedFields. */
  readonly fieldManager: string;
  /** Adds the marks by which a live object is known to belong to the delivery. */
  mark(object: KubeObject, delivery: Delivery, namespaced: boolean): KubeObject;
  /** Annotations of Secrets whose values are never shown. */
  sensitiveAnnotations?(): readonly string[];
  /** The key of the delivery a live object belongs to by its marks; undefined for anybody else's. */
  ownerOf(live: KubeObject): string | undefined;
  /** How it says that an object belongs to another delivery; the engine says it itself where not given. */
  sayShared?(object: ObjectRef, delivery: Delivery, otherKey: string): string;
  /** The turns of an object (none leaves it out of everything), or why it cannot be placed. */
  place(object: KubeObject): readonly DesiredObject[] | Refusal;
  /** What an object asks for that nobody knows, which is passed over and told: each as the end of a sentence. */
  doubts?(object: KubeObject): readonly string[];
  /** Where strays are looked for: among all objects that carry our mark, or only among those of the last inventory. */
  readonly straysAmong: 'marked' | 'inventory';
  /** What to do with a live object of ours that is no longer desired. */
  stray(live: KubeObject, delivery: Delivery): StrayObject;
  /** True for a live object that is ours but not part of the compared state (a hook's leftovers). */
  ignores(live: KubeObject): boolean;
  /** The finalizer that keeps a hook's object until its end has been seen. */
  readonly hookFinalizer?: string | undefined;
  /** How an object that is live says it is to be written, besides what the desired one says. */
  optionsOf?(live: KubeObject): StepOptions | undefined;
  /** When an object runs as the delivery goes: before its objects do, or after. */
  farewell?(object: KubeObject): readonly Farewell[];
  /** When the object of such a hook is deleted again; always where nothing is said. */
  farewellRules?(object: KubeObject): readonly HookDeletion[];
  /** Why a live object stays when the delivery goes, or that somebody has to agree first; undefined where it just goes. */
  departure?(live: KubeObject, delivery: Delivery): RemovalOption | undefined;
  /** Where a live object can be visited. */
  links?(live: KubeObject): readonly string[];
  /** True for a change of a live object that says nothing worth a comparison. */
  ignoresUpdate?(previous: KubeObject, object: KubeObject): boolean;
  /** Checks of users, asked before the bundled ones. */
  readonly health: CustomHealthCheck;
}

/** When an object of a departing delivery runs. */
export type Farewell = 'before' | 'after';

/** What happened to the delivery earlier, as its own resource records it. */
export interface DeliveryMemory {
  /** Objects of the last sync: where to look for strays. */
  readonly inventory: readonly (ObjectRef & Pick<GroupVersionKind, 'version'>)[];
  /** The last finished operation. */
  readonly lastOperation?: OperationReport | undefined;
  /** The revision at which the present intention was last seen in sync, where it still is. */
  readonly settledRevision?: string | undefined;
  /** A whole sync has succeeded before: hooks of a first installation have had their turn. */
  readonly installed?: boolean | undefined;
  /** When its resource was made, where that keeps a history: what was written before is no part of it. */
  readonly sinceMs?: number | undefined;
}

/** Work somebody asked for. */
export interface SyncRequest {
  /** Distinguishes one request from the next. */
  readonly id: string;
  readonly revision?: string | undefined;
  readonly prune?: boolean | undefined;
  readonly dryRun?: boolean | undefined;
  /** Only these objects; hooks are left out. */
  readonly only?: readonly ObjectRef[] | undefined;
  readonly skipHooks?: boolean | undefined;
  readonly initiatedBy: Initiator;
  /** One revision for each source. */
  readonly revisions?: readonly string[] | undefined;
  /** Other sources than the delivery's own. */
  readonly sources?: readonly DeliverySource[] | undefined;
  /** Objects as text, instead of any source. */
  readonly manifests?: readonly string[] | undefined;
  /** What holds for this operation instead of the delivery's policy. */
  readonly policy?: Partial<DeliveryPolicy> | undefined;
  /** How this operation is tried again; not at all where nothing is said and the delivery's policy is not automatic. */
  readonly retry?: RetryPolicy | undefined;
  /** What the front end wants written beside the operation, untouched by us. */
  readonly asked?: unknown;
  /** Why it can be no operation at all: it ends with this sentence, and nothing is done. */
  readonly invalid?: string | undefined;
}

/** Who caused an operation. */
export interface Initiator {
  readonly automated: boolean;
  readonly username?: string | undefined;
}

export type SyncState = 'synced' | 'drifted' | 'unknown';
export type OperationPhase = 'running' | 'succeeded' | 'failed' | 'error' | 'terminating';

/** One object of a delivery as it stands. */
export interface ResourceReport {
  readonly ref: ObjectRef;
  readonly version: string;
  readonly sync: SyncState;
  /** Why it is not in sync, in a few words: 'missing', 'changed', 'to be pruned'. */
  readonly reason?: 'missing' | 'changed' | 'stray' | undefined;
  readonly health?: Health | undefined;
  readonly wave: number;
  readonly hook: boolean;
  readonly fields: readonly FieldDiff[];
  /** It belongs to another delivery: it differs for as long as it does, and nothing is done about it. */
  readonly foreign?: boolean | undefined;
  /** A hook whose object is there. */
  readonly present?: boolean | undefined;
  /** Its state does not count for the whole. */
  readonly extraneous?: boolean | undefined;
  /** Somebody has to agree before it is removed. */
  readonly needsApproval?: boolean | undefined;
}

/** What became of one step of an operation. */
export interface StepReport {
  readonly ref: ObjectRef;
  readonly version: string;
  readonly status: 'synced' | 'failed' | 'pruned' | 'kept' | 'running';
  readonly message: string;
  readonly hook: boolean;
  readonly phase: 'before' | 'main' | 'after' | 'failure';
  /** Its health was waited for, and came. */
  readonly settled?: boolean | undefined;
  /** It stands in the cluster: what has failed is what it does. */
  readonly stands?: boolean | undefined;
  /** What was done; nothing where it was as it should be. */
  readonly change?: 'created' | 'updated' | 'deleted' | undefined;
  readonly images?: readonly string[] | undefined;
}

/**
 * An operation. Times are milliseconds since the epoch. One that is `running` and has a `finishedAtMs` has failed and waits
 * for its next attempt; `retryCount` counts that attempt already.
 */
export interface OperationReport {
  readonly id: string;
  readonly phase: OperationPhase;
  readonly message: string;
  readonly revision: string;
  /** The fingerprint of the delivery it was made for. */
  readonly fingerprint: string;
  readonly startedAtMs: number;
  readonly finishedAtMs?: number | undefined;
  readonly steps: readonly StepReport[];
  readonly retryCount: number;
  readonly initiatedBy: Initiator;
  readonly partial: boolean;
  /** What was asked for, where somebody asked. */
  readonly request?: SyncRequest | undefined;
  /** Refused before anything was written: no attempt at all, once the reason is gone. */
  readonly blocked?: boolean | undefined;
  /** Read back from the resource instead of seen by this process. */
  readonly recorded?: boolean | undefined;
  /** The how manieth time in a row that drift is undone at this revision. */
  readonly healings?: number | undefined;
}

/** The commit a delivery stands at. */
export interface CommitReport {
  readonly sha: string;
  readonly author: string;
  readonly email: string;
  readonly dateMs: number;
  readonly message: string;
}

/** Everything that is known about a delivery at one moment. */
export interface DeliveryReport {
  readonly key: string;
  /** Resolved commits, one per source; empty where none could be resolved. */
  readonly revisions: readonly string[];
  readonly commit?: CommitReport | undefined;
  /** How each source was rendered: 'kustomize', 'helm', 'directory'. */
  readonly renderers: readonly string[];
  readonly sync: SyncState;
  readonly health: { readonly status: HealthStatus; readonly message?: string | undefined };
  readonly resources: readonly ResourceReport[];
  readonly images: readonly string[];
  /** Where its objects can be visited. */
  readonly links?: readonly string[] | undefined;
  /** Hooks that run when the delivery goes. */
  readonly farewells?: readonly Farewell[] | undefined;
  /** What the destination namespace was given, where its labels and annotations are ours. */
  readonly namespaceMetadata?: NamespaceMetadata | undefined;
  /** Objects of the destination namespace that nobody owns, where they are looked for. */
  readonly orphans?: readonly ObjectRef[] | undefined;
  /** Why nothing is synced now, and until when. */
  readonly closed?: Closed | undefined;
  /** Why something is not done; empty on a good day. */
  readonly refusals: readonly Refusal[];
  readonly warnings: readonly Warning[];
  readonly operation?: OperationReport | undefined;
}

/** The report of a delivery of which nothing is known but why it is refused. */
export function refusedReport(key: string, refusals: readonly Refusal[]): DeliveryReport {
  return {
    key,
    revisions: [],
    renderers: [],
    sync: 'unknown',
    health: { status: 'unknown' },
    resources: [],
    images: [],
    refusals,
    warnings: [],
  };
}
