// Names, labels and annotations, as apimachinery's pkg/util/validation checks them.

import { BlockList, isIP } from 'node:net';
import type { Causes } from './causes.ts';

const label = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const labelPattern = new RegExp(`^${label}$`);
const subdomainPattern = new RegExp(`^${label}(\\.${label})*$`);
const dns1035Pattern = /^[a-z]([-a-z0-9]*[a-z0-9])?$/;
const qualifiedPattern = /^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/;
const labelValuePattern = /^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/;

export const subdomainMessage: string =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
export const labelMessage: string =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
export const dns1035Message: string =
  "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')";
const qualifiedMessage =
  "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
const labelValueMessage =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";

/** What is wrong with a DNS subdomain (most object names); undefined where nothing is. */
export function subdomainProblem(name: string): string | undefined {
  if (name.length > 253) return 'must be no more than 253 characters';
  return subdomainPattern.test(name) ? undefined : subdomainMessage;
}

/** What is wrong with a DNS label (namespace, container names). */
export function labelProblem(name: string): string | undefined {
  if (name.length > 63) return 'must be no more than 63 characters';
  if (labelPattern.test(name)) return undefined;
  return subdomainPattern.test(name) ? 'must not contain dots' : labelMessage;
}

/** What is wrong with the name of a port; several things may be. */
export function portNameProblems(name: string): readonly string[] {
  const problems: string[] = [];
  if (name.length > 15) problems.push('must be no more than 15 characters');
  if (!/^[-a-z0-9]+$/.test(name))
    problems.push('must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)');
  if (!/[a-z]/.test(name)) problems.push('must contain at least one letter (a-z)');
  if (name.includes('--')) problems.push('must not contain consecutive hyphens');
  if (name.startsWith('-') || name.endsWith('-')) problems.push('must not begin or end with a hyphen');
  return problems;
}

const configKeyPattern = /^[-._a-zA-Z0-9]+$/;
const configKeyMessage =
  "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')";

/** What is wrong with a key of a ConfigMap or Secret. */
export function configKeyProblem(key: string): string | undefined {
  if (key.length > 253) return 'must be no more than 253 characters';
  if (!configKeyPattern.test(key)) return configKeyMessage;
  if (key === '.' || key === '..') return `must not be '${key}'`;
  return key.startsWith('..') ? "must not start with '..'" : undefined;
}

/** What is wrong with the name of an environment variable. */
export function variableNameProblem(name: string): string | undefined {
  return /^[ -<>-~]+$/.test(name)
    ? undefined
    : "a valid environment variable name must consist only of printable ASCII characters other than '='";
}

/** Checks the key of a label: what upstream's ValidateLabelName says, which is more than one thing about an empty one. */
export function checkLabelName(causes: Causes, key: string, field: string): void {
  if (key === '') causes.invalid(field, key, 'name part must be non-empty');
  const problem = key === '' ? qualifiedMessage : qualifiedNameProblem(key);
  if (problem !== undefined) causes.invalid(field, key, problem);
}

/** What is wrong with an IP address. */
export function ipProblem(text: string): string | undefined {
  return isIP(text) === 0 ? 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)' : undefined;
}

/** What is wrong with a range of addresses. */
export function cidrProblem(text: string): string | undefined {
  const match = /^([^/]+)\/(\d+)$/.exec(text);
  const family = isIP(match?.[1] ?? '');
  const length = Number(match?.[2]);
  return family !== 0 && length <= (family === 4 ? 32 : 128)
    ? undefined
    : 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)';
}

/** True where `inner` is a smaller range within `outer`. */
export function containsRange(outer: string, inner: string): boolean {
  const [outerAddress = '', outerLength = ''] = outer.split('/');
  const [innerAddress = '', innerLength = ''] = inner.split('/');
  if (isIP(outerAddress) !== isIP(innerAddress) || Number(innerLength) <= Number(outerLength)) return false;
  const list = new BlockList();
  const family = isIP(outerAddress) === 6 ? 'ipv6' : 'ipv4';
  list.addSubnet(outerAddress, Number(outerLength), family);
  return list.check(innerAddress, family);
}

