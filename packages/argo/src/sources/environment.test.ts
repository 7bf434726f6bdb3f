// Variables in settings. The answers are those of Go's os.Expand with Argo CD's mapping.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildEnvironment, expand } from './environment.ts';

const variables = new Map([
  ['ARGOCD_APP_NAME', 'web'],
  ['A', '1'],
  ['*', 'star'],
]);

const cases: readonly (readonly [string, string])[] = [
  ['$ARGOCD_APP_NAME', 'web'],
  ['${ARGOCD_APP_NAME}-x', 'web-x'],
  ['a$', 'a$'],
  ['$$A', '$A'],
  ['$$$A', '$1'],
  ['${A', 'A'],
  ['${}', ''],
  ['x${}y', 'xy'],
  ['$1A', 'A'],
  ['$A.b', '1.b'],
  ['$A-b', '1-b'],
  ['$none!', '!'],
  ['${A}$', '1$'],
  ['$', '$'],
  ['${A b}', ''],
  ['$-x', 'x'],
  ['$*x', 'starx'],
  ['a$ b', 'a$ b'],
  ['$é', '$é'],
  ['${A}${A}', '11'],
];

for (const [text, want] of cases) {
  test(`${JSON.stringify(text)} is ${JSON.stringify(want)}`, () => assert.equal(expand(text, variables), want));
}

test('the variables of a source', () => {
  const all = buildEnvironment({
    instance: 'team_web',
    namespace: 'live',
    project: 'default',
    revision: '0123456789abcdef',
    repoURL: 'https://git.example.com/a.git',
    path: 'apps/web',
    targetRevision: 'main',
  });
  const text = '$ARGOCD_APP_NAME $ARGOCD_APP_REVISION_SHORT $ARGOCD_APP_REVISION_SHORT_8 $ARGOCD_APP_SOURCE_PATH';
  assert.equal(expand(text, all), 'team_web 0123456 01234567 apps/web');
  assert.equal(
    expand('$ARGOCD_APP_NAMESPACE/$ARGOCD_APP_PROJECT_NAME@$ARGOCD_APP_SOURCE_TARGET_REVISION', all),
    'live/default@main',
  );
});
