// The built-in objects as the controllers read them. What the API server stored has these shapes.

import type { KubeObject } from '@evenkeel/resource';
import type { LabelSelector } from '../api/selectors.ts';

export interface ContainerView {
  readonly name: string;
  readonly image: string;
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly imagePullPolicy?: string;
  readonly restartPolicy?: string;
  readonly ports?: readonly { readonly name?: string; readonly containerPort: number; readonly protocol?: string }[];
  readonly env?: readonly { readonly name: string; readonly value?: string; readonly valueFrom?: EnvSource }[];
  readonly envFrom?: readonly { readonly configMapRef?: ObjectNeed; readonly secretRef?: ObjectNeed }[];
  readonly readinessProbe?: ProbeView;
  readonly startupProbe?: ProbeView;
}

export interface ObjectNeed {
  readonly name?: string;
  readonly optional?: boolean;
}

export interface EnvSource {
  readonly configMapKeyRef?: ObjectNeed & { readonly key: string };
  readonly secretKeyRef?: ObjectNeed & { readonly key: string };
}

export interface ProbeView {
  readonly initialDelaySeconds?: number;
  readonly periodSeconds?: number;
  readonly successThreshold?: number;
  readonly exec?: { readonly command?: readonly string[] };
  readonly httpGet?: { readonly path?: string; readonly port?: number | string };
}

export interface PodSpecView {
  readonly nodeName?: string;
  readonly nodeSelector?: Readonly<Record<string, string>>;
  readonly restartPolicy?: string;
  readonly containers: readonly ContainerView[];
  readonly initContainers?: readonly ContainerView[];
  readonly volumes?: readonly VolumeView[];
  readonly schedulingGates?: readonly unknown[];
  readonly activeDeadlineSeconds?: number;
  readonly terminationGracePeriodSeconds?: number;
  readonly hostNetwork?: boolean;
}

export interface VolumeView {
  readonly name: string;
  readonly configMap?: ObjectNeed;
  readonly secret?: { readonly secretName?: string; readonly optional?: boolean };
  readonly persistentVolumeClaim?: { readonly claimName: string };
}

export interface PodStatusView {
  readonly phase?: string;
  readonly podIP?: string;
  readonly conditions?: readonly ConditionView[];
  readonly containerStatuses?: readonly ContainerStatusView[];
  readonly initContainerStatuses?: readonly ContainerStatusView[];
}

export interface ContainerStatusView {
  readonly name: string;
  readonly ready?: boolean;
  readonly restartCount?: number;
  readonly state?: {
    readonly waiting?: { readonly reason?: string };
    readonly running?: unknown;
    readonly terminated?: { readonly exitCode: number };
  };
}

export interface ConditionView {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
  readonly lastTransitionTime?: string;
  readonly lastUpdateTime?: string;
}

export interface TemplateView {
  readonly metadata?: {
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly finalizers?: readonly string[];
  };
  readonly spec: PodSpecView;
}

export interface ReplicaSetView {
  readonly replicas?: number;
  readonly minReadySeconds?: number;
  readonly selector: LabelSelector;
  readonly template: TemplateView;
}

/** An object's spec as the given view. */
export function specView<T>(object: KubeObject): T {
  return (object['spec'] ?? {}) as unknown as T;
}

/** An object's status as the given view. */
export function statusView<T>(object: KubeObject): T {
  return (object['status'] ?? {}) as unknown as T;
}

/** True where a pod's Ready condition is True. */
export function isPodReady(pod: KubeObject): boolean {
  return (
    statusView<PodStatusView>(pod).conditions?.some((each) => each.type === 'Ready' && each.status === 'True') ?? false
  );
}

/** True where a pod has been ready for long enough, and otherwise how many milliseconds are missing. */
export function podAvailability(pod: KubeObject, minReadySeconds: number, nowMs: number): true | number {
  const ready = statusView<PodStatusView>(pod).conditions?.find(
    (each) => each.type === 'Ready' && each.status === 'True',
  );
  if (ready === undefined) return Number.POSITIVE_INFINITY;
  if (minReadySeconds === 0) return true;
  const missing = Date.parse(ready.lastTransitionTime ?? '') + minReadySeconds * 1000 - nowMs;
  return missing <= 0 ? true : missing;
}

/** True for a pod that counts: neither ended nor ending. */
export function isPodActive(pod: KubeObject): boolean {
  const { phase } = statusView<PodStatusView>(pod);
  return phase !== 'Succeeded' && phase !== 'Failed' && pod.metadata.deletionTimestamp === undefined;
}
