import { importOptional } from '../../../host/import-optional.ts';
import type { ListedBackup } from './listed-backup.ts';

export interface BucketPlace {
  readonly bucket: string;
  readonly prefix: string;
  readonly region: string;
  readonly url?: string | undefined;
}

/** A bucket with more objects than this is listed by a longer prefix. */
const MOST_PAGES = 50;

/**
 * The objects of a bucket, page by page (`ListObjectsV2`). Credentials come from the environment, as for every tool of AWS.
 * @throws Error of the client; GreenlightError PART_MISSING without it
 */
export async function listBucket(
  { bucket, prefix, region, url }: BucketPlace,
  names: RegExp,
  timeoutMs: number,
): Promise<readonly ListedBackup[]> {
  const { S3Client, ListObjectsV2Command } = await importOptional(
    '@aws-sdk/client-s3',
    () => import('@aws-sdk/client-s3'),
  );
  const client = new S3Client({
    region,
    maxAttempts: 2,
    ...(url !== undefined && { endpoint: url, forcePathStyle: true }),
  });
  try {
    const found: ListedBackup[] = [];
    let token: string | undefined;
    for (let page = 0; page < MOST_PAGES; page += 1) {
      const answer = await client.send(
        new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, ContinuationToken: token }),
        { abortSignal: AbortSignal.timeout(timeoutMs) },
      );
      for (const { Key: key, Size: size, LastModified: changed } of answer.Contents ?? []) {
        // A folder, as consoles make it, is an empty object.
        if (key === undefined || changed === undefined || key.endsWith('/') || !names.test(key)) continue;
        found.push({ name: key, size, at: changed.getTime(), place: `s3://${bucket}/${key}` });
      }
      token = answer.NextContinuationToken;
      if (answer.IsTruncated !== true || token === undefined) return found;
    }
    throw new Error(`more than ${MOST_PAGES} pages of objects begin with "${prefix}": name a longer prefix`);
  } finally {
    client.destroy();
  }
}
