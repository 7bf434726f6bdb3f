// Images and replicas of a Kustomize source, as argocd's flags write and merge them.
// Mirrors argoproj/argo-cd:pkg/apis/application/v1alpha1/types.go (3.6) KustomizeImage and KustomizeReplica.

import type { JsonObject } from '@evenkeel/resource';
import { CommandFailure, exitCodes } from '../io.ts';

/** What stands before the first delimiter that a reference to an image has: the name it is known by. */
export function imageName(image: string): string {
  const delimiter = ['=', ':', '@'].find((one) => image.includes(one));
  return delimiter === undefined ? image : image.slice(0, image.indexOf(delimiter));
}

/** Puts an image in place of the one of the same name, or behind the others. */
export function mergeImage(images: string[], image: string): void {
  const known = images.findIndex((one) => imageName(one) === imageName(image));
  if (known < 0) images.push(image);
  else images[known] = image;
}

/** "name=count" in place of the one of the same name, or behind the others. Throws CommandFailure. */
export function mergeReplica(replicas: JsonObject[], said: string): void {
  const [name = '', count = '', ...rest] = said.split('=');
  if (rest.length > 0 || name === '' || !/^\d+$/.test(count))
    throw new CommandFailure(`expected parameter of the form: name=count. Received: ${said}`, exitCodes.generic);
  const replica = { name, count: Number(count) };
  const known = replicas.findIndex((one) => one['name'] === name);
  if (known < 0) replicas.push(replica);
  else replicas[known] = replica;
}
