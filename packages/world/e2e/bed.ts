// The one place that chooses the cluster of the end-to-end tests: the sandbox, or, with EVENKEEL_CLUSTER=real, etcd,
// kube-apiserver and kube-controller-manager, with the sandbox's scheduler and kubelets on them.

import { readFileSync } from 'node:fs';
import { type KubeTransport, createHttpTransport } from '@evenkeel/kube';
import { referenceClusterMissing, startReferenceCluster } from '@evenkeel/kube/reference';
import { Sandbox } from '@evenkeel/sandbox';
import { startPodSimulator } from '@evenkeel/sandbox/simulator';

/** True where the tests run on a real API server. */
export const onRealServer: boolean = process.env['EVENKEEL_CLUSTER'] === 'real';

/** For `skip`: why a test is about the sandbox itself. False where it can run. */
export function onlySandbox(because: string): string | false {
  return onRealServer ? `only on the sandbox: ${because}` : false;
}

/** A cluster to test on. */
export interface Bed extends AsyncDisposable {
  /** As the administrator. */
  readonly transport: KubeTransport;
  /** Text of a kubeconfig for the administrator. */
  readonly kubeconfig: string;
}

/** Pods run so many times faster than life. */
const speed = 50;

/** Starts the cluster that the environment asks for. */
export function startBed(): Promise<Bed> {
  return onRealServer ? startRealBed() : startSandboxBed();
}

async function startSandboxBed(): Promise<Bed> {
  const sandbox = await Sandbox.start({ speed, seed: 7, listen: {} });
  return {
    transport: sandbox.transport(),
    kubeconfig: sandbox.kubeconfig(),
    [Symbol.asyncDispose]: () => sandbox.close(),
  };
}

async function startRealBed(): Promise<Bed> {
  const missing = referenceClusterMissing();
  if (missing !== undefined)
    throw new Error(`EVENKEEL_CLUSTER=real: ${missing}; tools/go/build.sh --cluster builds them`);
  await using stack = new AsyncDisposableStack();
  const cluster = stack.use(
    await startReferenceCluster({
      controllerManager: true,
      authorization: 'RBAC',
      // Nodes have no names that resolve here.
      apiServerFlags: ['--kubelet-preferred-address-types=InternalIP'],
      // As made for a cluster of thousands of objects, the defaults take seconds where tests wait.
      controllerManagerFlags: ['--kube-api-qps=1000', '--kube-api-burst=1000'],
    }),
  );
  const transport = stack.use(createHttpTransport(cluster.config));
  stack.use(await startPodSimulator({ transport: stack.use(createHttpTransport(cluster.config)), speed, seed: 7 }));
  const kubeconfig = readFileSync(cluster.kubeconfig, 'utf8');
  const owned = stack.move();
  return { transport, kubeconfig, [Symbol.asyncDispose]: () => owned[Symbol.asyncDispose]() };
}
