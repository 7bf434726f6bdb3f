// Certificates by request: approved, issued by the cluster's authority, and good for whom they name.

import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { test } from 'node:test';
import type { KubeObject } from '@evenkeel/resource';
import { Sandbox } from '../sandbox.ts';
import { at, call, until } from '../testing/client.ts';

const requests = '/apis/certificates.k8s.io/v1/certificatesigningrequests';
// CN=jane, O=devs, with a key that nobody has.
const request =
  'LS0tLS1CRUdJTiBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0KTUlIWU1JR0FBZ0VBTUI0eERUQUxCZ05WQkFvTUJHUmxkbk14RFRBTEJnTlZCQU1NQkdwaGJtVXdXVEFUQmdjcQpoa2pPUFFJQkJnZ3Foa2pPUFFNQkJ3TkNBQVRENDl1TTQxekdPVHlmOHoxWThySXlJWlR0S09pUE02dGFIaks2CkJtUUFNUFV6SmxVeStGS1gzNEVscG5pVWd0czV6VUUxU1hidVRGWXNlUVY1aUozNm9BQXdDZ1lJS29aSXpqMEUKQXdJRFJ3QXdSQUlnQVVEdUEwLzVkY1RzekhQaEVKYVdQRFFpV1hRTGQvNkdncGRXcW5kblVQTUNJQkoyd1cvNgpIcUJVWFBXUTBpUTJxaUpZaGt2ZTBlOHNVOXdraW82OHVndWUKLS0tLS1FTkQgQ0VSVElGSUNBVEUgUkVRVUVTVC0tLS0tCg==';
const merge = 'application/merge-patch+json';

test('an approved request is issued; one that asks for too much fails; a denied one waits for ever', async () => {
  await using sandbox = await Sandbox.start();
  const api = sandbox.transport();
  const ask = async (name: string, usages: readonly string[], decision: string): Promise<void> => {
    const spec = { request, signerName: 'kubernetes.io/kube-apiserver-client', usages, expirationSeconds: 3600 };
    const apiVersion = 'certificates.k8s.io/v1';
    const body = { apiVersion, kind: 'CertificateSigningRequest', metadata: { name }, spec };
    await call(api, 'POST', requests, { body });
    const condition = { type: decision, status: 'True', reason: 'Asked', message: '' };
    const status = { conditions: [condition] };
    await call(api, 'PATCH', `${requests}/${name}/approval`, { body: { status }, contentType: merge });
  };
  await ask('denied', ['client auth'], 'Denied');
  await ask('greedy', ['client auth', 'server auth'], 'Approved');
  const conditions = (object: KubeObject): readonly { type: string; message: string }[] =>
    (at(object, 'status', 'conditions') ?? []) as readonly { type: string; message: string }[];
  const greedy = await until(api, requests, (object) => conditions(object).some(({ type }) => type === 'Failed'));
  assert.equal(conditions(greedy)[1]?.message, 'invalid usage for client certificate: server auth');
  await ask('jane', ['digital signature', 'client auth'], 'Approved');
  const issued = await until(api, requests, (object) => at(object, 'status', 'certificate') !== undefined);
  assert.equal(issued.metadata.name, 'jane');
  const pem = Buffer.from(String(at(issued, 'status', 'certificate')), 'base64').toString();
  const certificate = new X509Certificate(pem);
  const text = /certificate-authority-data: (\S+)/.exec(sandbox.kubeconfig())?.[1] ?? '';
  const authority = new X509Certificate(Buffer.from(text, 'base64').toString());
  assert.ok(certificate.verify(authority.publicKey));
  assert.ok(certificate.checkIssued(authority));
  assert.equal(certificate.subject, 'O=devs\nCN=jane');
  assert.equal(certificate.ca, false);
  assert.deepEqual(certificate.keyUsage, ['1.3.6.1.5.5.7.3.2']);
  assert.equal(certificate.validToDate.getTime() - certificate.validFromDate.getTime(), 3_900_000);
  assert.equal(at(await call(api, 'GET', `${requests}/denied`), 'status', 'certificate'), undefined);
});
