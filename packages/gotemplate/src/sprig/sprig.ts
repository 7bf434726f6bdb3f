// sprig v3.3.0's TxtFuncMap, less `env` and `expandenv`, which Helm removes and which a sandbox has no answer to.

import type { FunctionMap, GoFunction } from '../exec/function.ts';
import { cryptoFunctions } from './crypto.ts';
import { dateFunctions } from './dates.ts';
import { defaultFunctions } from './defaults.ts';
import { dictFunctions } from './dicts.ts';
import { encodingFunctions } from './encodings.ts';
import { listFunctions } from './lists.ts';
import { numberFunctions } from './numbers.ts';
import { regexFunctions } from './regex.ts';
import { semverFunctions } from './semver.ts';
import { stringFunctions } from './strings.ts';
import { urlFunctions } from './urls.ts';

/** All sprig functions by name. A new map each time: callers add and replace. */
export function sprigFunctions(): Map<string, GoFunction> {
  return new Map(all);
}

const all: FunctionMap = new Map<string, GoFunction>([
  ...stringFunctions,
  ...listFunctions,
  ...dictFunctions,
  ...defaultFunctions,
  ...numberFunctions,
  ...dateFunctions,
  ...regexFunctions,
  ...encodingFunctions,
  ...cryptoFunctions,
  ...urlFunctions,
  ...semverFunctions,
]);