/** What is wrong with a host that has a wildcard. */
export function wildcardProblem(host: string): string | undefined {
  return /^\*\.[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/.test(host)
    ? undefined
    : "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character (e.g. '*.example.com', regex used for validation is '\\*\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
}

/** Checks a path that starts with a domain, as controllers are named. */
export function checkDomainPath(causes: Causes, text: string, field: string): void {
  if (text === '') return causes.required(field);
  const [domain = '', ...rest] = text.split('/');
  const path = rest.join('/');
  if (rest.length === 0 || domain === '' || path === '')
    return causes.invalid(field, text, 'must be a domain-prefixed path (such as "acme.io/foo")');
  const problem = subdomainProblem(domain);
  if (problem !== undefined) causes.invalid(field, domain, problem);
  if (!/^[A-Za-z0-9/\-._~%!$&'()*+,;=:]+$/.test(path)) causes.invalid(field, path, 'Invalid path');
  return undefined;
}

/** What is wrong with a DNS search domain, which may have underscores. */
export function searchDomainProblem(name: string): string | undefined {
  return /^_?[a-z0-9]([-_a-z0-9]*[a-z0-9])?(\._?[a-z0-9]([-_a-z0-9]*[a-z0-9])?)*$/.test(name)
    ? undefined
    : "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '_', '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '_?[a-z0-9]([-_a-z0-9]*[a-z0-9])?(\\._?[a-z0-9]([-_a-z0-9]*[a-z0-9])?)*')";
}

/** What is wrong with a service's name. */
export function dns1035Problem(name: string): string | undefined {
  if (name.length > 63) return 'must be no more than 63 characters';
  return dns1035Pattern.test(name) ? undefined : dns1035Message;
}

/** What is wrong with a name that becomes part of a path (RBAC). */
export function pathSegmentProblem(name: string): string | undefined {
  if (name === '.' || name === '..') return `may not be '${name}'`;
  if (name.includes('/')) return "may not contain '/'";
  return name.includes('%') ? "may not contain '%'" : undefined;
}

/** What is wrong with a qualified name (label and annotation keys). */
export function qualifiedNameProblem(key: string): string | undefined {
  const parts = key.split('/');
  if (parts.length > 2) {
    return `a valid label key must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]') with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`;
  }
  const name = parts.at(-1) ?? '';
  if (parts.length === 2) {
    if (parts[0] === '') return 'prefix part must be non-empty';
    const problem = subdomainProblem(parts[0] ?? '');
    if (problem !== undefined) return `prefix part ${problem}`;
  }
  if (name === '') return 'name part must be non-empty';
  if (name.length > 63) return 'name part must be no more than 63 bytes';
  return qualifiedPattern.test(name) ? undefined : qualifiedMessage;
}

/** What is wrong with a label's value. */
export function labelValueProblem(value: string): string | undefined {
  if (value.length > 63) return 'must be no more than 63 bytes';
  return labelValuePattern.test(value) ? undefined : labelValueMessage;
}

/** Checks a map of labels. */
export function checkLabels(
  causes: Causes,
  labels: Readonly<Record<string, unknown>> | undefined,
  field: string,
): void {
  for (const [key, value] of Object.entries(labels ?? {})) {
    const problem = qualifiedNameProblem(key);
    if (problem !== undefined) causes.invalid(field, key, problem);
    const text = String(value);
    if (text.length > 63) causes.invalid(field, text, 'must be no more than 63 bytes');
    if (!labelValuePattern.test(text)) causes.invalid(field, text, labelValueMessage);
  }
}

/** Checks a map of annotations: keys, and 256 KiB in all. */
export function checkAnnotations(
  causes: Causes,
  annotations: Readonly<Record<string, unknown>> | undefined,
  field: string,
): void {
  let size = 0;
  for (const [key, value] of Object.entries(annotations ?? {})) {
    const problem = qualifiedNameProblem(key.toLowerCase());
    if (problem !== undefined) causes.invalid(field, key, problem);
    size += Buffer.byteLength(key) + Buffer.byteLength(String(value));
  }
  if (size > 262_144) causes.tooLong(field, 262_144);
}
