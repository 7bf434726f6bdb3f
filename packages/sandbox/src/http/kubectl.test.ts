// The real kubectl against the sandbox, over HTTPS: what people type, and what they must see.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Sandbox } from '../sandbox.ts';
import { kubectl } from '../testing/kubectl.ts';

const directory = mkdtempSync(join(tmpdir(), 'sandbox-kubectl-'));
const kubeconfig = join(directory, 'kubeconfig');
let sandbox: Sandbox;

before(async () => {
  sandbox = await Sandbox.start({ speed: 100 });
  writeFileSync(kubeconfig, sandbox.kubeconfig());
});

after(async () => {
  await sandbox.close();
  rmSync(directory, { recursive: true, force: true });
});

async function run(line: string, want: RegExp, input = ''): Promise<void> {
  const args = [...line.matchAll(/'([^']*)'|(\S+)/g)].map((match) => match[1] ?? match[2] ?? '');
  const result = await kubectl(kubeconfig, args, input);
  assert.match(result.output + result.errors, want, `kubectl ${line}`);
}

const manifest = `
apiVersion: apps/v1
kind: Deployment
metadata: {name: api, labels: {app: api}}
spec:
  replicas: 2
  selector: {matchLabels: {app: api}}
  template:
    metadata: {labels: {app: api}}
    spec: {containers: [{name: main, image: 'api:1'}]}
`;

// Line by line in one story: later lines see what earlier ones did.
const story: readonly (readonly [string, RegExp, string?])[] = [
  ['version', /Server Version: v1\.35/],
  ['apply -f -', /deployment\.apps\/api created/, manifest],
  ['apply -f -', /deployment\.apps\/api unchanged/, manifest],
  ['apply --server-side -f -', /serverside-applied/, manifest],
  ['diff -f -', /-  replicas: 2\n\+  replicas: 3/, manifest.replace('replicas: 2', 'replicas: 3')],
  ['apply -f -', /unknown field "spec\.replica"/, manifest.replace('replicas: 2', 'replica: 2')],
  ['rollout status deploy/api --timeout=20s', /successfully rolled out/],
  ['get deploy api', /NAME\s+READY\s+UP-TO-DATE\s+AVAILABLE\s+AGE\napi\s+2\/2\s+2\s+2/],
  [
    'get pods -l app=api -o wide',
    /api-\w+-\w+\s+1\/1\s+Running\s+0\s+\d+s\s+10\.244\.\d+\.\d+\s+sandbox-control-plane/,
  ],
  ['get deploy api -o jsonpath={.spec.replicas}', /^2$/],
  ['patch deploy api -p {"spec":{"replicas":3}}', /patched/],
  ['patch deploy api --type=merge -p {"spec":{"replicas":2}}', /patched/],
  ['patch deploy api --type=json -p [{"op":"replace","path":"/spec/replicas","value":1}]', /patched/],
  ['scale deploy api --replicas=2', /scaled/],
  ['set image deploy/api main=api:2', /image updated/],
  ['rollout status deploy/api --timeout=20s', /successfully rolled out/],
  ['rollout undo deploy/api', /rolled back/],
  ['rollout history deploy/api', /2\s+<none>\n3\s+<none>/],
  ['wait --for=condition=Available deploy/api --timeout=20s', /condition met/],
  ['logs deploy/api', /main: started api:1/],
  ['describe deploy api', /Normal\s+ScalingReplicaSet/],
  ['label deploy api tier=back', /labeled/],
  ['annotate deploy api note=x', /annotated/],
  ['create deployment web --image=nginx', /deployment\.apps\/web created/],
  ['expose deployment web --port=80', /service\/web exposed/],
  ['create namespace team', /namespace\/team created/],
  ['create token default', /^eyJ/],
  ['create configmap settings --from-literal=a=b', /configmap\/settings created/],
  ['create secret generic keys --from-literal=a=b', /secret\/keys created/],
  ['create job once --image=busybox -- echo hello', /job\.batch\/once created/],
  ['wait --for=condition=Complete job/once --timeout=20s', /condition met/],
  ['logs job/once', /hello/],
  ['auth whoami', /kubernetes-admin/],
  ['auth can-i list pods --as=nobody', /no/],
  [
    'get pods --as=nobody',
    /pods is forbidden: User "nobody" cannot list resource "pods" in API group "" in the namespace "default"/,
  ],
  ['api-resources --api-group=apps', /deployments\s+deploy\s+apps\/v1\s+true\s+Deployment/],
  ['explain deployment.spec.strategy.type', /FIELD: type <string>/],
  ['get events', /SuccessfulCreate/],
  [
    'exec deploy/api -- ls',
    /the sandbox cluster runs no containers: "ls" has no answer in the annotation sandbox\.evenkeel\.dev\/exec/,
  ],
  ['exec deploy/api -- echo hello', /^hello\n$/],
  ["exec deploy/api -- sh -c 'echo a && exit 3'", /^a\ncommand terminated with exit code 3/],
  ['exec -i deploy/api -- sh', /^one\ntwo\n/, 'echo one\necho two\n'],
  ['exec deploy/api -c other -- true', /container other is not valid for pod api-/],
  ['exec nothing -- true', /pods "nothing" not found/],
  ['exec deploy/api --as=nobody -- true', /forbidden/],
  [
    `patch deploy api -p '{"spec":{"template":{"metadata":{"annotations":{"sandbox.evenkeel.dev/exec":"[{command: /^cat/, output: v7, errors: hm, exit: 4}]"}}}}}'`,
    /patched/,
  ],
  ['rollout status deploy/api --timeout=20s', /successfully rolled out/],
  ['exec deploy/api -- cat /etc/release', /^v7hmcommand terminated with exit code 4/],
  ['port-forward deploy/api 18080:80', /the sandbox cluster does not implement pods\/portforward/],
  ['delete namespace team --timeout=20s', /namespace "team" deleted/],
  ['delete -f - --timeout=20s', /deployment\.apps "api" deleted/, manifest],
  ['get deploy api', /Error from server \(NotFound\): deployments\.apps "api" not found/],
];

test('what people type', { timeout: 120_000 }, async (t) => {
  for (const [line, want, input] of story) {
    await t.test(line, () => run(line, want, input));
  }
});
