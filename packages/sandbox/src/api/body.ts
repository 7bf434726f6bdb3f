// Reads the body of a write into a draft, with strict field validation or warnings as the request asks for.

import type { Json, KubeObject } from '@evenkeel/resource';
import { prepareCustom } from '../crd/custom-objects.ts';
import { type Draft, draftOf } from '../store/draft.ts';
import { checkTypeMeta, decodeBuiltin } from './decode.ts';
import type { WriteParameters } from './request.ts';
import type { ServedType } from './served-type.ts';
import { badRequest } from './status.ts';
import { toStored } from './versions.ts';

/** A body that was read. */
export interface ReadBody {
  readonly draft: Draft;
  readonly warnings: readonly string[];
  /** True where metadata.managedFields tells the ownership after the write already (apply). */
  readonly owned?: boolean;
}

/** Reads a body as an object of the type written to, at the version stored. Throws 400. */
export function readBody(
  body: Json | KubeObject | undefined,
  write: {
    readonly type: ServedType;
    readonly parameters: WriteParameters;
    readonly duplicateFields?: readonly string[];
  },
): ReadBody {
  const { type } = write;
  const object = checkTypeMeta(body, type);
  const { draft, unknownFields } =
    type.custom === undefined ? decodeBuiltin(object, type) : prepareCustom(type.custom, draftOf(object));
  if (draft.metadata === undefined) draft.metadata = {};
  const problems = [
    ...(write.duplicateFields ?? []).map((field) => `duplicate field "${field}"`),
    ...unknownFields.map((field) => `unknown field "${field}"`),
  ];
  if (problems.length > 0 && write.parameters.fieldValidation === 'Strict') throw strictError(type, problems);
  const warnings = write.parameters.fieldValidation === 'Warn' ? problems : [];
  return { draft: storedDraft(draft, type), warnings };
}

/** The refusal of strict field validation. */
export function strictError(type: ServedType, problems: readonly string[]): Error {
  return badRequest(
    `${type.kind} in version "${type.version}" cannot be handled as a ${type.kind}: strict decoding error: ${problems.join(', ')}`,
  );
}

function storedDraft(draft: Draft, type: ServedType): Draft {
  const object = draft as unknown as KubeObject;
  return toStored(object, type) as unknown as Draft;
}
