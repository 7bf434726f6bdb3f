// AdmissionReview: what a webhook is sent, and what it may answer (apiserver:pkg/admission/plugin/webhook/request, 1.35).

import { randomUUID } from 'node:crypto';
import { type Json, type KubeObject, builtinSchema } from '@evenkeel/resource';
import type { ServedType } from '../api/served-type.ts';
import { atVersion } from '../api/versions.ts';
import { type Bag, bagAt, isBag, scalarText } from '../store/draft.ts';
import type { Attributes, Invocation } from './webhook-matching.ts';

/** The request of a review, without the uid that makes it unique. */
export function reviewRequest({ hook, type }: Invocation, attributes: Attributes): Bag {
  const beta = versionOf(hook.spec) === 'v1beta1';
  return {
    apiVersion: `admission.k8s.io/${beta ? 'v1beta1' : 'v1'}`,
    kind: 'AdmissionReview',
    request: requestOf(type, attributes),
  } as unknown as Bag;
}

/** A write as admission asks about it, its objects seen as `type`. */
export function requestOf(type: ServedType, attributes: Attributes): Bag {
  const { identity } = attributes.by;
  const kindOf = (each: ServedType): Bag => {
    const { group, version, kind } = attributes.kind ?? each;
    return { group, version, kind };
  };
  const resourceOf = ({ group, version, plural }: ServedType): Bag => ({ group, version, resource: plural });
  const at = (object: KubeObject | undefined): Json => {
    if (object === undefined) return null;
    return (attributes.kind === undefined ? encoded(atVersion(object, type), type) : object) as unknown as Json;
  };
  return {
    kind: kindOf(type),
    resource: resourceOf(type),
    ...(attributes.subresource === '' ? {} : { subResource: attributes.subresource }),
    requestKind: kindOf(attributes.type),
    requestResource: resourceOf(attributes.type),
    ...(attributes.subresource === '' ? {} : { requestSubResource: attributes.subresource }),
    ...(attributes.name === '' ? {} : { name: attributes.name }),
    ...(attributes.namespace === '' ? {} : { namespace: attributes.namespace }),
    operation: attributes.operation,
    userInfo: {
      username: identity.user,
      ...(identity.uid === undefined ? {} : { uid: identity.uid }),
      groups: [...identity.groups],
      ...(identity.extra === undefined ? {} : { extra: structuredClone(identity.extra) as unknown as Bag }),
    },
    object: at(attributes.object),
    oldObject: at(attributes.old),
    dryRun: attributes.dryRun,
    options: { ...attributes.by.options },
  } as unknown as Bag;
}

// Types that have a status always show it.
function encoded(object: KubeObject, type: ServedType): KubeObject {
  if (type.custom !== undefined || object['status'] !== undefined) return object;
  return builtinSchema(type)?.properties?.has('status') === true ? { ...object, status: {} } : object;
}

/** The first version of AdmissionReview that the webhook takes and the server speaks. */
export function versionOf(spec: Bag): string | undefined {
  const versions = Array.isArray(spec['admissionReviewVersions']) ? spec['admissionReviewVersions'] : [];
  return versions.map(scalarText).find((each) => each === 'v1' || each === 'v1beta1');
}

/** A review ready to be sent, under a uid of its own. */
export function numbered(review: Bag): { readonly uid: string; readonly review: Bag } {
  const uid = randomUUID();
  return { uid, review: { ...review, request: { uid, ...bagAt(review, 'request') } } };
}

/** What a webhook said. */
export interface Verdict {
  readonly allowed: boolean;
  readonly warnings: readonly string[];
  /** A Status, where it explained a refusal. */
  readonly result: Bag | undefined;
  /** The text of a JSON patch. */
  readonly patch: string | undefined;
}

/** Reads an answer, or says what is wrong with it. */
export function readVerdict(
  body: Json,
  uid: string,
  hook: { readonly mutating: boolean; readonly spec: Bag },
): Verdict | string {
  const review = isBag(body) ? (body as Bag) : {};
  const response = bagAt(review, 'response');
  if (response === undefined) return 'webhook response was absent';
  if (versionOf(hook.spec) === 'v1') {
    const problem = strictProblem(review, response, uid, hook.mutating);
    if (problem !== undefined) return problem;
  }
  const patch = scalarText(response['patch'] ?? '');
  return {
    allowed: response['allowed'] === true,
    warnings: Array.isArray(response['warnings']) ? response['warnings'].map(scalarText) : [],
    result: bagAt(response, 'status'),
    patch: hook.mutating && patch !== '' ? Buffer.from(patch, 'base64').toString('utf8') : undefined,
  };
}

function headOf(review: Bag): { readonly apiVersion: string; readonly kind: string } {
  return { apiVersion: scalarText(review['apiVersion'] ?? ''), kind: scalarText(review['kind'] ?? '') };
}

/** Why an answer cannot even be decoded, as apimachinery's codec says it. */
export function decodeProblem(body: Json, spec: Bag): string | undefined {
  if (!isBag(body)) {
    const type =
      'struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }';
    const what = Array.isArray(body) ? 'array' : typeof body === 'boolean' ? 'bool' : typeof body;
    return `couldn't get version/kind; json parse error: json: cannot unmarshal ${what} into Go value of type ${type}`;
  }
  const { apiVersion, kind } = headOf(body as Bag);
  if (apiVersion === '' || kind === '') return undefined;
  const known = /^admission\.k8s\.io\/v1(beta1)?$/.test(apiVersion);
  if (!known || kind !== 'AdmissionReview')
    return `no kind ${JSON.stringify(kind)} is registered for version ${JSON.stringify(apiVersion)} in scheme "pkg/runtime/scheme.go:111"`;
  const wanted = versionOf(spec) ?? 'v1';
  const given = apiVersion.split('/')[1] ?? '';
  if (given === wanted) return undefined;
  return `converting (${given}.AdmissionReview) to (${wanted}.AdmissionReview): unknown conversion`;
}

function strictProblem(review: Bag, response: Bag, uid: string, mutating: boolean): string | undefined {
  const given = scalarText(response['uid'] ?? '');
  if (given !== uid) return `expected response.uid=${JSON.stringify(uid)}, got ${JSON.stringify(given)}`;
  const { apiVersion, kind } = headOf(review);
  if (apiVersion !== 'admission.k8s.io/v1' || kind !== 'AdmissionReview') {
    const got = apiVersion.includes('/') ? apiVersion : `/${apiVersion}`;
    return `expected webhook response of admission.k8s.io/v1, Kind=AdmissionReview, got ${got}, Kind=${kind}`;
  }
  const patch = scalarText(response['patch'] ?? '');
  const patchType = response['patchType'];
  if (!mutating) {
    if (patch !== '') return 'validating webhook may not return response.patch';
    return patchType === undefined ? undefined : 'validating webhook may not return response.patchType';
  }
  if (patch !== '' && patchType === undefined) return 'webhook returned response.patch but not response.patchType';
  if (patch === '' && patchType !== undefined) return 'webhook returned response.patchType but not response.patch';
  return patchType === '' ? 'webhook returned invalid response.patchType of ""' : undefined;
}
