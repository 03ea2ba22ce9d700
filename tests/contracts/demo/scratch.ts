import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll } from 'vitest';

/** A directory of this test file, removed when it ends. */
export function scratch(): string {
  const directory = mkdtempSync(path.join(tmpdir(), 'greenlight-test-'));
  chmodSync(directory, 0o711);
  afterAll(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}
