// APIs that other servers serve: requests are passed on over HTTPS with the name of who asked, and each server is looked at
// now and then (kube-aggregator:pkg/apiserver/handler_proxy.go and controllers/status/remote, 1.35).

import type { WatchLine } from '@evenkeel/kube';
import { type Json, type KubeObject, parseJson } from '@evenkeel/resource';
import type { Identity } from '../access/identity.ts';
import { type CallTarget, connectionFailure, exchange, openExchange } from '../admission/webhook-call.ts';
import { resolveService } from '../admission/service-target.ts';
import type { ApiAnswer, ApiRequest } from '../api/request.ts';
import { type Bag, type Draft, bagAt, scalarText } from '../store/draft.ts';
import type { Store } from '../store/store.ts';
import { apiServices } from './local-services.ts';

/** A client certificate that tells an aggregated server who is passing requests on. */
export interface ProxyCertificate {
  readonly certificate: string;
  readonly key: string;
}

export interface RemoteDeps {
  readonly store: Store;
  /** Undefined where the cluster has no certificates (no sockets). */
  readonly certificate: () => ProxyCertificate | undefined;
}

/** Passes requests on. */
export class RemoteApis {
  readonly #deps: RemoteDeps;

  constructor(deps: RemoteDeps) {
    this.#deps = deps;
  }

  /** The APIService that serves a path elsewhere; undefined where the server answers itself. */
  serviceOf(path: string): KubeObject | undefined {
    const [, root, group = '', version = ''] = path.split('/');
    if (root !== 'apis' || version === '') return undefined;
    const service = this.#deps.store.collection(apiServices).get('', `${version}.${group}`);
    return bagAt(bagAt(service as unknown as Draft | undefined, 'spec'), 'service') === undefined ? undefined : service;
  }

