// What the API needs from a front end: its applications in neutral words, and what may be done to them.

import type { DeliveryDetail, DeliverySummary, HistoryEntry, ObjectRef, SyncRequest } from '@evenkeel/api';
import type { ActionImpact, ActionRun, ResourceAction } from '@evenkeel/engine';
import type { KubeObject } from '@evenkeel/resource';

/** An application as its own resource describes it, before anything is known of the world. */
export interface FaceItem extends Pick<
  DeliverySummary,
  | 'key'
  | 'frontEnd'
  | 'kind'
  | 'namespace'
  | 'name'
  | 'project'
  | 'labels'
  | 'destination'
  | 'source'
  | 'automatic'
  | 'suspended'
> {
  /** Earlier syncs, newest first. Commits are looked up by the caller. */
  readonly history: readonly Omit<HistoryEntry, 'commit'>[];
  readonly hold?: { readonly sha: string; readonly sentence: string } | undefined;
  /** Known of one application, not of those in a list. */
  readonly syncWindows?: DeliveryDetail['syncWindows'];
  readonly hydration?: DeliveryDetail['hydration'];
  /** The resource is on its way out. */
  readonly deleting: boolean;
}

/** Who asks, and for what. */
export interface SyncWish {
  readonly username: string;
  readonly revision?: string | undefined;
  readonly prune?: boolean | undefined;
  readonly dryRun?: boolean | undefined;
  readonly resources?: readonly ObjectRef[] | undefined;
  readonly revisions?: readonly string[] | undefined;
  readonly manifests?: readonly string[] | undefined;
  readonly infos?: readonly { readonly name: string; readonly value: string }[] | undefined;
  readonly strategy?: 'apply' | 'hook' | undefined;
  readonly force?: boolean | undefined;
  readonly syncOptions?: readonly string[] | undefined;
  readonly retry?: SyncRequest['retry'] | undefined;
}

/** A refusal to act, as the API answers it. */
export class ActionRefused extends Error {
  override readonly name = 'ActionRefused';
  readonly code: string;
  readonly remedy: string | undefined;
  constructor(code: string, message: string, remedy?: string) {
    super(message);
    this.code = code;
    this.remedy = remedy;
  }
}

/** One front end, as the API sees it. Actions reject with ActionRefused where they cannot be done. */
export interface Face {
  readonly frontEnd: DeliverySummary['frontEnd'];
  list(): readonly FaceItem[];
  get(namespace: string, name: string): FaceItem | undefined;
  sync(namespace: string, name: string, wish: SyncWish): Promise<void>;
  refresh(namespace: string, name: string, hard: boolean): Promise<void>;
  rollback(namespace: string, name: string, wish: { readonly id: number; readonly username: string }): Promise<void>;
  remove(namespace: string, name: string, cascade: boolean | 'background'): Promise<void>;
  onChange(listener: () => void): () => void;
  /** The application's own resource. */
  resource(namespace: string, name: string): KubeObject | undefined;
  /** What may be done with an object of an application. Throws ActionError where a user's script fails. */
  actions(object: KubeObject): readonly ResourceAction[];
  /** What an action makes of an object; writes nothing. Throws ActionError. */
  run(object: KubeObject, action: string, run: ActionRun): readonly ActionImpact[];
}
