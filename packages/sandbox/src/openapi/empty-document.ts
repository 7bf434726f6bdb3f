// The document of OpenAPI 2 in protobuf, which kubectl asks for about kinds that version 3 does not know. Those it would not
// find in a full document either: an empty one gets it to say so.

const field = (tag: number, content: string): string => String.fromCodePoint(tag, content.length) + content;

/** An `openapi_v2.Document` without paths and definitions; all bytes are ASCII. */
export const emptyDocument: string = [
  field(0x0a, '2.0'),
  field(0x12, field(0x0a, 'Kubernetes') + field(0x12, 'v1.35.4')),
  field(0x42, ''),
  field(0x4a, ''),
].join('');

/** What it is sent as. */
export const emptyDocumentType = 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf';
