import { GreenlightError } from '../../../contract/errors.ts';

const IMAGE =
  /^(?<name>[a-z0-9]+(?:[._:/-]+[a-zA-Z0-9]+)*?):(?<tag>[\w][\w.-]{0,127})(?:@sha256:(?<digest>[0-9a-f]{64}))?$/;

/**
 * Checks that an image says what it is. A tag may be moved, so a digest may follow it; `latest` says nothing.
 * @throws GreenlightError USAGE
 */
export function pinnedImage(
  image: string,
  option: string,
): { readonly tag: string; readonly digest?: string } {
  const { tag, digest } = IMAGE.exec(image)?.groups ?? {};
  if (tag === undefined || tag.includes('latest')) {
    throw new GreenlightError('USAGE', `${option}: "${image}" does not say which version it is`, {
      hint: 'Write name:version, or name:version@sha256:<64 hex digits>; "latest" may be another one tomorrow.',
    });
  }
  return digest === undefined ? { tag } : { tag, digest };
}

/**
 * The version of k6 in an image, by its tag.
 * @throws GreenlightError USAGE for a tag that does not begin with a version of k6 2 or later
 */
export function k6VersionOf(image: string): string {
  const { tag } = pinnedImage(image, '--image');
  const version = /^v?(\d+\.\d+\.\d+)/.exec(tag)?.[1];
  if (version !== undefined && Number(version.split('.')[0]) >= 2) return version;
  throw new GreenlightError('USAGE', `--image: the tag "${tag}" is no version of k6 2 or later`, {
    hint: 'The result says which version measured: begin the tag with it, such as k6:2.2.0 or k6:2.2.0-ours.',
  });
}
