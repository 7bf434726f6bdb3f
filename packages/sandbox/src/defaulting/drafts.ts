// The parts of built-in objects that defaulting writes to, typed. Decoding has checked the shapes before these are used.

import type { Bag, Draft, Value } from '../store/draft.ts';

export interface ProbeDraft extends Bag {
  timeoutSeconds?: number;
  periodSeconds?: number;
  successThreshold?: number;
  failureThreshold?: number;
  httpGet?: Bag;
  grpc?: Bag;
}

export interface ContainerDraft extends Bag {
  name?: string;
  image?: string;
  ports?: Bag[];
  env?: Bag[];
  resources?: Bag;
  livenessProbe?: ProbeDraft;
  readinessProbe?: ProbeDraft;
  startupProbe?: ProbeDraft;
  lifecycle?: Bag;
  terminationMessagePath?: string;
  terminationMessagePolicy?: string;
  imagePullPolicy?: string;
}

export interface PodSpecDraft extends Bag {
  containers?: ContainerDraft[];
  initContainers?: ContainerDraft[];
  volumes?: Bag[];
  serviceAccountName?: string;
  serviceAccount?: string;
  restartPolicy?: string;
}

/** Sets a member that is not there yet. */
export function fallback(bag: Bag | undefined, key: string, value: Value): void {
  if (bag !== undefined && bag[key] === undefined) bag[key] = value;
}

/** The draft's spec, made when it is missing. */
export function specOf(draft: Draft): Bag {
  return memberBag(draft as unknown as Bag, 'spec');
}

/** A member that is an object, made when it is missing. */
export function memberBag(bag: Bag, key: string): Bag {
  const existing = bag[key];
  if (typeof existing === 'object' && existing !== null && !Array.isArray(existing)) return existing;
  const made: Bag = {};
  bag[key] = made;
  return made;
}

/** The members of a list that are objects. */
export function bagsOf(value: Value | undefined): Bag[] {
  return Array.isArray(value)
    ? value.filter((item): item is Bag => typeof item === 'object' && item !== null && !Array.isArray(item))
    : [];
}