  /** The other server's answer, or 503. Never rejects. */
  async answer(service: KubeObject, request: ApiRequest): Promise<ApiAnswer> {
    if (!isAvailable(service)) return unavailable();
    const target = targetOf(this.#deps.store, service);
    if (typeof target === 'string') return unavailable();
    const search = new URLSearchParams(request.query).toString();
    const body = request.body === undefined ? '' : JSON.stringify(request.body);
    const options = {
      method: request.method,
      path: search === '' ? request.path : `${request.path}?${search}`,
      headers: {
        accept: 'application/json',
        ...forwarded(request.headers),
        ...remoteHeaders(request.identity),
        ...(body === '' ? {} : { 'content-length': String(Buffer.byteLength(body)) }),
      },
      ...this.#client(),
    };
    const watching = request.query['watch'] === 'true' || request.query['watch'] === '1';
    if (watching) return { kind: 'watch', open: (signal) => watchLines(target, { ...options, signal }) };
    try {
      return readAnswer(await exchange(target, options, body));
    } catch (error) {
      // What the proxy handler of net/http says when it does not get through.
      return text(503, `error trying to reach service: ${connectionFailure(error, target)}`);
    }
  }

  /** Looks at the server behind a service: what `kubectl get apiservices` shows. */
  async check(service: KubeObject): Promise<Availability> {
    const known = checkService(this.#deps.store, service);
    if (known !== undefined) return known;
    const target = targetOf(this.#deps.store, service);
    const { group, version } = groupVersion(service);
    if (typeof target === 'string') return failedDiscovery(target);
    const path = `/apis/${group}/${version}`;
    const url = `https://${target.host}:${target.port}${path}`;
    const headers = { accept: 'application/json', ...remoteHeaders(aggregator) };
    const signal = AbortSignal.timeout(checkTimeoutMs);
    try {
      const options = { method: 'GET', path, headers, signal, ...this.#client() };
      const { status, body } = await exchange({ ...target, insecure: true }, options, '');
      if (status < 200 || status >= 300)
        return failedDiscovery(`failing or missing response from ${url}: bad status from ${url}: ${status}`);
      return { status: 'True', reason: 'Passed', message: 'all checks passed', resources: listOf(body) };
    } catch (error) {
      const why = signal.aborted ? 'context deadline exceeded' : connectionFailure(error, target);
      return failedDiscovery(`failing or missing response from ${url}: Get ${JSON.stringify(url)}: ${why}`);
    }
  }

  #client(): { readonly cert?: string; readonly key?: string } {
    const made = this.#deps.certificate();
    return made === undefined ? {} : { cert: made.certificate, key: made.key };
  }
}

const checkTimeoutMs = 5000;
const aggregator: Identity = { user: 'system:kube-aggregator', groups: ['system:masters'] };

/** The Available condition of an APIService, and what its server says it serves. */
export interface Availability {
  readonly status: 'True' | 'False';
  readonly reason: string;
  readonly message: string;
  /** Members of its APIResourceList. */
  readonly resources?: readonly Bag[];
}

/** True where the condition says so. */
export function isAvailable(service: KubeObject): boolean {
  const conditions = bagAt(service as unknown as Draft, 'status')?.['conditions'];
  return (
    Array.isArray(conditions) &&
    (conditions as Bag[]).some((each) => each['type'] === 'Available' && each['status'] === 'True')
  );
}

/** Group and version that an APIService speaks for. */
export function groupVersion(service: KubeObject): { readonly group: string; readonly version: string } {
  const spec = bagAt(service as unknown as Draft, 'spec');
  return { group: scalarText(spec?.['group'] ?? ''), version: scalarText(spec?.['version'] ?? '') };
}

function failedDiscovery(message: string): Availability {
  return { status: 'False', reason: 'FailedDiscoveryCheck', message };
}

function reference(service: KubeObject): { readonly namespace: string; readonly name: string; readonly port: number } {
  const to = bagAt(bagAt(service as unknown as Draft, 'spec'), 'service');
  return {
    namespace: scalarText(to?.['namespace']),
    name: scalarText(to?.['name']),
    port: Number(scalarText(to?.['port'] ?? 443)),
  };
}

// What can be said without asking the server.
function checkService(store: Store, apiService: KubeObject): Availability | undefined {
  const { namespace, name, port } = reference(apiService);
  const service = store.collection('services').get(namespace, name);
  const no = (reason: string, message: string): Availability => ({ status: 'False', reason, message });
  const which = `service/${name} in ${JSON.stringify(namespace)}`;
  if (service === undefined) return no('ServiceNotFound', `${which} is not present`);
  const spec = bagAt(service as unknown as Draft, 'spec');
  if (spec?.['type'] !== 'ClusterIP' || isMapped(store, namespace, name, port)) return undefined;
  const ports = Array.isArray(spec['ports']) ? (spec['ports'] as Bag[]) : [];
  const found = ports.find((each) => each['port'] === port);
  if (found === undefined) return no('ServicePortError', `${which} is not listening on port ${port}`);
  const slices = store
    .collection('endpointslices.discovery.k8s.io')
    .list(namespace)
    .filter((slice) => slice.metadata.labels?.['kubernetes.io/service-name'] === name);
  if (slices.length === 0) return no('EndpointsNotFound', `cannot find endpointslices for ${which}`);
  const portName = scalarText(found['name'] ?? '');
  const active = slices.some((slice) => {
    const { endpoints, ports: open } = slice as unknown as { readonly endpoints?: Bag[]; readonly ports?: Bag[] };
    const ready = (endpoints ?? []).some((each) => bagAt(each, 'conditions')?.['ready'] !== false);
    return ready && (open ?? []).some((each) => scalarText(each['name'] ?? '') === portName);
  });
  if (active) return undefined;
  return no(
    'MissingEndpoints',
    `endpointslices for ${which} have no addresses with port name ${JSON.stringify(portName)}`,
  );
}

// Services that lead to a process of this machine need no endpoints in the cluster.
function isMapped(store: Store, namespace: string, name: string, port: number): boolean {
  const resolved = resolveService(store, namespace, name, port);
  return resolved.ok && (resolved.host.startsWith('127.') || resolved.host === '::1' || resolved.host === 'localhost');
}

function targetOf(store: Store, service: KubeObject): CallTarget | string {
  const { namespace, name, port } = reference(service);
  const resolved = resolveService(store, namespace, name, port);
  if (!resolved.ok) return resolved.why;
  const spec = bagAt(service as unknown as Draft, 'spec') ?? {};
  const bundle = scalarText(spec['caBundle'] ?? '');
  return {
    url: `https://${name}.${namespace}.svc:${port}`,
    host: resolved.host,
    port: resolved.port,
    serverName: `${name}.${namespace}.svc`,
    authority: bundle === '' ? undefined : Buffer.from(bundle, 'base64').toString('utf8'),
    insecure: spec['insecureSkipTLSVerify'] === true,
  };
}

function remoteHeaders({ user, uid, groups, extra = {} }: Identity): Readonly<Record<string, string | string[]>> {
  const headers: Record<string, string | string[]> = { 'x-remote-user': user, 'x-remote-group': [...groups] };
  if (uid !== undefined) headers['x-remote-uid'] = uid;
  for (const [key, values] of Object.entries(extra)) headers[`x-remote-extra-${encodeURIComponent(key)}`] = [...values];
  return headers;
}

function forwarded(headers: ApiRequest['headers']): Readonly<Record<string, string>> {
  const kept: Record<string, string> = {};
  for (const name of ['content-type', 'user-agent']) {
    const value = headers[name];
    if (value !== undefined) kept[name] = value;
  }
  return kept;
}

function readAnswer({ status, headers, body }: Awaited<ReturnType<typeof exchange>>): ApiAnswer {
  const contentType = headers['content-type'] ?? 'text/plain; charset=utf-8';
  const content = body.toString('utf8');
  if (!contentType.includes('json')) return { kind: 'text', status, text: content, contentType };
  const parsed = parsedOr(content);
  if (parsed === undefined) return { kind: 'text', status, text: content, contentType };
  return { kind: 'object', status, body: parsed, contentType };
}

function listOf(body: Buffer): readonly Bag[] {
  const list = parsedOr(body.toString('utf8')) as { readonly resources?: readonly Bag[] } | undefined;
  return list?.resources ?? [];
}

function parsedOr(content: string): Json | undefined {
  try {
    return parseJson(content);
  } catch {
    return undefined;
  }
}

async function* watchLines(target: CallTarget, options: Parameters<typeof openExchange>[1]): AsyncIterable<WatchLine> {
  const response = await openExchange(target, options);
  let rest = '';
  for await (const chunk of response) {
    const lines = (rest + String(chunk)).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line.trim() !== '') yield parseJson(line) as unknown as WatchLine;
  }
}

function unavailable(): ApiAnswer {
  return text(503, 'service unavailable\n');
}

function text(status: number, content: string): ApiAnswer {
  return { kind: 'text', status, text: content, contentType: 'text/plain; charset=utf-8' };
}
