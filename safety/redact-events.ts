import { createHash } from 'node:crypto';
import { lstatSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, isAbsolute, join, relative, sep } from 'node:path';
import type { FullConfig, Suite, TestCase, TestError, TestResult, TestStep } from '@playwright/test/reporter';
import { redactBytes } from './redact-bytes.ts';
import { redactFile } from './redact-files.ts';
import type { FullRedactor } from './redactor.ts';

type Attachment = TestResult['attachments'][number];
/** Steps have parameters since Playwright 1.63. */
type Step = TestStep & { subtitle?: string; params?: unknown };

/**
 * Cleans the objects that Playwright hands to its reporters, in place: all reporters get the same objects one after
 * the other, so what the first one cleans is clean for all.
 */
export interface EventRedactor {
  suite(suite: Suite): void;
  step(test: TestCase, result: TestResult, step: TestStep): void;
  testEnd(test: TestCase, result: TestResult): void;
  error(error: TestError): void;
  /** Settings that reports quote: headers and credentials in `use`, the environment of web servers, metadata. */
  config(config: FullConfig): void;
}

/** Makes the event redactor of one reporter. */
export function createEventRedactor(redactor: FullRedactor): EventRedactor {
  const done = new WeakSet<object>();
  const frames = sourceFrames(redactor);

  const cleanAttachments = (test: TestCase, result: TestResult): void => {
    for (const attachment of result.attachments) {
      if (done.has(attachment)) continue;
      done.add(attachment);
      cleanAttachment(attachment, redactor, outputDirectoryOf(test));
    }
  };
  const cleanAnnotations = (annotations: TestCase['annotations'] | undefined): void => {
    for (const annotation of annotations ?? []) {
      if (annotation.description !== undefined) {
        assign(annotation, 'description', redactor.text(annotation.description));
      }
    }
  };
  const cleanStep = (step: Step): void => {
    assign(step, 'title', redactor.text(step.title));
    // Playwright's own closure would answer with the title as it was.
    step.titlePath = () => [...(step.parent?.titlePath() ?? []), step.title];
    if (step.subtitle !== undefined) assign(step, 'subtitle', redactor.text(step.subtitle));
    if (step.params !== undefined) assign(step, 'params', redactor.deep(step.params));
    if (step.error) cleanError(step.error, redactor);
    cleanAnnotations(step.annotations);
    // The HTML report reads three lines of source around a step from disk, where nobody can clean them.
    if (step.location && frames.holdsSecret(step.location.file, step.location.line)) {
      assign(step, 'location', undefined);
    }
  };

  return {
    suite: (root) => {
      const visit = (suite: Suite): void => {
        assign(suite, 'title', redactor.text(suite.title));
        for (const test of suite.tests) {
          assign(test, 'title', redactor.text(test.title));
          cleanAnnotations(test.annotations);
        }
        suite.suites.forEach(visit);
      };
      visit(root);
    },
    step: (test, result, step) => {
      cleanStep(step);
      // The blob reporter copies attachments at the end of each step.
      cleanAttachments(test, result);
    },
    testEnd: (test, result) => {
      for (const error of result.errors) cleanError(error, redactor);
      if (result.error) cleanError(result.error, redactor);
      const visit = (steps: readonly TestStep[]): void =>
        steps.forEach((step) => {
          cleanStep(step);
          visit(step.steps);
        });
      visit(result.steps);
      cleanAnnotations(result.annotations);
      cleanAnnotations(test.annotations);
      cleanOutput(result.stdout, redactor);
      cleanOutput(result.stderr, redactor);
      cleanAttachments(test, result);
    },
    error: (error) => cleanError(error, redactor),
    config: (config) => cleanConfig(config, redactor),
  };
}

function cleanError(error: TestError, redactor: FullRedactor): void {
  for (const [key, value] of Object.entries(error)) {
    // `location` stays as it is: it is a path, and paths must keep working.
    if (key === 'location') continue;
    if (typeof value === 'string') assign(error, key as keyof TestError, redactor.text(value));
    else if (key === 'cause' && typeof value === 'object' && value !== null)
      cleanError(value as TestError, redactor);
  }
}

/** Pieces are joined first: a secret may have been printed in two. */
function cleanOutput(chunks: (string | Buffer)[], redactor: FullRedactor): void {
  const whole = Buffer.concat(chunks.map((chunk) => Buffer.from(chunk))).toString('utf8');
  const clean = redactor.text(whole);
  if (clean !== whole) chunks.splice(0, chunks.length, clean);
}

function cleanAttachment(attachment: Attachment, redactor: FullRedactor, outputDirectory: string): void {
  assign(attachment, 'name', redactor.text(attachment.name));
  if (attachment.body) {
    assign(attachment, 'body', redactBytes(attachment.body, redactor) ?? attachment.body);
  }
  const path = attachment.path;
  if (path === undefined || lstatSync(path, { throwIfNoEntry: false })?.isFile() !== true) return;
  if (isInside(path, outputDirectory)) {
    redactFile(path, redactor);
    return;
  }
  // A file of the user's own: it is not ours to change, so reports get a clean copy.
  const clean = redactBytes(readFileSync(path), redactor);
  if (clean === undefined) return;
  const digest = createHash('sha256').update(path).digest('hex').slice(0, 10);
  const directory = join(outputDirectory, 'redacted');
  mkdirSync(directory, { recursive: true });
  const copy = join(directory, `${digest}-${basename(path)}`);
  writeFileSync(copy, clean);
  assign(attachment, 'path', copy);
}

function cleanConfig(config: FullConfig, redactor: FullRedactor): void {
  const own = config as FullConfig & { filteredProjects?: FullConfig['projects'] };
  for (const project of [...config.projects, ...(own.filteredProjects ?? [])]) {
    assign(project, 'use', redactor.deep(project.use));
    assign(project, 'metadata', redactor.deep(project.metadata));
  }
  assign(config, 'metadata', redactor.deep(config.metadata));
  assign(config, 'webServer', redactor.deep(config.webServer));
}

/** Whether the lines of source that a report shows for a step hold a secret. */
function sourceFrames(redactor: FullRedactor): { holdsSecret(file: string, line: number): boolean } {
  const files = new Map<string, readonly boolean[]>();
  const linesOf = (file: string): readonly boolean[] => {
    const before = files.get(file);
    if (before) return before;
    const source = lstatSync(file, { throwIfNoEntry: false })?.isFile() ? readFileSync(file, 'utf8') : '';
    const lines = source.split('\n').map((line) => redactor.text(line) !== line);
    files.set(file, lines);
    return lines;
  };
  return {
    holdsSecret: (file, line) =>
      linesOf(file)
        .slice(Math.max(0, line - 3), line + 2)
        .includes(true),
  };
}

function outputDirectoryOf(test: TestCase): string {
  return test.parent.project()?.outputDir ?? process.cwd();
}

function isInside(path: string, directory: string): boolean {
  const inside = relative(directory, path);
  return inside !== '' && inside !== '..' && !inside.startsWith(`..${sep}`) && !isAbsolute(inside);
}

/** Playwright's types are read-only for reporters; its objects are not. */
function assign<T extends object, K extends keyof T>(object: T, key: K, value: unknown): void {
  if (object[key] !== value) Object.assign(object, { [key]: value });
}
