// Subresources: status, scale, log, eviction, binding, token, finalize, approval and the rest that pods have.

import type { Json, KubeObject } from '@evenkeel/resource';
import { kubeTime } from '@evenkeel/std';
import { bagsOf } from '../defaulting/drafts.ts';
import { type Bag, bagAt, draftOf, isBag, scalarText, setMember } from '../store/draft.ts';
import { evictPod } from './eviction.ts';
import { patchObject } from './patcher.ts';
import { mergePatch, jsonPatch } from './json-patch.ts';
import { getObject } from './read.ts';
import type { ApiAnswer, ApiRequest, ResourcePath } from './request.ts';
import { formatLabelSelector } from './selectors.ts';
import type { ApiDeps } from './server.ts';
import { ok, patchOf, writeOf } from './answers.ts';
import type { ServedType, Verb } from './served-type.ts';
import {
  ApiError,
  badRequest,
  conflict,
  invalid,
  methodNotAllowed,
  noSuchResource,
  notFound,
  notImplemented,
  unsupportedMediaType,
} from './status.ts';
import { streamTarget } from '../streams/target.ts';
import { issueToken } from './tokens.ts';
import { atVersion } from './versions.ts';
import type { Write } from './writer.ts';

const methodVerbs: Readonly<Record<string, Verb>> = {
  GET: 'get',
  HEAD: 'get',
  PUT: 'update',
  PATCH: 'patch',
  POST: 'create',
};

/** Answers a request to a subresource. */
export function answerSubresource(deps: ApiDeps, request: ApiRequest, path: ResourcePath, type: ServedType): ApiAnswer {
  const name = path.name ?? '';
  if (type.custom === undefined && ['exec', 'attach', 'portforward', 'proxy'].includes(path.subresource ?? '')) {
    if (type.plural === 'pods' && (path.subresource === 'exec' || path.subresource === 'attach')) {
      streamTarget(deps.store, { namespace: path.namespace ?? '', name }, request.query['container']);
      throw notImplemented(`pods/${path.subresource} over SPDY, only over WebSockets`);
    }
    throw notImplemented(`${type.plural}/${path.subresource ?? ''}`);
  }
  const sub = type.subresources.get(path.subresource ?? '');
  if (sub === undefined) throw type.custom === undefined ? noSuchResource() : notFound(type, name);
  const verb = methodVerbs[request.method];
  if (verb === undefined || !sub.verbs.has(verb)) throw methodNotAllowed();
  switch (sub.name) {
    case 'scale':
      return scale(deps, request, path, type);
    case 'log':
      return {
        kind: 'stream',
        open: deps.logs.open(getObject(deps.store, { type, namespace: path.namespace }, name), request.query),
      };
    case 'eviction':
      return evictPod(deps, request, path, type);
    case 'binding':
      return bindPod(deps, request, path, type);
    case 'token':
      return issueToken(deps, request, path, type);
    default:
      return plain(deps, request, path, type);
  }
}

// status, finalize, approval, resize, ephemeralcontainers: the whole object, of which a part is written.
function plain(deps: ApiDeps, request: ApiRequest, path: ResourcePath, type: ServedType): ApiAnswer {
  const name = path.name ?? '';
  if (request.method === 'GET' || request.method === 'HEAD') {
    return ok(getObject(deps.store, { type, namespace: path.namespace ?? '' }, name));
  }
  const write = writeOf(request, path, type);
  const written =
    request.method === 'PUT'
      ? deps.writer.replace(write, name, request.body)
      : patchObject(deps.writer, write, name, patchOf(request), () => kubeTime(deps.clock.now()));
  return { kind: 'object', status: 200, body: atVersion(written.object, type), warnings: written.warnings };
}

function scale(deps: ApiDeps, request: ApiRequest, path: ResourcePath, type: ServedType): ApiAnswer {
  const name = path.name ?? '';
  const object = deps.store.collection(type.collection).get(path.namespace ?? '', name);
  if (object === undefined) throw notFound(type, name);
  const current = scaleOf(object, type);
  if (request.method === 'GET' || request.method === 'HEAD') return ok(current);
  const wanted = request.method === 'PUT' ? request.body : patchedScale(current, request);
  const spec = isBag(wanted) ? bagAt(wanted as Bag, 'spec') : undefined;
  const replicas = spec?.['replicas'] ?? 0;
  if (typeof replicas !== 'number' || !Number.isInteger(replicas)) throw badRequest('spec.replicas must be an integer');
  const scaleType = { group: 'autoscaling', kind: 'Scale', plural: 'scales' };
  if (replicas < 0) {
    throw invalid(scaleType, name, [
      {
        reason: 'FieldValueInvalid',
        message: `Invalid value: ${replicas}: must be greater than or equal to 0`,
        field: 'spec.replicas',
      },
    ]);
  }
  const given = isBag(wanted) ? bagAt(wanted as Bag, 'metadata') : undefined;
  const write: Write = { ...writeOf(request, path, type), subresource: 'scale' };
  const written = deps.writer.modify(write, name, (old) => {
    const draft = draftOf(old);
    if (typeof given?.['resourceVersion'] === 'string' && given['resourceVersion'] !== '') {
      draft.metadata.resourceVersion = given['resourceVersion'];
    }
    setAtPath(draft as unknown as Bag, type.custom?.scale?.specReplicasPath ?? '.spec.replicas', replicas);
    return { draft, warnings: [] };
  });
  return ok(scaleOf(written.object, type));
}

