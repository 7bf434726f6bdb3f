// Defaults of pods and pod templates, as pkg/apis/core/v1/defaults.go sets them (Kubernetes 1.35).

import type { Bag } from '../store/draft.ts';
import { bagAt, isBag, scalarText } from '../store/draft.ts';
import { type ContainerDraft, type PodSpecDraft, type ProbeDraft, bagsOf, fallback, memberBag } from './drafts.ts';

/** Fills in the defaults of a pod template's spec. */
export function defaultPodSpec(spec: PodSpecDraft): void {
  fallback(spec, 'dnsPolicy', 'ClusterFirst');
  fallback(spec, 'restartPolicy', 'Always');
  fallback(spec, 'terminationGracePeriodSeconds', 30);
  fallback(spec, 'schedulerName', 'default-scheduler');
  memberBag(spec, 'securityContext');
  // serviceAccount is the older name of serviceAccountName; the server answers with both.
  const account = spec.serviceAccountName ?? spec.serviceAccount;
  if (account !== undefined && account !== '') {
    spec.serviceAccountName = account;
    spec.serviceAccount = account;
  }
  for (const container of spec.initContainers ?? []) defaultContainer(container, spec);
  for (const container of spec.containers ?? []) defaultContainer(container, spec);
  for (const container of bagsOf(spec['ephemeralContainers'])) defaultContainer(container as ContainerDraft, spec);
  for (const volume of spec.volumes ?? []) defaultVolume(volume);
}

/** What a Pod has by default beyond its template. */
export function defaultPod(spec: PodSpecDraft): void {
  defaultPodSpec(spec);
  fallback(spec, 'enableServiceLinks', true);
  const grace = spec['terminationGracePeriodSeconds'];
  if (typeof grace === 'number' && grace < 0) spec['terminationGracePeriodSeconds'] = 1;
  for (const container of [...(spec.initContainers ?? []), ...(spec.containers ?? [])]) {
    const limits = bagAt(container.resources, 'limits');
    if (limits === undefined) continue;
    const requests = memberBag(memberBag(container, 'resources'), 'requests');
    for (const [name, amount] of Object.entries(limits)) if (amount !== undefined) fallback(requests, name, amount);
  }
}

function defaultContainer(container: ContainerDraft, spec: PodSpecDraft): void {
  fallback(container, 'terminationMessagePath', '/dev/termination-log');
  fallback(container, 'terminationMessagePolicy', 'File');
  fallback(container, 'imagePullPolicy', pullPolicyFor(container.image ?? ''));
  memberBag(container, 'resources');
  for (const port of container.ports ?? []) {
    fallback(port, 'protocol', 'TCP');
    if (spec['hostNetwork'] === true && port['containerPort'] !== undefined)
      fallback(port, 'hostPort', port['containerPort']);
  }
  for (const variable of container.env ?? []) {
    fallback(bagAt(bagAt(variable, 'valueFrom'), 'fieldRef'), 'apiVersion', 'v1');
    fallback(bagAt(bagAt(variable, 'valueFrom'), 'fileKeyRef'), 'optional', false);
  }
  defaultProbe(container.livenessProbe);
  defaultProbe(container.readinessProbe);
  defaultProbe(container.startupProbe);
  for (const hook of ['postStart', 'preStop']) defaultHttpGet(bagAt(bagAt(container.lifecycle, hook), 'httpGet'));
}

function defaultProbe(probe: ProbeDraft | undefined): void {
  if (probe === undefined) return;
  for (const [key, value] of [
    ['timeoutSeconds', 1],
    ['periodSeconds', 10],
    ['successThreshold', 1],
    ['failureThreshold', 3],
  ] as const) {
    // Zero is what an absent value decodes to upstream, and is defaulted alike.
    if (probe[key] === undefined || probe[key] === 0) probe[key] = value;
  }
  defaultHttpGet(probe.httpGet);
  if (probe.grpc !== undefined) fallback(probe.grpc, 'service', '');
}

function defaultHttpGet(action: Bag | undefined): void {
  if (action === undefined) return;
  if (action['path'] === undefined || action['path'] === '') action['path'] = '/';
  if (action['scheme'] === undefined || action['scheme'] === '') action['scheme'] = 'HTTP';
}

/** Always for a tag "latest" or none at all; a digest counts as a tag. */
export function pullPolicyFor(image: string): string {
  // What cannot be read as a reference is not pulled anew, as upstream.
  if (image.includes('@') || /\s/.test(image)) return 'IfNotPresent';
  const tag = /:([^/:]+)$/.exec(image)?.[1];
  return tag === undefined || tag === 'latest' ? 'Always' : 'IfNotPresent';
}

const modeSources = ['secret', 'configMap', 'downwardAPI', 'projected'] as const;

function defaultVolume(volume: Bag): void {
  const sources = Object.keys(volume).filter((key) => key !== 'name' && volume[key] !== undefined);
  if (sources.length === 0) volume['emptyDir'] = {};
  for (const source of modeSources) fallback(bagAt(volume, source), 'defaultMode', 420);
  fallback(bagAt(volume, 'hostPath'), 'type', '');
  fallback(bagAt(volume, 'iscsi'), 'iscsiInterface', 'default');
  defaultDownwardItems(bagAt(volume, 'downwardAPI'));
  for (const source of bagsOf(bagAt(volume, 'projected')?.['sources'])) {
    fallback(bagAt(source, 'serviceAccountToken'), 'expirationSeconds', 3600);
    defaultDownwardItems(bagAt(source, 'downwardAPI'));
  }
  const image = bagAt(volume, 'image');
  if (image !== undefined) fallback(image, 'pullPolicy', pullPolicyFor(scalarText(image['reference'] ?? '')));
  const claim = bagAt(bagAt(volume, 'ephemeral'), 'volumeClaimTemplate');
  if (isBag(claim)) fallback(bagAt(claim, 'spec'), 'volumeMode', 'Filesystem');
}

function defaultDownwardItems(source: Bag | undefined): void {
  for (const item of bagsOf(source?.['items'])) fallback(bagAt(item, 'fieldRef'), 'apiVersion', 'v1');
}
