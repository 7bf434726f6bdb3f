// The bytes of a request as a value, refused in the words of the API server's decoders (apiserver:pkg/endpoints/handlers).

import { gunzipSync } from 'node:zlib';
import { type Json, parseJson, parseYaml } from '@evenkeel/resource';
import { goJsonProblem } from '../api/go-json-problem.ts';
import { badRequest, unsupportedMediaType } from '../api/status.ts';
import { decodeProtobuf } from '../protobuf/decode.ts';

export interface BodyOrigin {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The kind that the path leads to; undefined where it leads to none. */
  readonly kind: () => string | undefined;
}

/** The value in a body that is not empty, or that had to be there. Throws 400 and 415. */
export function readBodyValue(bytes: Buffer, origin: BodyOrigin): Json | undefined {
  const { headers, method } = origin;
  const type = (headers['content-type'] ?? 'application/json').split(';')[0]?.trim() ?? '';
  const needed = method === 'POST' || method === 'PUT' || method === 'PATCH';
  if (bytes.length === 0 && (!needed || origin.kind() === undefined)) return undefined;
  const plain = headers['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes;
  if (type === 'application/vnd.kubernetes.protobuf') return decodeProtobuf(plain);
  const refuse = (problem: string): Error => badRequest(unrecognized(plain, origin, problem));
  if (type === 'application/apply-patch+yaml') return parseYamlBody(plain.toString('utf8'), applyProblem);
  if (type === 'application/yaml') return wholeObject(parseYamlBody(plain.toString('utf8'), refuse), origin, refuse);
  if (!type.endsWith('json') && type !== '' && type !== '*/*')
    throw unsupportedMediaType(['application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf']);
  const ofPatch = patchProblems[type];
  if (method === 'PATCH' && ofPatch !== undefined)
    return parseJsonBody(plain.toString('utf8'), (problem) => badRequest(ofPatch(problem)));
  const json = parseJsonBody(plain.toString('utf8'), (problem) => refuse(`${noKind}; json parse error: ${problem}`));
  return wholeObject(json, origin, refuse);
}

const noKind = "couldn't get version/kind";

const patchProblems: Readonly<Record<string, (problem: string) => string>> = {
  'application/json-patch+json': (problem) => `error decoding patch: ${problem}`,
  'application/merge-patch+json': (problem) => `error decoding patch: ${problem}`,
  'application/strategic-merge-patch+json': (problem) => problem,
};

const applyProblem = (problem: string): Error =>
  badRequest(`error decoding YAML: error converting YAML to JSON: ${problem}`);

// What is no object cannot say its kind; null is an object without members.
function wholeObject(value: Json, { method }: BodyOrigin, refuse: (problem: string) => Error): Json {
  if (method !== 'POST' && method !== 'PUT') return value;
  if (value === null) return {};
  if (typeof value === 'object' && !Array.isArray(value)) return value;
  const what = Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value;
  const target = String.raw`struct { APIVersion string "json:\"apiVersion,omitempty\""; Kind string "json:\"kind,omitempty\"" }`;
  throw refuse(`${noKind}; json parse error: json: cannot unmarshal ${what} into Go value of type ${target}`);
}

function unrecognized(bytes: Buffer, { method, kind }: BodyOrigin, problem: string): string {
  const name = method === 'POST' || method === 'PUT' ? kind() : undefined;
  if (name === undefined) return problem;
  return `the object provided is unrecognized (must be of type ${name}): ${problem} (${summary(bytes)})`;
}

const summaryBytes = 30;

// JSON is shown as it is, everything else in hex.
function summary(bytes: Buffer): string {
  if (bytes.length === 0) return '<empty>';
  const start = bytes.subarray(0, summaryBytes);
  const rest = bytes.length > summaryBytes ? ' ...' : '';
  return `${bytes[0] === 0x7b ? start.toString('utf8') : start.toString('hex')}${rest}`;
}

function parseJsonBody(text: string, refuse: (problem: string) => Error): Json {
  try {
    return parseJson(text);
  } catch (error) {
    throw refuse(goJsonProblem(text) ?? (error instanceof Error ? error.message : String(error)));
  }
}

function parseYamlBody(text: string, refuse: (problem: string) => Error): Json {
  // Apply patches are nearly always JSON, which reads much faster as such.
  if (/^\s*\{/.test(text)) {
    try {
      return parseJson(text);
    } catch {
      // Flow-style YAML then.
    }
  }
  try {
    return parseYaml(text, { dialect: 'sigs' }) ?? null;
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    throw refuse(problem.replace(/^error converting YAML to JSON: /, ''));
  }
}
