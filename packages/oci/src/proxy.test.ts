import assert from 'node:assert/strict';
import { test } from 'node:test';
import { proxyFor } from './proxy.ts';

const proxy = 'http://proxy.example.com:3128';

// What golang.org/x/net/http/httpproxy answers for the same NO_PROXY.
const cases: readonly (readonly [none: string, url: string, isDirect: boolean])[] = [
  ['', 'http://charts.example.com/', false],
  ['', 'https://localhost:8443/', true],
  ['', 'http://127.9.9.9/', true],
  ['', 'http://[::1]:80/', true],
  ['*', 'http://charts.example.com/', true],
  ['example.com', 'https://charts.example.com/', true],
  ['example.com', 'https://example.com/', true],
  ['example.com', 'https://counterexample.com/', false],
  ['.example.com', 'https://example.com/', false],
  ['.example.com', 'https://charts.example.com/', true],
  ['*.example.com', 'https://charts.example.com/', true],
  ['other.com, EXAMPLE.com', 'https://charts.example.com/', true],
  ['example.com:443', 'https://charts.example.com/', true],
  ['example.com:443', 'http://charts.example.com/', false],
  ['example.com:8080', 'http://charts.example.com:8080/', true],
  ['10.0.0.0/8', 'http://10.1.2.3/', true],
  ['10.0.0.0/8', 'http://11.1.2.3/', false],
  ['10.1.2.3', 'http://10.1.2.3/', true],
  ['10.1.2.3:81', 'http://10.1.2.3/', false],
  ['fd00::/8', 'http://[fd00::1]/', true],
  ['[fd00::1]:80', 'http://[fd00::1]/', true],
  ['10.0.0.0/99', 'http://10.1.2.3/', false],
];

for (const [none, url, isDirect] of cases) {
  test(`NO_PROXY=${none}: ${url} is reached ${isDirect ? 'directly' : 'through the proxy'}`, () => {
    assert.equal(proxyFor(url, { http: proxy, https: proxy, none }), isDirect ? undefined : proxy);
  });
}

test('each scheme has its own proxy, and a proxy without a scheme speaks HTTP', () => {
  assert.equal(proxyFor('https://example.com', { http: proxy }), undefined);
  assert.equal(proxyFor('http://example.com', { http: 'proxy.example.com:3128' }), proxy);
  assert.throws(
    () => proxyFor('http://example.com', { http: 'http://me:secret@:bad' }),
    (error: Error) => !error.message.includes('secret'),
  );
});
