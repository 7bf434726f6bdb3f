// Keys and certificates of the Node host, read back by Node's own reader.

import assert from 'node:assert/strict';
import { X509Certificate, createPrivateKey } from 'node:crypto';
import { test } from 'node:test';
import { GoError, execute, fromJson, parseTemplates, sprigFunctions } from '@evenkeel/gotemplate';
import { nodeHost } from './node.ts';

function render(text: string): string {
  const parsed = parseTemplates([{ name: 'x', text }], { functions: sprigFunctions() });
  if (!parsed.ok) throw parsed.error;
  const { output, error } = execute(parsed.value, 'x', fromJson({}), { host: nodeHost() });
  if (error !== undefined) throw error;
  return output;
}

test('an authority signs a server certificate', () => {
  const [ca = '', cert = '', key = ''] = render(
    `{{ $ca := genCA "my-ca" 365 }}{{ $c := genSignedCert "svc.ns" (list "10.0.0.1" "::1") (list "svc" "svc.ns.svc") 30 $ca }}{{ $ca.Cert }}|{{ $c.Cert }}|{{ $c.Key }}`,
  ).split('|');
  const authority = new X509Certificate(ca);
  const server = new X509Certificate(cert);
  assert.equal(authority.subject, 'CN=my-ca');
  assert.equal(authority.ca, true);
  assert.equal(server.ca, false);
  assert.equal(server.issuer, 'CN=my-ca');
  assert.equal(server.subject, 'CN=svc.ns');
  assert.equal(server.subjectAltName, 'DNS:svc, DNS:svc.ns.svc, IP Address:10.0.0.1, IP Address:0:0:0:0:0:0:0:1');
  assert.deepEqual(server.keyUsage, ['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2']);
  assert.ok(authority.verify(authority.publicKey));
  assert.ok(server.verify(authority.publicKey));
  assert.ok(server.checkIssued(authority));
  assert.ok(server.checkPrivateKey(createPrivateKey(key)));
  const days = (Date.parse(server.validTo) - Date.parse(server.validFrom)) / 86_400_000;
  assert.equal(Math.round(days), 30);
});

test('self-signed, with a key of one own', () => {
  for (const kind of ['ecdsa', 'ed25519']) {
    const text = `{{ $k := genPrivateKey "${kind}" }}{{ $c := genSelfSignedCertWithKey "é" nil (list "a") 1 $k }}{{ $c.Cert }}|{{ $k }}|{{ $c.Key }}`;
    const [cert = '', key = '', same = ''] = render(text).split('|');
    const certificate = new X509Certificate(cert);
    assert.ok(certificate.verify(certificate.publicKey));
    assert.ok(certificate.checkPrivateKey(createPrivateKey(key)));
    assert.equal(same, key);
  }
});

test('key kinds have the PEM types that sprig writes', () => {
  assert.match(
    render('{{ genPrivateKey "ecdsa" }}'),
    /^-----BEGIN EC PRIVATE KEY-----\n[\s\S]+\n-----END EC PRIVATE KEY-----\n$/,
  );
  assert.match(render('{{ genPrivateKey "ed25519" }}'), /^-----BEGIN PRIVATE KEY-----\n/);
  const rsa = render('{{ genPrivateKey "rsa" }}');
  assert.match(rsa, /^-----BEGIN RSA PRIVATE KEY-----\n/);
  assert.equal(createPrivateKey(rsa).asymmetricKeyDetails?.modulusLength, 4096);
});

test('what is no certificate is refused in the words of sprig', () => {
  const host = nodeHost();
  assert.throws(() => host.checkCertificate({ cert: 'x', key: 'y' }), new GoError('unable to decode certificate'));
  assert.throws(() => render('{{ genSignedCert "a" nil nil 1 (genCA "x" 1 | toJson) }}'), /wrong type for value/);
  assert.throws(
    () => render('{{ genCAWithKey "a" 1 "nope" }}'),
    /error calling genCAWithKey: parsing private key: no PEM data in input/,
  );
});
