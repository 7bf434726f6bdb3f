// How an action is described and defined.

import type { JsonObject, KubeObject } from '@evenkeel/resource';

/** A parameter of an action; values are text. */
export interface ActionParameter {
  readonly name: string;
  readonly default?: string;
}

/** An action as it is offered for one object. */
export interface ResourceAction {
  readonly name: string;
  readonly disabled: boolean;
  readonly iconClass?: string;
  readonly displayName?: string;
  readonly params?: readonly ActionParameter[];
}

/** An object that an action changes or makes. */
export interface ActionImpact {
  readonly operation: 'create' | 'patch';
  readonly object: KubeObject;
}

/** What an action is run with. `now` is an instant as Kubernetes writes it, to the second. */
export interface ActionRun {
  readonly parameters: Readonly<Record<string, string>>;
  readonly now: string;
}

/** An object that may be written to: a copy that nobody else holds. */
export type Draft = Record<string, unknown> & { readonly metadata: KubeObject['metadata'] & Record<string, unknown> };

/** One action of a kind. */
export interface ActionDefinition {
  readonly iconClass?: string;
  readonly displayName?: string | ((object: KubeObject) => string);
  readonly params?: (object: KubeObject) => readonly ActionParameter[];
  /** Not offered at all where this is false. */
  readonly isOffered?: (object: KubeObject) => boolean;
  readonly isDisabled?: (object: KubeObject) => boolean;
  /** Changes the draft, or returns objects to create. Throws {@link ActionError}. */
  readonly run: (draft: Draft, run: ActionRun, object: KubeObject) => readonly JsonObject[] | void;
}

/** The actions of a group's kinds, by kind and name. */
export type GroupActions = Readonly<Record<string, Readonly<Record<string, ActionDefinition>>>>;

/** An action that cannot be run as asked; the message is the one Argo CD shows. */
export class ActionError extends Error {
  override readonly name = 'ActionError';
}
