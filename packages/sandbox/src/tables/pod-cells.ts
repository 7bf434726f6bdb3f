// The cells of a pod: readiness, the status word that people look at first, restarts (pkg/printers/internalversion, 1.35).

import type { KubeObject } from '@evenkeel/resource';
import { bagsOf } from '../defaulting/drafts.ts';
import { type Bag, bagAt } from '../store/draft.ts';
import { type Cell, ageCell, count, humanDuration, part, text } from './cells.ts';

/** Name, Ready, Status, Restarts, Age, IP, Node, Nominated Node, Readiness Gates. */
export function podCells(pod: KubeObject, nowMs: number): readonly Cell[] {
  const spec = part(pod, 'spec');
  const status = part(pod, 'status');
  const main = bagsOf(status['containerStatuses']);
  const sidecars = bagsOf(spec['initContainers']).filter((each) => each['restartPolicy'] === 'Always');
  const sidecarNames = new Set(sidecars.map((each) => each['name']));
  const sidecarStatuses = bagsOf(status['initContainerStatuses']).filter((each) => sidecarNames.has(each['name']));
  const total = bagsOf(spec['containers']).length + sidecars.length;
  const ready = [...main, ...sidecarStatuses].filter(
    (each) => each['ready'] === true && bagAt(bagAt(each, 'state'), 'running') !== undefined,
  ).length;
  const gates = bagsOf(spec['readinessGates']);
  return [
    pod.metadata.name ?? '',
    `${ready}/${total}`,
    statusWord(pod),
    restartsText(pod, nowMs),
    ageCell(pod.metadata.creationTimestamp, nowMs),
    text(bagsOf(status['podIPs'])[0]?.['ip'] ?? status['podIP'], '<none>') || '<none>',
    text(spec['nodeName'], '<none>') || '<none>',
    text(status['nominatedNodeName'], '<none>') || '<none>',
    gates.length === 0
      ? '<none>'
      : `${gates.filter((gate) => conditionTrue(status, text(gate['conditionType']))).length}/${gates.length}`,
  ];
}

function conditionTrue(status: Bag, type: string): boolean {
  return bagsOf(status['conditions']).some((each) => each['type'] === type && each['status'] === 'True');
}

/** The word in the STATUS column. */
export function statusWord(pod: KubeObject): string {
  const status = part(pod, 'status');
  let word = text(status['reason']) || text(status['phase']);
  const gated = bagsOf(status['conditions']).find(
    (each) => each['type'] === 'PodScheduled' && each['reason'] === 'SchedulingGated',
  );
  if (gated !== undefined) word = 'SchedulingGated';
  const initWord = initialisingWord(pod);
  if (initWord !== undefined) word = initWord;
  else word = containersWord(status, word);
  if (pod.metadata.deletionTimestamp === undefined) return word;
  const phase = text(status['phase']);
  if (status['reason'] === 'NodeLost') return 'Unknown';
  return phase === 'Failed' || phase === 'Succeeded' ? word : 'Terminating';
}

function initialisingWord(pod: KubeObject): string | undefined {
  const specs = bagsOf(part(pod, 'spec')['initContainers']);
  const statuses = bagsOf(part(pod, 'status')['initContainerStatuses']);
  for (const [index, each] of statuses.entries()) {
    const state = bagAt(each, 'state');
    const terminated = bagAt(state, 'terminated');
    const sidecar = specs.find((spec) => spec['name'] === each['name'])?.['restartPolicy'] === 'Always';
    if (terminated?.['exitCode'] === 0 || (sidecar && each['started'] === true)) continue;
    if (terminated !== undefined) return `Init:${endWord(terminated)}`;
    const waiting = text(bagAt(state, 'waiting')?.['reason']);
    if (waiting !== '' && waiting !== 'PodInitializing') return `Init:${waiting}`;
    return `Init:${index}/${specs.length}`;
  }
  return undefined;
}

function endWord(terminated: Bag): string {
  const reason = text(terminated['reason']);
  if (reason !== '') return reason;
  return count(terminated['signal']) !== 0
    ? `Signal:${count(terminated['signal'])}`
    : `ExitCode:${count(terminated['exitCode'])}`;
}

function containersWord(status: Bag, phaseWord: string): string {
  let word = phaseWord;
  let running = false;
  for (const each of bagsOf(status['containerStatuses']).toReversed()) {
    const state = bagAt(each, 'state');
    const waiting = text(bagAt(state, 'waiting')?.['reason']);
    const terminated = bagAt(state, 'terminated');
    if (waiting !== '') word = waiting;
    else if (terminated !== undefined) word = endWord(terminated);
    else if (each['ready'] === true && bagAt(state, 'running') !== undefined) running = true;
  }
  if (word !== 'Completed' || !running) return word;
  return conditionTrue(status, 'Ready') ? 'Running' : 'NotReady';
}

function restartsText(pod: KubeObject, nowMs: number): string {
  const statuses = bagsOf(part(pod, 'status')['containerStatuses']);
  const restarts = statuses.reduce((sum, each) => sum + count(each['restartCount']), 0);
  const last = statuses
    .map((each) => text(bagAt(bagAt(each, 'lastState'), 'terminated')?.['finishedAt']))
    .filter((time) => time !== '')
    .sort()
    .at(-1);
  return restarts === 0 || last === undefined
    ? String(restarts)
    : `${restarts} (${humanDuration(nowMs - Date.parse(last))} ago)`;
}
