// CertificateSigningRequests (pkg/apis/certificates/validation, Kubernetes 1.35).

import { X509Certificate } from 'node:crypto';
import type { KubeObject } from '@evenkeel/resource';
import type { Cause } from '../api/status.ts';
import { bagsOf } from '../defaulting/drafts.ts';
import { readSigningRequest } from '../http/signing-request.ts';
import { type Bag, type Draft, bagAt, listAt, sameValue, scalarText } from '../store/draft.ts';
import { Causes } from './causes.ts';
import { labelProblem, subdomainProblem } from './names.ts';

const usages: readonly string[] = [
  'any',
  'cert sign',
  'client auth',
  'code signing',
  'content commitment',
  'crl sign',
  'data encipherment',
  'decipher only',
  'digital signature',
  'email protection',
  'encipher only',
  'ipsec end system',
  'ipsec tunnel',
  'ipsec user',
  'key agreement',
  'key encipherment',
  'microsoft sgc',
  'netscape sgc',
  'ocsp signing',
  's/mime',
  'server auth',
  'signing',
  'timestamping',
];

/** What is wrong with a request as a whole. */
export function validateSigningRequest(draft: Draft): readonly Cause[] {
  const causes = new Causes();
  const spec = bagAt(draft, 'spec') ?? {};
  const request = scalarText(spec['request'] ?? '');
  const read = readSigningRequest(Buffer.from(request, 'base64').toString());
  if (typeof read === 'string') causes.invalid('spec.request', request === '' ? null : request, read);
  checkUsages(causes, listAt(spec, 'usages') ?? []);
  checkSigner(causes, scalarText(spec['signerName'] ?? ''));
  const seconds = spec['expirationSeconds'];
  if (typeof seconds === 'number' && seconds < 600)
    causes.invalid('spec.expirationSeconds', seconds, 'may not specify a duration less than 600 seconds (10 minutes)');
  checkConditions(causes, conditionsOf(draft));
  checkCertificate(causes, scalarText(bagAt(draft, 'status')?.['certificate'] ?? ''));
  return causes.list;
}

/** What an update may not do; approval may decide, status may carry the certificate. */
export function validateSigningUpdate(
  draft: Draft,
  old: KubeObject,
  may: { readonly decide?: boolean; readonly certify?: boolean } = {},
): readonly Cause[] {
  const causes = new Causes();
  const [now, before] = [conditionsOf(draft), conditionsOf(old as unknown as Draft)];
  const of = (list: readonly Bag[], type: string): readonly Bag[] => list.filter((each) => each['type'] === type);
  for (const type of ['Approved', 'Denied', 'Failed'])
    if (of(now, type).length < of(before, type).length)
      causes.forbidden('status.conditions', `updates may not remove a condition of type "${type}"`);
  if (may.decide !== true) {
    for (const type of ['Approved', 'Denied']) {
      const [next, past] = [of(now, type), of(before, type)];
      if (next.length > past.length)
        causes.forbidden('status.conditions', `updates may not add a condition of type "${type}"`);
      else if (next.length === past.length && !sameValue(next, past))
        causes.forbidden('status.conditions', `updates may not modify a condition of type "${type}"`);
    }
  }
  const [next, past] = [draft, old as unknown as Draft].map((each) => bagAt(each, 'status')?.['certificate'] ?? '');
  if (next !== past) {
    const at = 'status.certificate';
    if (may.certify !== true) causes.forbidden(at, 'updates may not set certificate content');
    else if (past !== '') causes.forbidden(at, 'updates may not modify existing certificate content');
  }
  return causes.list;
}

function conditionsOf(draft: Draft): readonly Bag[] {
  return bagsOf(bagAt(draft, 'status')?.['conditions']);
}

function checkUsages(causes: Causes, given: readonly unknown[]): void {
  if (given.length === 0) causes.required('spec.usages');
  for (const [index, usage] of given.entries())
    if (!usages.includes(scalarText(usage))) causes.notSupported(`spec.usages[${index}]`, usage, usages);
  for (const [index, usage] of given.entries())
    if (given.indexOf(usage) < index) causes.duplicate(`spec.usages[${index}]`, usage);
}

function checkSigner(causes: Causes, name: string): void {
  const at = 'spec.signerName';
  if (name === 'kubernetes.io/legacy-unknown') {
    causes.invalid(at, name, 'the legacy signerName is not allowed via this API version');
    return;
  }
  if (name === '') {
    causes.required(at);
    return;
  }
  const [domain = '', path, ...rest] = name.split('/');
  if (path === undefined || rest.length > 0) {
    causes.invalid(at, name, "must be a fully qualified domain and path of the form 'example.com/signer-name'");
    return;
  }
  const labels = domain.split('.');
  const wrong = labels.find((label) => labelProblem(label) !== undefined);
  if (wrong !== undefined)
    causes.invalid(at, domain, `validating label ${JSON.stringify(wrong)}: ${labelProblem(wrong) ?? ''}`);
  if (labels.length < 2) causes.invalid(at, domain, 'should be a domain with at least two segments separated by dots');
  const bad = path.split('.').find((label) => subdomainProblem(label) !== undefined);
  if (bad !== undefined)
    causes.invalid(at, path, `validating label ${JSON.stringify(bad)}: ${subdomainProblem(bad) ?? ''}`);
}

function checkConditions(causes: Causes, conditions: readonly Bag[]): void {
  const seen = new Set<string>();
  for (const [index, condition] of conditions.entries()) {
    const at = `status.conditions[${index}]`;
    const type = scalarText(condition['type'] ?? '');
    const status = scalarText(condition['status'] ?? '');
    if (type === '') causes.required(`${at}.type`);
    const allowed = ['Approved', 'Denied', 'Failed'].includes(type) ? ['True'] : ['False', 'True', 'Unknown'];
    if (status === '') causes.required(`${at}.status`);
    else if (!allowed.includes(status)) causes.notSupported(`${at}.status`, status, allowed);
    const other = type === 'Approved' ? 'Denied' : type === 'Denied' ? 'Approved' : undefined;
    if (other !== undefined && seen.has(other))
      causes.invalid('status.conditions', type, 'Approved and Denied conditions are mutually exclusive');
    if (seen.has(type)) causes.duplicate(`${at}.type`, type);
    seen.add(type);
  }
}

function checkCertificate(causes: Causes, encoded: string): void {
  if (encoded === '') return;
  const refuse = (why: string): void => causes.invalid('status.certificate', '<certificate data>', why);
  const blocks = [
    ...Buffer.from(encoded, 'base64')
      .toString()
      .matchAll(/-----BEGIN ([A-Z ]+)-----[\s\S]*?-----END \1-----/g),
  ];
  if (blocks.length === 0) refuse('must contain at least one CERTIFICATE PEM block');
  for (const [block, type] of blocks) {
    if (type !== 'CERTIFICATE') {
      refuse(`only CERTIFICATE PEM blocks are allowed, found ${JSON.stringify(type)}`);
      return;
    }
    try {
      new X509Certificate(block);
    } catch {
      refuse('x509: malformed certificate');
      return;
    }
  }
}
