/**
 * Whether a project of a Playwright configuration is meant by a name, as `--project` takes it: without regard to case, `*`
 * for any characters.
 */
export function isNamedProject(project: string, wanted: string): boolean {
  const pattern = wanted
    .split('*')
    .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
    .join('.*');
  return new RegExp(`^${pattern}$`, 'i').test(project);
}
