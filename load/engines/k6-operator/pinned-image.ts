import { GreenlightError } from '../../../contract/errors.ts';

const IMAGE =
  /^(?<name>[a-z0-9]+(?:[._:/-]+[a-zA-Z0-9]+)*?):(?<tag>[\w][\w.-]{0,127})(?:@sha256:(?<digest>[0-9a-f]{64}))?$/;

/**
 * Checks that an image says what it is. A tag may be moved, so a digest may follow it; `latest` says nothing.
 * @throws GreenlightError IMAGE_UNPINNED
 */
export function pinnedImage(
  image: string,
  option: string,
): { readonly tag: string; readonly digest?: string } {
  const { tag, digest } = IMAGE.exec(image)?.groups ?? {};
  if (tag === undefined || tag.includes('latest')) {
    throw new GreenlightError('IMAGE_UNPINNED', `${option}: "${image}" does not say which version it is`);
  }
  return digest === undefined ? { tag } : { tag, digest };
}

/**
 * The version of k6 in an image, by its tag.
 * @throws GreenlightError IMAGE_UNPINNED for a tag that does not begin with a version of k6 2 or later
 */
export function k6VersionOf(image: string): string {
  const { tag } = pinnedImage(image, '--image');
  const version = /^v?(\d+\.\d+\.\d+)/.exec(tag)?.[1];
  if (version !== undefined && Number(version.split('.')[0]) >= 2) return version;
  throw new GreenlightError('IMAGE_UNPINNED', `--image: the tag "${tag}" is no version of k6 2 or later`);
}
