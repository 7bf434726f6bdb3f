// Where an object can be visited: what its annotations say, and the hosts and paths of an Ingress.
// Mirrors argoproj/argo-cd:controller/cache/info.go (3.6) populateNodeInfo and populateIngressInfo.

import { type Json, type JsonObject, type KubeObject, isMap, parseApiVersion } from '@evenkeel/resource';

const linkPrefix = 'link.argocd.argoproj.io/';
const ignoreDefaults = 'argocd.argoproj.io/ignore-default-links';

/** The addresses of a live object. An annotation may say "title|address", and is told as it is. */
export function linksOf(live: KubeObject): readonly string[] {
  const annotations = live.metadata.annotations ?? {};
  const said = Object.entries(annotations).flatMap(([key, value]) => (key.startsWith(linkPrefix) ? [value] : []));
  const { group } = parseApiVersion(live.apiVersion);
  const isIngress = live.kind === 'Ingress' && (group === 'networking.k8s.io' || group === 'extensions');
  if (!isIngress || annotations[ignoreDefaults] === 'true') return said;
  return [...said, ...ingressLinks(live as unknown as JsonObject)];
}

function ingressLinks(ingress: JsonObject): readonly string[] {
  const spec = mapAt(ingress, 'spec');
  const balanced = listAt(mapAt(mapAt(ingress, 'status'), 'loadBalancer'), 'ingress');
  const fallback = balanced
    .map((entry) => textAt(entry, 'hostname') || textAt(entry, 'ip'))
    .find((text) => text !== '');
  const secured = listAt(spec, 'tls');
  return listAt(spec, 'rules').flatMap((rule) => {
    const host = textAt(rule, 'host') || (fallback ?? '');
    if (host === '') return [];
    const scheme = secured.some((entry) => textAt(entry, 'secretName') !== '' || names(entry, host)) ? 'https' : 'http';
    return listAt(mapAt(rule, 'http'), 'paths').map(
      (path) => `${scheme}://${host}${textAt(path, 'path').replace(/\*$/, '')}`,
    );
  });
}

function names(entry: JsonObject, host: string): boolean {
  const hosts = entry['hosts'];
  return Array.isArray(hosts) && (hosts as readonly Json[]).includes(host);
}

function mapAt(value: JsonObject, name: string): JsonObject {
  const found = value[name];
  return isMap(found) ? found : {};
}

function listAt(value: JsonObject, name: string): readonly JsonObject[] {
  const found = value[name];
  return Array.isArray(found) ? (found as readonly Json[]).filter((entry): entry is JsonObject => isMap(entry)) : [];
}

function textAt(value: JsonObject, name: string): string {
  const found = value[name];
  return typeof found === 'string' ? found : '';
}
