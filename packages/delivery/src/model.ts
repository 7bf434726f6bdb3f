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
  Refusal,
  StrayObject,
} from '@evenkeel/engine';
import type { GroupKind, GroupVersionKind, KubeObject, ObjectRef } from '@evenkeel/resource';
import type { RepositoryAccess, TreeFilter } from '@evenkeel/source';
import type { FileTree } from '@evenkeel/std';
import type { RenderRequest } from './render/request.ts';

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
}

/** What is special when the objects of a delivery are compared. */
export interface ComparePolicy {
  /** What is left out for an object; asked for only where something differs, unless ignored fields are respected. */
  rulesFor(desired: KubeObject): DiffRules | undefined;
  /** Writes leave ignored fields as they are live. */
  readonly respectIgnored: boolean;
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
  /** The key of the delivery a live object belongs to by its marks; undefined for anybody else's. */
  ownerOf(live: KubeObject): string | undefined;
  /** The turns of an object (none leaves it out of everything), or why it cannot be placed. */
  place(object: KubeObject): readonly DesiredObject[] | Refusal;
  /** Where strays are looked for: among all objects that carry our mark, or only among those of the last inventory. */
  readonly straysAmong: 'marked' | 'inventory';
  /** What to do with a live object of ours that is no longer desired. */
  stray(live: KubeObject): StrayObject;
  /** True for a live object that is ours but not part of the compared state (a hook's leftovers). */
  ignores(live: KubeObject): boolean;
  /** Checks of users, asked before the bundled ones. */
  readonly health: CustomHealthCheck;
}

/** What happened to the delivery earlier, as its own resource records it. */
export interface DeliveryMemory {
  /** Objects of the last sync: where to look for strays. */
  readonly inventory: readonly (ObjectRef & Pick<GroupVersionKind, 'version'>)[];
  /** The last finished operation. */
  readonly lastOperation?: OperationReport | undefined;
  /** The revision at which the present intention was last seen in sync, where it still is. */
  readonly settledRevision?: string | undefined;
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
}

/** What became of one step of an operation. */
export interface StepReport {
  readonly ref: ObjectRef;
  readonly version: string;
  readonly status: 'synced' | 'failed' | 'pruned' | 'kept' | 'running';
  readonly message: string;
  readonly hook: boolean;
  readonly phase: 'before' | 'main' | 'after' | 'failure';
}

/** An operation, running or finished. Times are milliseconds since the epoch. */
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
  /** Read back from the resource instead of seen by this process: its steps are not known. */
  readonly recorded?: boolean | undefined;
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
  /** Why something is not done; empty on a good day. */
  readonly refusals: readonly Refusal[];
  /** Things worth knowing that stop nothing. */
  readonly warnings: readonly string[];
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
