// Everything the API reads from, in one place; the routes and views are functions of it.

import type { Info } from '@evenkeel/api';
import type { CommitReport, Deliveries } from '@evenkeel/delivery';
import type { Cluster } from '@evenkeel/delivery';
import type { History } from '@evenkeel/history';
import type { KubeObject } from '@evenkeel/resource';
import type { Clock } from '@evenkeel/std';
import type { Face, FaceItem } from './faces/face.ts';

/** ApplicationSets, where this server has them. */
export interface SetBackend {
  list(): readonly KubeObject[];
  get(namespace: string, name: string): KubeObject | undefined;
  /** What a set would generate; rejects with the sentence of its condition. */
  generate(object: KubeObject): Promise<readonly KubeObject[]>;
  write(object: KubeObject): Promise<KubeObject>;
  remove(namespace: string, name: string): Promise<void>;
}

/** A request from a forge, and the answer to it. */
export type Webhook = (request: {
  readonly method: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly query: URLSearchParams;
  readonly body: Uint8Array;
}) => Promise<{ readonly status: number; readonly message: string }>;

export interface Backend {
  readonly sets?: SetBackend;
  readonly webhook?: Webhook;
  readonly faces: readonly Face[];
  readonly deliveries: Deliveries;
  readonly cluster: (name: string) => Cluster | undefined;
  readonly history: History;
  readonly clock: Clock;
  readonly info: () => Promise<Info>;
  /** The commit of a repository, for people; undefined where it cannot be read. */
  readonly commit: (url: string, sha: string) => Promise<CommitReport | undefined>;
  /** Calls the listener whenever a delivery has a new report. */
  readonly onReport: (listener: (key: string) => void) => () => void;
}

/** Finds an application and the face it belongs to. */
export function findItem(
  backend: Backend,
  frontEnd: string,
  at: { readonly namespace: string; readonly name: string },
): { readonly face: Face; readonly item: FaceItem } | undefined {
  const face = backend.faces.find((candidate) => candidate.frontEnd === frontEnd);
  const item = face?.get(at.namespace, at.name);
  return face && item ? { face, item } : undefined;
}
