// Signatures as github.com/aws/aws-sdk-go-v2/aws/signer/v4 (1.47.0) makes them, taken down from it, and the first vector of
// AWS's own test suite.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type AwsRequest, signAwsRequest } from './signature.ts';

const keys = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' };
const nowMs = Date.UTC(2026, 0, 2, 3, 4, 5);
const json = { 'content-type': 'application/x-amz-json-1.1' };

interface Case {
  readonly request: AwsRequest;
  readonly service: string;
  readonly region?: string;
  readonly nowMs?: number;
  readonly sessionToken?: string;
  readonly signature: string;
}

const cases: Readonly<Record<string, Case>> = {
  'get-vanilla of the test suite': {
    request: { method: 'GET', url: 'https://example.amazonaws.com/', headers: {}, body: '' },
    service: 'service',
    region: 'us-east-1',
    nowMs: Date.UTC(2015, 7, 30, 12, 36),
    signature: '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31',
  },
  'a call of CodeCommit': {
    request: {
      method: 'POST',
      url: 'https://codecommit.eu-west-1.amazonaws.com/',
      headers: { ...json, 'x-amz-target': 'CodeCommit_20150413.GetRepository' },
      body: '{"repositoryName":"ä b"}',
    },
    service: 'codecommit',
    signature: '18c5677fae48d1a3aa261e891335f03aa4e16b5c8583ad88d6f3becf34c1f52a',
  },
  'a session token': {
    request: { method: 'POST', url: 'https://tagging.eu-west-1.amazonaws.com/', headers: json, body: '{}' },
    service: 'tagging',
    sessionToken: 'session/+=',
    signature: '82cc5189ae1ab8f51951d211b8596c7a41f1e3bffc6edaed56ee89a1a4cc7d60',
  },
  'a query and spaces in headers': {
    request: {
      method: 'GET',
      url: 'https://sts.eu-west-1.amazonaws.com/?b=2&a=1%20x&a=0&c=%2F~',
      headers: { 'x-many': '  a   b  ' },
      body: '',
    },
    service: 'sts',
    signature: '837112f5576b65718b7eac514d58d00d372fb5eb43e01438c9b5e42ea0d339f0',
  },
};

for (const [name, { request, service, sessionToken, signature, region = 'eu-west-1', ...when }] of Object.entries(
  cases,
)) {
  test(name, () => {
    const signed = signAwsRequest(request, { ...keys, sessionToken }, { region, service, nowMs: when.nowMs ?? nowMs });
    assert.equal(signed['authorization']?.split('Signature=')[1], signature);
  });
}
