// Simulated nodes: plenty of room, always ready.

import { Actor, type ControllerDeps } from './actor.ts';
import type { Draft } from '../store/draft.ts';

/** Creates the nodes that are missing. */
export function createNodes(deps: ControllerDeps, count: number): void {
  const actor = new Actor(deps, 'kubelet');
  for (let index = 0; index < count; index++) {
    const name = nodeName(index);
    if (actor.get('nodes', '', name) === undefined) actor.create('nodes', nodeOf(index, actor.now()));
  }
}

function nodeName(index: number): string {
  return index === 0 ? 'sandbox-control-plane' : `sandbox-worker${index === 1 ? '' : index}`;
}

/** A node's address: 172.18.0.2 and up. */
export function nodeAddress(index: number): string {
  return `172.18.${Math.floor((index + 2) / 256)}.${(index + 2) % 256}`;
}

/** A node that is ready, as it registers itself. */
export function nodeOf(index: number, now: string): Draft {
  const name = nodeName(index);
  const labels: Record<string, string> = {
    'beta.kubernetes.io/arch': 'amd64',
    'beta.kubernetes.io/os': 'linux',
    'kubernetes.io/arch': 'amd64',
    'kubernetes.io/hostname': name,
    'kubernetes.io/os': 'linux',
    ...(index === 0 ? { 'node-role.kubernetes.io/control-plane': '' } : {}),
  };
  const capacity = { cpu: '64', 'ephemeral-storage': '1Ti', memory: '256Gi', pods: '1000' };
  const condition = (type: string, status: string, reason: string, message: string) => ({
    type,
    status,
    lastHeartbeatTime: now,
    lastTransitionTime: now,
    reason,
    message,
  });
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels },
    spec: { podCIDR: `10.244.${index}.0/24`, podCIDRs: [`10.244.${index}.0/24`], providerID: `sandbox://${name}` },
    status: {
      capacity,
      allocatable: { ...capacity },
      conditions: [
        condition('MemoryPressure', 'False', 'KubeletHasSufficientMemory', 'kubelet has sufficient memory available'),
        condition('DiskPressure', 'False', 'KubeletHasNoDiskPressure', 'kubelet has no disk pressure'),
        condition('PIDPressure', 'False', 'KubeletHasSufficientPID', 'kubelet has sufficient PID available'),
        condition('Ready', 'True', 'KubeletReady', 'kubelet is posting ready status'),
      ],
      addresses: [
        { type: 'InternalIP', address: nodeAddress(index) },
        { type: 'Hostname', address: name },
      ],
      daemonEndpoints: { kubeletEndpoint: { Port: 10250 } },
      nodeInfo: {
        architecture: 'amd64',
        bootID: '',
        containerRuntimeVersion: 'sandbox://1.0.0',
        kernelVersion: '6.0.0-sandbox',
        kubeProxyVersion: '',
        kubeletVersion: 'v1.35.4',
        machineID: '',
        operatingSystem: 'linux',
        osImage: 'Evenkeel sandbox',
        systemUUID: '',
      },
    },
  };
}
