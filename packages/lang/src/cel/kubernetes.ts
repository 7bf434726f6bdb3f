// The environments: the language with its common extensions, and what Kubernetes 1.35 evaluates expressions in
// (k8s.io/apiserver v0.35:pkg/cel/environment/base.go).

import { CelEnvironment } from './environment.ts';
import { kubernetesListFunctions, listFunctions, setFunctions } from './library/collections.ts';
import { encoderFunctions, mathFunctions } from './library/extensions.ts';
import { kubernetesFunctions, kubernetesTypes } from './library/kubernetes.ts';
import { optionalFunctions } from './library/optionals.ts';
import { standardFunctions, standardTypes } from './library/standard.ts';
import { localizedFormat, newerStringFunctions, plainFormat, stringFunctions } from './library/strings.ts';
import { bindMacros } from './macros.ts';

let common: CelEnvironment | undefined;
let kubernetes: CelEnvironment | undefined;

/** CEL with the extensions of cel-go: strings, lists, sets, math, encoders, optionals, cel.bind. */
export function commonCelEnvironment(): CelEnvironment {
  common ??= new CelEnvironment({
    functions: [
      ...standardFunctions,
      ...optionalFunctions,
      ...stringFunctions,
      ...newerStringFunctions,
      plainFormat,
      ...listFunctions,
      ...setFunctions,
      ...mathFunctions,
      ...encoderFunctions,
    ],
    types: standardTypes,
    macros: bindMacros,
  });
  return common;
}

/** The base environment of Kubernetes 1.35, without variables. */
export function kubernetesCelEnvironment(): CelEnvironment {
  kubernetes ??= new CelEnvironment({
    functions: [
      ...standardFunctions,
      ...optionalFunctions,
      ...stringFunctions,
      localizedFormat,
      ...listFunctions,
      ...setFunctions,
      ...kubernetesListFunctions,
      ...kubernetesFunctions,
    ],
    types: [...standardTypes, ...kubernetesTypes],
    homogeneous: true,
  });
  return kubernetes;
}
