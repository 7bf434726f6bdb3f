// A request as the API server reads it: where it points, what it asks for. The same for HTTP and the in-process transport.

import type { Json, KubeObject } from '@evenkeel/resource';
import type { Identity } from '../access/identity.ts';
import type { WatchLine } from '@evenkeel/kube';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'HEAD' | 'OPTIONS';

/** What arrives, whatever it came through. Header names are lower case. */
export interface ApiRequest {
  readonly method: Method;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
  /** Parsed JSON or YAML; undefined where there is no body. */
  readonly body: Json | KubeObject | undefined;
  readonly identity: Identity;
  /** Set where the body repeated members: what strict field validation complains of. */
  readonly duplicateFields?: readonly string[];
}

/** What goes back. */
export type ApiAnswer =
  | {
      readonly kind: 'object';
      readonly status: number;
      readonly body: Json | KubeObject;
      /** `Warning:` headers, text only. */
      readonly warnings?: readonly string[];
      readonly contentType?: string;
      readonly headers?: Readonly<Record<string, string>>;
    }
  | {
      readonly kind: 'text';
      readonly status: number;
      readonly text: string;
      readonly contentType: string;
      readonly headers?: Readonly<Record<string, string>>;
    }
  | {
      readonly kind: 'watch';
      readonly open: (signal: AbortSignal) => AsyncIterable<WatchLine>;
      readonly contentType?: string;
    }
  | { readonly kind: 'stream'; readonly open: (signal: AbortSignal) => AsyncIterable<string> };

/** Where a path under /api or /apis leads. */
export interface ResourcePath {
  readonly group: string;
  readonly version: string;
  readonly namespace: string | undefined;
  readonly plural: string;
  readonly name: string | undefined;
  readonly subresource: string | undefined;
  /** What follows the subresource (proxy paths). */
  readonly rest: string;
}

/** Splits a resource path; undefined where the path has no resource in it ("/apis/apps/v1"). */
export function parseResourcePath(path: string): ResourcePath | undefined {
  const parts = path.split('/').map(decodeSegment);
  const core = parts[1] === 'api';
  if (!core && parts[1] !== 'apis') return undefined;
  const group = core ? '' : (parts[2] ?? '');
  const version = (core ? parts[2] : parts[3]) ?? '';
  const segments = parts.slice(core ? 3 : 4);
  if (segments.at(-1) === '') segments.pop();
  if (segments.length === 0) return undefined;
  // "namespaces/x" alone, or with a subresource of namespaces, is the namespace itself.
  const namespaceSubresource = segments.length === 3 && (segments[2] === 'status' || segments[2] === 'finalize');
  const namespaced = segments[0] === 'namespaces' && segments.length > 2 && !namespaceSubresource;
  const [plural = '', name, subresource, ...rest] = namespaced ? segments.slice(2) : segments;
  return {
    group,
    version,
    namespace: namespaced ? segments[1] : undefined,
    plural,
    name,
    subresource,
    rest: rest.join('/'),
  };
}

/** Options of writes, from query parameters. */
export interface WriteParameters {
  readonly dryRun: boolean;
  readonly fieldManager: string | undefined;
  readonly fieldValidation: 'Ignore' | 'Warn' | 'Strict';
  readonly force: boolean;
}

/** Who writes: the manager's name when none is given is the first part of the user agent, as upstream. */
export function managerFromAgent(request: ApiRequest): string {
  const agent = request.headers['user-agent'] ?? '';
  const name = agent.split('/')[0] ?? '';
  return name === '' ? 'unknown' : name.slice(0, 128);
}

function decodeSegment(segment: string): string {
  if (!segment.includes('%')) return segment;
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
