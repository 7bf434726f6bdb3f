// What is special about one built-in type when it is written: its defaults, what a create or an update resets, what is
// refused. Types without an entry in `strategies.ts` have none of it.

import type { Bag, Draft } from '../store/draft.ts';
import type { KubeObject } from '@evenkeel/resource';
import type { Identity } from '../access/identity.ts';
import type { Store } from '../store/store.ts';
import type { Chance } from '../clock.ts';
import type { Cause } from './status.ts';

/** What strategies may look at. */
export interface StrategyContext {
  readonly store: Store;
  readonly chance: Chance;
  readonly dryRun: boolean;
  /** Who writes; undefined for steps that the cluster takes by itself. */
  readonly by?: Identity | undefined;
}

/** Hooks around a write, in the order they run. All write into the draft. */
export interface Strategy {
  /** True where a change of spec raises metadata.generation. */
  readonly generation?: boolean;
  /** Fills in defaults; also runs on every update. */
  readonly defaults?: (draft: Draft) => void;
  /** Sets what the server decides at creation (cluster IPs, phases). */
  readonly prepareCreate?: (draft: Draft, context: StrategyContext) => void;
  /** Keeps or resets what an update of the main resource may not touch, beyond status. */
  readonly prepareUpdate?: (draft: Draft, old: KubeObject, context: StrategyContext) => void;
  readonly validate?: (draft: Draft) => readonly Cause[];
  /** True where what an update may not change is checked before the object as a whole. */
  readonly updateFirst?: boolean;
  /** Whether an update raises metadata.generation, where it is not simply a change of anything but metadata and status. */
  readonly generationChanged?: (draft: Draft, old: KubeObject) => boolean;
  /** How dependents fare when a deletion does not say. */
  readonly propagation?: 'Orphan';
  /** What a write to a subresource may not touch, by subresource (status is the same for all types). */
  readonly keepBeside?: Readonly<Record<string, (draft: Draft, old: KubeObject, now: string) => void>>;
  /** What is refused of a write to a subresource. */
  readonly validateSubresource?: Readonly<Record<string, (draft: Draft, old: KubeObject) => readonly Cause[]>>;
  /** What is refused at creation only. */
  readonly validateCreate?: (draft: Draft) => readonly Cause[];
  /** What is answered with a `Warning:` though it is taken. */
  readonly warnings?: (draft: Draft) => readonly string[];
  readonly validateUpdate?: (draft: Draft, old: KubeObject) => readonly Cause[];
  /** True where a status write may change labels and annotations too, as upstream's status strategies differ. */
  readonly statusKeepsMetadata?: boolean;
  /** True where deleting at once answers with the object instead of a Status. */
  readonly returnsDeleted?: boolean;
  /** True where PUT creates what does not exist. */
  readonly createOnUpdate?: boolean;
  /** Grace period of a deletion that does not name one. */
  readonly graceSeconds?: (object: KubeObject) => number;
  /** True for metadata-like types that have no spec: any member beside metadata and status is content. */
  readonly spec?: (draft: Draft) => Bag | undefined;
}
