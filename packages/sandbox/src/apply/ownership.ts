// Field ownership of writes that are no applies: every create, update and patch leaves in metadata.managedFields what it set.

import { type KubeObject, type VersionConverter, updateOwnership } from '@evenkeel/resource';
import { type ServedType, apiVersionOf } from '../api/served-type.ts';
import { atVersion } from '../api/versions.ts';
import { resetFieldsOf, schemaOf } from './schemas.ts';

/** A write to be recorded. Objects are as stored. */
export interface RecordedWrite {
  readonly type: ServedType;
  readonly before: KubeObject | undefined;
  readonly after: KubeObject;
  readonly manager: string;
  readonly subresource: string | undefined;
  readonly time: string;
}

/** The managedFields after the write. */
export function recordOwnership(write: RecordedWrite): KubeObject['metadata']['managedFields'] {
  const resetFields = resetFieldsOf(write.type, write.subresource);
  const applied = updateOwnership({
    before: write.before === undefined ? undefined : atVersion(write.before, write.type),
    after: atVersion(write.after, write.type),
    manager: write.manager,
    schema: schemaOf(write.type),
    time: write.time,
    ...(write.subresource === undefined ? {} : { subresource: write.subresource }),
    ...(resetFields === undefined ? {} : { resetFields }),
    convert: converterOf(write.type),
  });
  // The scale endpoint's entries carry no time.
  if (write.subresource !== 'scale') return applied.managedFields;
  return applied.managedFields.map((entry) => {
    if (entry.subresource !== 'scale') return entry;
    const { time: _time, ...rest } = entry;
    return rest;
  });
}

/** Reads objects of a type at the versions its managers wrote at. */
export function converterOf(type: ServedType): VersionConverter {
  return (object, apiVersion) => {
    if (apiVersion === apiVersionOf(type)) return { object, schema: schemaOf(type) };
    const other = type.siblings?.().find((each) => apiVersionOf(each) === apiVersion);
    if (other === undefined) return undefined;
    return {
      object: atVersion(object as unknown as KubeObject, other) as unknown as typeof object,
      schema: schemaOf(other),
    };
  };
}
