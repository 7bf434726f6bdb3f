// The Gateway API.

import type { JsonObject, KubeObject } from '@evenkeel/resource';
import type { Health, HealthCheck } from '../health.ts';
import { at, degraded, healthy, items, progressing, say, show, text, size } from '../reading.ts';
import { conditionsAt, first, type KindChecks, matcher, messageOr } from '../rules.ts';

export const checks = (): KindChecks => ({
  BackendTLSPolicy: backendPolicy,
  GRPCRoute: (object) => route(object),
  Gateway: gateway,
  GatewayClass: gatewayClass,
  HTTPRoute: (object) => route(object),
  ListenerSet: listenerSet,
  TLSRoute: tlsRoute,
});

/** What a list of conditions says: references that do not resolve, refusal, programming that goes on. */
function verdict(path: string, subject: string): HealthCheck {
  return first(
    conditionsAt(path, ['ResolvedRefs=False', 'degraded', messageOr('Failed condition: ResolvedRefs')]),
    conditionsAt(path, ['Accepted=False', 'degraded', messageOr('Failed condition: Accepted')]),
    conditionsAt(path, ['Programmed!=True', 'progressing', messageOr(`${subject} is still being programmed`)]),
  );
}

const ofParent = verdict('conditions', 'Route');
const ofListener = verdict('conditions', 'Listener');
const ofGateway = verdict('status.conditions', 'Gateway');

function part(check: HealthCheck, prefix: string, entry: JsonObject): Health | undefined {
  const found = check(entry as unknown as KubeObject);
  return found && say(found.status, prefix + (found.message ?? ''));
}

function route(object: KubeObject): Health {
  const isCurrent = (parent: JsonObject): boolean => isSeenBy(parent, object);
  const parents = items(object, 'status.parents');
  for (const parent of parents) {
    if (!isCurrent(parent)) continue;
    const found = part(ofParent, `Parent ${text(parent, 'parentRef.name')}: `, parent);
    if (found) return found;
  }
  const isDone = parents.some((parent) => size(parent, 'conditions') > 0 && isCurrent(parent));
  return isDone ? healthy(`${object.kind} is healthy`) : progressing(`Waiting for ${object.kind} status`);
}

function isSeenBy(parent: JsonObject, { metadata }: KubeObject): boolean {
  if (metadata.generation === undefined) return true;
  const list = items(parent, 'conditions');
  return (
    list.length > 0 &&
    list.every((entry) => (entry['observedGeneration'] ?? metadata.generation) === metadata.generation)
  );
}

/** What the conditions of a set, or of one of its listeners, say; the last that still works speaks for all. */
function listening(list: readonly JsonObject[], bad: readonly string[], subject: string): Health | undefined {
  const refused = list.find((entry) => bad.some((pattern) => matcher(pattern)(entry)));
  if (refused) {
    const isConflict = refused['type'] === 'Conflicted';
    const otherwise = isConflict ? 'Listener is conflicted' : `Failed condition: ${text(refused, 'type')}`;
    return degraded(show(refused['message'] ?? otherwise));
  }
  const busy = list.findLast(matcher('Programmed!=True'));
  return busy && progressing(show(busy['message'] ?? `${subject} is still being programmed`));
}

const listenerFailures = ['ResolvedRefs=False', 'Conflicted=True', 'Accepted=False'];

function listenerSet(object: KubeObject): Health {
  const wait = progressing('Waiting for ListenerSet status');
  const { generation } = object.metadata;
  const list = items(object, 'status.conditions');
  const isBehind = list.some((entry) => (entry['observedGeneration'] ?? generation) !== generation);
  if (generation !== undefined && isBehind) return wait;
  const own = listening(list, ['Accepted=False'], 'ListenerSet');
  if (own) return own;
  const listeners = items(object, 'status.listeners');
  for (const listener of listeners) {
    const found = listening(items(listener, 'conditions'), listenerFailures, 'Listener');
    if (found) return say(found.status, `Listener: ${found.message ?? ''}`);
  }
  return listeners.length > 0 ? healthy('ListenerSet is healthy') : wait;
}

function tlsRoute(object: KubeObject): Health {
  let [busy, idle] = ['', ''];
  let isHealthy = false;
  for (const parent of items(object, 'status.parents')) {
    const list = items(parent, 'conditions');
    if (list.length === 0 || !isSeenBy(parent, object)) continue;
    const prefix = `Parent ${text(parent, 'parentRef.name')}: `;
    const of = (type: string): JsonObject | undefined => list.find(matcher(type));
    const [refs, accepted, programmed] = [of('ResolvedRefs'), of('Accepted'), of('Programmed')];
    const refused = [refs, accepted].find((entry) => entry?.['status'] === 'False');
    if (refused) return degraded(prefix + (text(refused, 'message') || `Failed condition: ${text(refused, 'type')}`));
    if (programmed && programmed['status'] !== 'True') {
      busy ||= prefix + show(programmed['message'] ?? 'Route is still being programmed');
    } else if (accepted?.['status'] === 'True' && refs?.['status'] === 'True') isHealthy = true;
    else idle ||= `${prefix}Waiting for TLSRoute conditions`;
  }
  if (busy !== '') return progressing(busy);
  return isHealthy ? healthy('TLSRoute is healthy') : progressing(idle || 'Waiting for TLSRoute status');
}

function gateway(object: KubeObject): Health {
  const own = ofGateway(object);
  if (own) return own;
  const listeners = items(object, 'status.listeners');
  for (const listener of listeners) {
    const found = part(ofListener, 'Listener: ', listener);
    if (found) return found;
  }
  const isTold = at(object, 'status.conditions') !== undefined || listeners.length > 0;
  return isTold ? healthy('Gateway is healthy') : progressing('Waiting for Gateway status');
}

function gatewayClass(object: KubeObject): Health {
  const { generation } = object.metadata;
  const accepted = items(object, 'status.conditions').find(
    (entry) =>
      entry['type'] === 'Accepted' &&
      (generation === undefined || (entry['observedGeneration'] ?? generation) === generation),
  );
  const wait = 'Waiting for GatewayClass status';
  if (!accepted) return progressing(wait);
  const told = (otherwise: string): string => show(accepted['message'] ?? otherwise);
  if (accepted['status'] === 'True') return healthy(told('GatewayClass is accepted'));
  return accepted['status'] === 'False' ? degraded(told('GatewayClass is not accepted')) : progressing(told(wait));
}

function backendPolicy(object: KubeObject): Health {
  const { generation } = object.metadata;
  const ancestors = items(object, 'status.ancestors');
  const name = (ancestor: JsonObject): string => text(ancestor, 'ancestorRef.name');
  let isAccepted = false;
  for (const ancestor of generation === undefined ? [] : ancestors) {
    const isBehind = items(ancestor, 'conditions').some(
      (entry) => (entry['observedGeneration'] ?? generation) !== generation,
    );
    if (isBehind) return progressing(`Waiting for Ancestor ${name(ancestor)} to update BackendTLSPolicy status`);
  }
  for (const ancestor of ancestors) {
    for (const { type, status, message } of items(ancestor, 'conditions')) {
      if (type !== 'Accepted' && type !== 'ResolvedRefs') continue;
      if (status !== 'True') return degraded(`Ancestor ${name(ancestor)}: ${show(message)}`);
      if (type === 'Accepted') isAccepted = true;
    }
  }
  return isAccepted ? healthy('BackendTLSPolicy is healthy') : progressing('Waiting for BackendTLSPolicy status');
}
