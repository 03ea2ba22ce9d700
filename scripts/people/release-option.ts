import { GreenlightError } from '../../contract/errors.ts';
import { Release } from '../../contract/plan/release.ts';

/** The release that --release and --commit name; undefined without. @throws GreenlightError OPTION_MISSING or RELEASE_INVALID */
export function releaseOf({
  release: id,
  commit,
}: {
  readonly release?: string;
  readonly commit?: string;
}): Release | undefined {
  if (id === undefined) {
    if (commit === undefined) return undefined;
    throw new GreenlightError('OPTION_MISSING', '--commit needs --release <id>');
  }
  const parsed = Release.safeParse({ id, ...(commit === undefined ? {} : { commit }) });
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new GreenlightError(
    'RELEASE_INVALID',
    `--${issue?.path[0] === 'commit' ? 'commit' : 'release'}: ${issue?.message ?? 'is not right'}`,
  );
}
