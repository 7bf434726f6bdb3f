// The API server: takes a request, finds out what it is about, and has it answered. Knows no sockets and no wire format.

import type { Json, KubeObject } from '@evenkeel/resource';
import { type Clock, kubeTime } from '@evenkeel/std';
import { need, ok, patchOf, writeOf } from './answers.ts';
import { authorize } from '../access/authorize.ts';
import type { AccessRules } from '../access/rules.ts';
import { type TokenIssuer, discoveryDocument } from '../access/tokens.ts';
import type { Chance } from '../clock.ts';
import { emptyDocument, emptyDocumentType } from '../openapi/empty-document.ts';
import { OpenApiDocuments } from '../openapi/documents.ts';
import { StateFileProblem } from '../store/state-file.ts';
import type { Store } from '../store/store.ts';
import {
  type RemoteVersion,
  aggregatedDiscovery,
  aggregatedType,
  coreVersions,
  groupDocument,
  groupList,
  resourceList,
  versionInfo,
} from './discovery.ts';
import { patchObject } from './patcher.ts';
import { checkListOptions, checkRevision } from './list-options.ts';
import { type Scope, getObject, listObjects, selection } from './read.ts';
import type { Registry } from './registry.ts';
import { type RemoveOptions, type Remover, readRemoveOptions } from './remover.ts';
import { type ApiAnswer, type ApiRequest, type ResourcePath, parseResourcePath } from './request.ts';
import type { ServedType } from './served-type.ts';
import { removerOf } from './answers.ts';
import { acceptedFormat } from './accepted.ts';
import { healthAnswer, noSniff, plainText } from './health.ts';
import { ApiError, internalError, methodNotAllowed, noFormat, noSuchResource, notAcceptable } from './status.ts';
import { answerSubresource } from './subresources.ts';
import { answerTransient } from './transient.ts';
import { atVersion } from './versions.ts';
import { openWatch } from './watch.ts';
import type { Writer } from './writer.ts';

/** What answering needs. */
export interface ApiDeps {
  readonly store: Store;
  readonly registry: Registry;
  readonly writer: Writer;
  readonly remover: Remover;
  readonly clock: Clock;
  readonly chance: Chance;
  /** Where clients reach the server, for discovery. */
  readonly address: () => string;
  readonly logs: LogSource;
  readonly tokens: TokenIssuer;
  readonly access: AccessRules;
  /** What other servers serve, for discovery. */
  readonly remoteVersions: () => readonly RemoteVersion[];
}

/** Where logs of simulated containers come from. */
export interface LogSource {
  open(pod: KubeObject, query: Readonly<Record<string, string>>): (signal: AbortSignal) => AsyncIterable<string>;
}

/** Answers requests. */
export class ApiServer {
  readonly #deps: ApiDeps;
  readonly #documents: OpenApiDocuments;

  constructor(deps: ApiDeps) {
    this.#deps = deps;
    this.#documents = new OpenApiDocuments(deps.registry);
  }

  /** The refusal of a request that another server is to answer; undefined where it may be passed on. */
  refuse(request: ApiRequest): ApiAnswer | undefined {
    try {
      authorize(this.#deps.access, request, parseResourcePath(request.path));
      return undefined;
    } catch (error) {
      if (error instanceof ApiError) return { kind: 'object', status: error.code, body: error.status };
      throw error;
    }
  }

  /** Answers one request; refusals are answers too. Throws only for defects of the sandbox itself. */
  answer(request: ApiRequest): ApiAnswer {
    const answer = this.#answer(request);
    const warning = deprecated(request.path) ?? this.#deprecatedCustom(request.path);
    if (warning === undefined || answer.kind !== 'object') return answer;
    return { ...answer, warnings: [warning, ...(answer.warnings ?? [])] };
  }

  #deprecatedCustom(path: string): string | undefined {
    const parsed = path.startsWith('/apis/') ? parseResourcePath(path) : undefined;
    if (parsed === undefined) return undefined;
    return this.#deps.registry.byPath(parsed.group, parsed.version, parsed.plural)?.custom?.deprecationWarning;
  }

