// A real HTTPS webhook for conformance cases: its path says how it answers. Both servers under comparison call the same one.

import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { issueCertificate } from '../../packages/sandbox/src/http/certificates.ts';

type Bag = Record<string, unknown>;

const validity = { notBefore: new Date(Date.now() - 3_600_000), notAfter: new Date(Date.now() + 86_400_000) };
const authority = issueCertificate({ commonName: 'webhook-ca', serial: 1, use: 'authority', ...validity });
const other = issueCertificate({ commonName: 'other-ca', serial: 1, use: 'authority', ...validity });
const serving = issueCertificate(
  {
    commonName: 'webhook',
    serial: 2,
    use: 'server',
    ...validity,
    dnsNames: ['local.wh-service.svc'],
    addresses: ['127.0.0.1'],
  },
  authority.signer,
);

const base64 = (text: string): string => Buffer.from(text).toString('base64');

/** The authority that signed the webhook's certificate, and one that did not; as a caBundle. */
export const goodBundle: string = base64(authority.certificate);
export const wrongBundle: string = base64(other.certificate);

/** Starts the webhook; it does not keep the process alive. */
export async function startWebhook(): Promise<number> {
  const server = createServer({ key: serving.key, cert: serving.certificate }, (request, response) => {
    void answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  server.unref();
  return (server.address() as AddressInfo).port;
}

async function answer(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
  let text = '';
  for await (const chunk of incoming) text += String(chunk);
  const review = JSON.parse(text) as { request: Bag & { uid: string } };
  const [, word = '', ...rest] = (incoming.url ?? '').split('?')[0]?.split('/') ?? [];
  const { uid } = review.request;
  const reply = (parts: Bag, review_: Bag = {}): void => {
    response.setHeader('content-type', 'application/json');
    const body = {
      apiVersion: 'admission.k8s.io/v1',
      kind: 'AdmissionReview',
      response: { uid, ...parts },
      ...review_,
    };
    response.end(JSON.stringify(body));
  };
  const patch = (operations: unknown): Bag => ({
    allowed: true,
    patchType: 'JSONPatch',
    patch: base64(JSON.stringify(operations)),
  });
  switch (word) {
    case 'allow':
      return reply({ allowed: true });
    case 'warn':
      return reply({ allowed: true, warnings: ['first warning', 'second "quoted" warning'] });
    case 'deny':
      return reply({ allowed: false, status: { message: 'not here' }, warnings: ['about to refuse'] });
    case 'deny-bare':
      return reply({ allowed: false });
    case 'deny-reason':
      return reply({ allowed: false, status: { reason: 'Conflict' } });
    case 'deny-full':
      return reply({
        allowed: false,
        status: {
          code: 422,
          reason: 'Invalid',
          message: 'look closer',
          details: { name: 'x', kind: 'Thing', causes: [{ reason: 'Bad', message: 'worse', field: 'spec' }] },
        },
      });
    case 'deny-code':
      return reply({ allowed: false, status: { code: 200, status: 'Success', message: 'odd' } });
    case 'echo':
      return reply({ allowed: false, status: { message: sorted(anonymous(review.request)) } });
    case 'label':
      return reply(patch([{ op: 'add', path: '/metadata/labels', value: { [rest[0] ?? 'mutated']: 'yes' } }]));
    case 'sidecar':
      return reply(
        patch([{ op: 'add', path: '/spec/containers/-', value: { name: rest[0] ?? 'sidecar', image: 'proxy:1' } }]),
      );
    case 'unknown-field':
      return reply(patch([{ op: 'add', path: '/nonsense', value: 1 }]));
    case 'invalid-object':
      return reply(patch([{ op: 'add', path: '/data', value: { 'bad key!': 'x' } }]));
    case 'wrong-type':
      return reply(patch([{ op: 'add', path: '/data', value: 5 }]));
    case 'count': {
      const annotations = ((review.request['object'] as Bag)['metadata'] as Bag)['annotations'] as Bag | undefined;
      const seen = Number(annotations?.['count'] ?? '0') + 1;
      return reply(
        patch([{ op: 'add', path: '/metadata/annotations', value: { ...annotations, count: String(seen) } }]),
      );
    }
    case 'bad-patch':
      return reply(patch({ op: 'add' }));
    case 'no-such-path':
      return reply(patch([{ op: 'remove', path: '/data/absent' }]));
    case 'empty-patch':
      return reply(patch([]));
    case 'no-type':
      return reply({ allowed: true, patch: base64('[]') });
    case 'no-patch':
      return reply({ allowed: true, patchType: 'JSONPatch' });
    case 'wrong-uid':
      return reply({ uid: 'other', allowed: true });
    case 'no-response':
      return reply({}, { response: undefined });
    case 'wrong-kind':
      return reply({ allowed: true }, { kind: 'Review' });
    case 'no-kind':
      return reply({ allowed: true }, { kind: undefined, apiVersion: undefined });
    case 'beta':
      return reply({ allowed: true }, { apiVersion: 'admission.k8s.io/v1beta1' });
    case 'status':
      response.statusCode = Number(rest[0]);
      response.setHeader('content-type', 'text/plain');
      return void response.end('no "luck" today\n');
    case 'text':
      response.setHeader('content-type', 'application/json');
      return void response.end('hello');
    case 'nothing':
      response.setHeader('content-type', 'application/json');
      return void response.end();
    case 'hang':
      return undefined;
    case 'hang-up':
      return void incoming.socket.destroy();
    default:
      response.statusCode = 404;
      return void response.end();
  }
}

// What differs from run to run is taken out.
function anonymous({ uid: _uid, ...request }: Bag & { uid: string }): Bag {
  const copy = structuredClone(request) as Bag;
  for (const key of ['object', 'oldObject']) {
    const metadata = (copy[key] as Bag | null)?.['metadata'] as Bag | undefined;
    if (metadata?.['resourceVersion'] !== undefined) metadata['resourceVersion'] = '<rv>';
    if (metadata?.['generateName'] !== undefined && metadata['name'] !== undefined) {
      metadata['name'] = '<generated>';
      copy['name'] = '<generated>';
    }
  }
  return copy;
}

function sorted(value: unknown): string {
  return JSON.stringify(value, (_key, member: unknown) =>
    typeof member === 'object' && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  );
}
