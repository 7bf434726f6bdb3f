// Server-side apply: merges a configuration into the object by ownership, and writes the result as any update.

import { type ApplyError, type Json, type KubeObject, serverSideApply } from '@evenkeel/resource';
import { type ReadBody, readBody } from '../api/body.ts';
import { checkTypeMeta } from '../api/decode.ts';
import { type ServedType, apiVersionOf } from '../api/served-type.ts';
import { ApiError, badRequest, conflict, invalid } from '../api/status.ts';
import { strategyOf } from '../api/strategies.ts';
import { atVersion } from '../api/versions.ts';
import type { Write, Writer, Written } from '../api/writer.ts';
import { applyDefaults } from '../crd/defaults.ts';
import { draftOf, isBag, scalarText, sealed } from '../store/draft.ts';
import { converterOf } from './ownership.ts';
import { resetFieldsOf, schemaOf } from './schemas.ts';

export interface Application {
  readonly writer: Writer;
  readonly write: Write;
  readonly name: string;
  readonly body: Json | KubeObject | undefined;
  readonly now: () => string;
}

/** Applies a configuration, creating the object where it is absent. Throws 400, 409 (conflicts), 422. */
export function applyConfiguration(application: Application): Written {
  const { writer, write, name } = application;
  if (write.parameters.fieldManager === undefined || write.parameters.fieldManager === '') throw noManager();
  const config = readConfig(application);
  if (writer.exists(write, name)) return writer.modify(write, name, (old) => merged(application, config, old));
  if (write.subresource !== undefined) return writer.modify(write, name, (old) => merged(application, config, old));
  // Nothing is there that the configuration could have been read from.
  const { uid, resourceVersion: _revision, ...metadata } = config.metadata;
  if (uid !== undefined && uid !== '') {
    const why = `uid mismatch: the provided object specified uid ${uid}, and no existing object was found`;
    throw conflict(write.type, name, why);
  }
  return writer.createDraft(write, merged(application, { ...config, metadata }, undefined));
}

function readConfig({ write, name, body }: Application): KubeObject {
  if (!isBag(body)) throw badRequest('the request body must be an object');
  const { apiVersion = '', kind = '' } = body;
  if (apiVersion === '' || kind === '')
    throw badRequest(`invalid object type: /${scalarText(apiVersion)}, Kind=${scalarText(kind)}`);
  const config = checkTypeMeta(body, write.type);
  const metadata = config.metadata ?? {};
  if (metadata.name !== undefined && metadata.name !== name) {
    throw badRequest(`the name of the object (${metadata.name}) does not match the name on the URL (${name})`);
  }
  return {
    ...config,
    metadata: {
      ...metadata,
      name,
    },
  };
}

function merged({ write, now }: Application, config: KubeObject, old: KubeObject | undefined): ReadBody {
  const { type, parameters, subresource } = write;
  const { fieldManager = '' } = parameters;
  const resetFields = resetFieldsOf(type, subresource);
  const result = serverSideApply({
    live: old === undefined ? undefined : atVersion(old, type),
    config,
    manager: fieldManager,
    force: parameters.force,
    schema: schemaOf(type),
    time: now(),
    defaulter: (object) => defaulted(object, type),
    convert: converterOf(type),
    ...(subresource === undefined ? {} : { subresource }),
    ...(resetFields === undefined ? {} : { resetFields }),
  });
  // What a configuration leaves unsaid about its namespace, the path says.
  if (!result.ok) throw refusal(result.error, type, config.metadata.name ?? '');
  const read = readBody(result.value.object as unknown as Json, {
    ...write,
    parameters: { ...parameters, fieldValidation: 'Ignore' },
  });
  return { ...read, owned: true };
}

/** An object with the defaults of its type, as reading it from storage fills them in. */
function defaulted(object: KubeObject, type: ServedType): KubeObject {
  const draft = draftOf(object);
  if (type.custom === undefined) {
    strategyOf(type.collection).defaults?.(draft);
  } else if (type.custom.schema !== undefined) applyDefaults(draft, type.custom.schema);
  return sealed(draft);
}

function noManager(): ApiError {
  return invalid({ group: 'meta.k8s.io', kind: 'PatchOptions', plural: '' }, '', [
    { reason: 'FieldValueRequired', message: 'Required value: is required for apply patch', field: 'fieldManager' },
  ]);
}

function refusal(error: ApplyError, type: ServedType, name: string): ApiError {
  switch (error.code) {
    case 'CONFLICT': {
      const causes = error.conflicts.map(({ message, field }) => ({ reason: 'FieldManagerConflict', message, field }));
      return new ApiError(409, 'Conflict', error.message, { causes });
    }
    case 'BAD_REQUEST':
      return badRequest(error.message);
    case 'INVALID':
      return new ApiError(500, '', error.message);
  }
  return badRequest(`${apiVersionOf(type)} ${name} cannot be applied`);
}