  #answer(request: ApiRequest): ApiAnswer {
    try {
      return this.#route(request);
    } catch (error) {
      if (error instanceof ApiError) return { kind: 'object', status: error.code, body: error.status };
      if (error instanceof StateFileProblem) {
        const { code, status } = internalError(error.message);
        return { kind: 'object', status: code, body: status };
      }
      throw error;
    }
  }

  #route(given: ApiRequest): ApiAnswer {
    const request = withoutWatchPath(given);
    const path = parseResourcePath(request.path);
    authorize(this.#deps.access, request, path);
    if (path === undefined) return this.#document(request);
    const type = this.#deps.registry.byPath(path.group, path.version, path.plural);
    if (type === undefined) {
      const { registry } = this.#deps;
      // A group that is built in answers for all of its versions, those of others only for what they serve.
      const own = registry.all().some((each) => each.group === path.group && each.custom === undefined);
      if (!own && registry.groupVersion(path.group, path.version) === undefined) return pageNotFound();
      throw noSuchResource();
    }
    if (path.namespace !== undefined && !type.namespaced) throw noSuchResource();
    if (path.name !== undefined && type.namespaced && path.namespace === undefined) throw noSuchResource();
    if (path.subresource !== undefined) return answerSubresource(this.#deps, request, path, type);
    return this.#resource(request, path, type);
  }

  #resource(request: ApiRequest, path: ResourcePath, type: ServedType): ApiAnswer {
    const scope: Scope = { type, namespace: path.namespace ?? (type.namespaced ? undefined : ''), name: path.name };
    switch (request.method) {
      case 'GET':
        if (acceptedFormat(request.headers['accept']) === undefined) throw noFormat();
        return this.#read(request, scope);
      case 'POST':
        return this.#create(request, path, type);
      case 'PUT':
        return this.#update(request, path, type);
      case 'PATCH':
        return this.#patch(request, path, type);
      case 'DELETE':
        return this.#delete(request, path, type);
      case 'HEAD':
      case 'OPTIONS':
      default:
        throw methodNotAllowed();
    }
  }

  #read(request: ApiRequest, scope: Scope): ApiAnswer {
    const watching = request.query['watch'] === 'true' || request.query['watch'] === '1';
    if (watching) {
      need(scope.type, 'watch');
      checkListOptions(request.query, true);
      checkRevision(request.query);
      return {
        kind: 'watch',
        open: openWatch({ ...this.#deps, fraction: () => this.#deps.chance.fraction() }, scope, request.query),
      };
    }
    if (scope.name !== undefined) {
      need(scope.type, 'get');
      checkRevision(request.query);
      return ok(getObject(this.#deps.store, scope, scope.name));
    }
    need(scope.type, 'list');
    checkListOptions(request.query, false);
    return ok(listObjects(this.#deps.store, scope, request.query));
  }

  #create(request: ApiRequest, path: ResourcePath, type: ServedType): ApiAnswer {
    need(type, 'create');
    if (path.name !== undefined) throw methodNotAllowed();
    const transient = answerTransient(this.#deps, request, type);
    if (transient !== undefined) return transient;
    if (type.namespaced && path.namespace === undefined) throw methodNotAllowed();
    const written = this.#deps.writer.create(writeOf(request, path, type), request.body);
    return { kind: 'object', status: 201, body: atVersion(written.object, type), warnings: written.warnings };
  }

  #update(request: ApiRequest, path: ResourcePath, type: ServedType): ApiAnswer {
    need(type, 'update');
    if (path.name === undefined) throw methodNotAllowed();
    const written = this.#deps.writer.replace(writeOf(request, path, type), path.name, request.body);
    return {
      kind: 'object',
      status: written.created ? 201 : 200,
      body: atVersion(written.object, type),
      warnings: written.warnings,
    };
  }

  #patch(request: ApiRequest, path: ResourcePath, type: ServedType): ApiAnswer {
    need(type, 'patch');
    if (path.name === undefined) throw methodNotAllowed();
    const written = patchObject(this.#deps.writer, writeOf(request, path, type), path.name, patchOf(request), () =>
      kubeTime(this.#deps.clock.now()),
    );
    return {
      kind: 'object',
      status: written.created ? 201 : 200,
      body: atVersion(written.object, type),
      warnings: written.warnings,
    };
  }

  #delete(request: ApiRequest, path: ResourcePath, type: ServedType): ApiAnswer {
    const options = { ...readRemoveOptions(request.body, request.query), by: removerOf(request) };
    if (path.name !== undefined) {
      need(type, 'delete');
      const removed = this.#deps.remover.remove(type, { namespace: path.namespace, name: path.name }, options);
      return { kind: 'object', status: removed.status, body: removed.body, warnings: deletionWarnings(type, options) };
    }
    need(type, 'deletecollection');
    const scope: Scope = { type, namespace: path.namespace ?? (type.namespaced ? undefined : '') };
    const matches = selection(scope, request.query) ?? (() => true);
    const list = listObjects(this.#deps.store, scope, withoutLimit(request.query));
    const chosen = this.#deps.store.collection(type.collection).list(scope.namespace).filter(matches);
    this.#deps.remover.removeAll(type, chosen, options);
    return ok(list);
  }

  #document(request: ApiRequest): ApiAnswer {
    const path = request.path.replace(/\/+$/, '');
    const parts = path.split('/').slice(1);
    const { registry } = this.#deps;
    const aggregated = (request.headers['accept'] ?? '')
      .replaceAll(' ', '')
      .includes('g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList');
    if ((path === '/api' || path === '/apis') && aggregated) {
      return {
        kind: 'object',
        status: 200,
        body: aggregatedDiscovery(registry, path === '/api', this.#deps.remoteVersions()),
        contentType: aggregatedType,
      };
    }
    const accept = request.headers['accept'] ?? '';
    if (path === '/openapi/v2' && accept.includes('protobuf') && !/json|\*\/\*/.test(accept))
      return { kind: 'text', status: 200, text: emptyDocument, contentType: emptyDocumentType };
    const body = this.#plainDocument(path, parts) ?? this.#openApi(path, parts, request.headers['accept'] ?? '');
    if (body !== undefined)
      return path === '/openid/v1/jwks'
        ? { kind: 'object', status: 200, body, contentType: 'application/jwk-set+json', headers: forAnHour }
        : { ...ok(body), ...(path === '/.well-known/openid-configuration' ? { headers: forAnHour } : {}) };
    return healthAnswer(path, request.query) ?? missingDocument(registry, parts);
  }

  #openApi(path: string, parts: readonly string[], accept: string): Json | undefined {
    if (parts[0] !== 'openapi') return undefined;
    // Clients that read protobuf only are told so; all of them read version 3 as JSON first.
    if (accept.includes('protobuf') && !/json|\*\/\*/.test(accept)) throw notAcceptable();
    if (path === '/openapi/v3') return this.#documents.index();
    if (path === '/openapi/v2') return this.#documents.swagger();
    if (parts[1] !== 'v3') return undefined;
    if (parts[2] === 'api' && parts.length === 4) return this.#documents.groupVersion('', parts[3] ?? '');
    return parts[2] === 'apis' && parts.length === 5
      ? this.#documents.groupVersion(parts[3] ?? '', parts[4] ?? '')
      : undefined;
  }

  #plainDocument(path: string, parts: readonly string[]): Json | undefined {
    const { registry } = this.#deps;
    if (path === '/version') return versionInfo;
    if (path === '/openid/v1/jwks') return this.#deps.tokens.keySet();
    if (path === '/.well-known/openid-configuration') return discoveryDocument(this.#deps.address());
    if (path === '/api') return coreVersions(this.#deps.address());
    if (path === '/apis') return groupList(registry, this.#deps.remoteVersions());
    if (parts[0] === 'api' && parts.length === 2) return resourceList(registry, '', parts[1] ?? '');
    if (parts[0] === 'apis' && parts.length === 2)
      return groupDocument(registry, parts[1] ?? '', this.#deps.remoteVersions());
    if (parts[0] === 'apis' && parts.length === 3) return resourceList(registry, parts[1] ?? '', parts[2] ?? '');
    if (path === '')
      return {
        paths: [
          '/api',
          '/api/v1',
          '/apis',
          ...[...registry.groups().keys()].filter((group) => group !== '').map((group) => `/apis/${group}`),
          '/.well-known/openid-configuration',
          '/healthz',
          '/livez',
          '/openapi/v2',
          '/openapi/v3',
          '/openid/v1/jwks',
          '/readyz',
          '/version',
        ],
      };
    return undefined;
  }
}

function deletionWarnings(type: ServedType, options: RemoveOptions): readonly string[] {
  if (type.collection !== 'jobs.batch' || options.propagation !== undefined) return [];
  return [
    'child pods are preserved by default when jobs are deleted; set propagationPolicy=Background to remove them or set propagationPolicy=Orphan to suppress this warning',
  ];
}

// The older way to watch: /api/v1/watch/… instead of a parameter.
function withoutWatchPath(request: ApiRequest): ApiRequest {
  const match = /^(\/api\/[^/]+|\/apis\/[^/]+\/[^/]+)\/watch\/(.+)$/.exec(request.path);
  if (match === null || (request.method !== 'GET' && request.method !== 'HEAD')) return request;
  return { ...request, path: `${match[1]}/${match[2]}`, query: { ...request.query, watch: 'true' } };
}

// Versions that are served with a warning.
function deprecated(path: string): string | undefined {
  return /^\/api\/v1\/(namespaces\/[^/]+\/)?endpoints(\/|$)/.test(path)
    ? 'v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice'
    : undefined;
}

function text(status: number, content: string, headers: Readonly<Record<string, string>> = {}): ApiAnswer {
  return { kind: 'text', status, text: content, contentType: plainText, headers };
}

function pageNotFound(): ApiAnswer {
  return text(404, '404 page not found\n', noSniff);
}

// A version that a group does not have is told of by a Status, a group that is not there by a page.
function missingDocument(registry: Registry, parts: readonly string[]): ApiAnswer {
  const [root, name = '', version] = parts;
  if (root === 'openapi' && name === 'v3') return text(404, '');
  const known = root === 'api' ? parts.length === 2 : version !== undefined && registry.groups().has(name);
  if ((root === 'api' || root === 'apis') && known && parts.length <= 3) throw noSuchResource();
  return pageNotFound();
}

const forAnHour = { 'cache-control': 'public, max-age=3600' };

function withoutLimit(query: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const { limit: _limit, continue: _continue, ...rest } = query;
  return rest;
}