function patchedScale(current: KubeObject, request: ApiRequest): Json {
  const patch = patchOf(request);
  const contentType = (patch.contentType.split(';')[0] ?? '').trim();
  const target = current as unknown as Bag;
  switch (contentType) {
    case 'application/merge-patch+json':
    case 'application/strategic-merge-patch+json':
    case 'application/apply-patch+yaml':
      return mergePatch(target, patch.body as Json) as Json;
    case 'application/json-patch+json':
      return jsonPatch(target, patch.body as Json) as Json;
    default:
      throw unsupportedMediaType(['application/json-patch+json', 'application/merge-patch+json']);
  }
}

/** The Scale of an object. */
export function scaleOf(object: KubeObject, type: ServedType): KubeObject {
  const paths = type.custom?.scale;
  const bag = object as unknown as Bag;
  const selector = paths === undefined ? builtinSelector(bag) : textAtPath(bag, paths.labelSelectorPath);
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: {
      ...(name === undefined ? {} : { name }),
      ...(namespace === undefined ? {} : { namespace }),
      ...(uid === undefined ? {} : { uid }),
      ...(resourceVersion === undefined ? {} : { resourceVersion }),
      ...(creationTimestamp === undefined ? {} : { creationTimestamp }),
    },
    spec: { replicas: numberAtPath(bag, paths?.specReplicasPath ?? '.spec.replicas') },
    status: {
      replicas: numberAtPath(bag, paths?.statusReplicasPath ?? '.status.replicas'),
      ...(selector === '' ? {} : { selector }),
    },
  };
}

function builtinSelector(bag: Bag): string {
  const selector = bagAt(bagAt(bag, 'spec'), 'selector');
  if (selector === undefined) return '';
  // ReplicationControllers have a plain map.
  if (selector['matchLabels'] === undefined && selector['matchExpressions'] === undefined) {
    return formatLabelSelector({ matchLabels: selector as Record<string, string> });
  }
  return formatLabelSelector(selector);
}

function atPath(bag: Bag, path: string | undefined): unknown {
  let value: unknown = bag;
  for (const key of (path ?? '').split('.').slice(1)) value = isBag(value) ? value[key] : undefined;
  return path === undefined ? undefined : value;
}

function numberAtPath(bag: Bag, path: string): number {
  const value = atPath(bag, path);
  return typeof value === 'number' ? value : 0;
}

function textAtPath(bag: Bag, path: string | undefined): string {
  const value = atPath(bag, path);
  return typeof value === 'string' ? value : '';
}

function setAtPath(bag: Bag, path: string, value: number): void {
  const keys = path.split('.').slice(1);
  let holder = bag;
  for (const key of keys.slice(0, -1)) {
    const next = bagAt(holder, key) ?? {};
    setMember(holder, key, next);
    holder = next;
  }
  setMember(holder, keys.at(-1) ?? '', value);
}

function bindPod(deps: ApiDeps, request: ApiRequest, path: ResourcePath, type: ServedType): ApiAnswer {
  const body = isBag(request.body) ? (request.body as Bag) : {};
  const name = path.name ?? '';
  const given = bagAt(body, 'metadata')?.['name'];
  if (given !== undefined && given !== '' && given !== name)
    throw badRequest('name in URL does not match name in Binding object');
  const target = bagAt(body, 'target');
  const kind = scalarText(target?.['kind'] ?? '');
  if (kind !== '' && kind !== 'Node') {
    const message = `target.kind: Unsupported value: ${JSON.stringify(kind)}: supported values: "Node", "<empty>"`;
    throw new ApiError(500, '', message);
  }
  const node = target?.['name'];
  if (typeof node !== 'string' || node === '') throw new ApiError(500, '', 'target.name: Required value');
  deps.writer.modify({ ...writeOf(request, path, type), subresource: 'binding' }, path.name ?? '', (old) => {
    const draft = draftOf(old);
    const spec = bagAt(draft, 'spec') ?? {};
    const taken = scalarText(spec['nodeName'] ?? '');
    const refuse = (why: string): Error => conflict({ ...type, plural: 'pods/binding' }, name, why);
    if (taken !== '') throw refuse(`pod ${name} is already assigned to node "${taken}"`);
    if (bagsOf(spec['schedulingGates']).length > 0) throw refuse(`pod ${name} has non-empty .spec.schedulingGates`);
    if (old.metadata.deletionTimestamp !== undefined)
      throw refuse(`pod ${name} is being deleted, cannot be assigned to a host`);
    spec['nodeName'] = node;
    const status = bagAt(draft, 'status') ?? {};
    const others = bagsOf(status['conditions']).filter((each) => each['type'] !== 'PodScheduled');
    status['conditions'] = [
      ...others,
      { type: 'PodScheduled', status: 'True', lastProbeTime: null, lastTransitionTime: kubeTime(deps.clock.now()) },
    ];
    draft['spec'] = spec;
    draft['status'] = status;
    // Nobody is recorded as the one who bound a pod.
    return { draft, warnings: [], owned: true };
  });
  return {
    kind: 'object',
    status: 201,
    body: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 },
  };
}
