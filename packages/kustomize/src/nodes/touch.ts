// One source of a value: the element of a trail.

/** A place in a file, and by which means the value came from there to the object. */
export interface Touch {
  /** 'resource', 'patch', 'generator', or the kustomization field that set the value ('images', 'namespace', …). */
  readonly by: string;
  /** Tree path of the file; of a remote base, the URL and the path in it. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
}
