import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { strFromU8, strToU8, unzipSync, zipSync } from 'fflate';
import { afterAll, describe, expect, test } from 'vitest';
import { redactBytes } from '../../../safety/redact-bytes.ts';
import { redactFile } from '../../../safety/redact-files.ts';
import { createRedactor } from '../../../safety/redactor.ts';
import { scanFiles } from '../../../safety/scan-files.ts';

const SECRET = 'archived-secret-77';
const redactor = createRedactor({ env: {}, values: [SECRET] });
const directory = mkdtempSync(join(tmpdir(), 'greenlight-bytes-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const archive = (text: string): Uint8Array =>
  zipSync({ 'a.txt': strToU8(text), 'inner.zip': zipSync({ 'b.network': strToU8(text) }) });
const page = (zip: Uint8Array): string =>
  `<template>data:application/zip;base64,${Buffer.from(zip).toString('base64')}</template>`;

describe('redacting bytes', () => {
  test('what holds no secret is left as it is', () => {
    expect(redactBytes(strToU8('nothing here'), redactor)).toBeUndefined();
    expect(redactBytes(archive('nothing here'), redactor)).toBeUndefined();
    expect(redactBytes(strToU8(page(archive('nothing here'))), redactor)).toBeUndefined();
    expect(redactBytes(new Uint8Array(), redactor)).toBeUndefined();
  });
  test('archives are redacted entry by entry and stay readable', () => {
    const outer = unzipSync(redactBytes(archive(`x ${SECRET}`), redactor) ?? new Uint8Array());
    expect(strFromU8(outer['a.txt'] ?? new Uint8Array())).toBe('x [redacted]');
    const inner = unzipSync(outer['inner.zip'] ?? new Uint8Array());
    expect(strFromU8(inner['b.network'] ?? new Uint8Array())).toBe('x [redacted]');
  });
  test('archives inside pages are redacted', () => {
    const clean = redactBytes(strToU8(page(archive(SECRET))), redactor)?.toString() ?? '';
    const zip = Buffer.from(/base64,([^<]+)</.exec(clean)?.[1] ?? '', 'base64');
    expect(strFromU8(unzipSync(zip)['a.txt'] ?? new Uint8Array())).toBe('[redacted]');
  });
  test('binary content is only searched for what is known', () => {
    const binary = Buffer.concat([Buffer.from([0xff, 0xfe, 0x80]), Buffer.from(`password=abc ${SECRET}`)]);
    expect(redactBytes(binary, redactor)?.toString('latin1')).toBe('\xff\xfe\x80password=abc [redacted]');
  });
  test('a broken archive cannot be redacted, so the file is replaced', () => {
    const file = join(directory, 'trace.zip');
    writeFileSync(file, Buffer.concat([archive(SECRET).slice(0, 60), strToU8(SECRET)]));
    expect(redactFile(file, redactor)).toBe(true);
    expect(readFileSync(file, 'utf8')).toMatch(/^\[removed by Greenlight: .* cannot be read\]/);
  });
});

describe('scanning files', () => {
  test('finds a value in every encoded form, in archives and in pages', () => {
    writeFileSync(join(directory, 'form.txt'), Buffer.from(`xx${SECRET}yy`).toString('base64url'));
    writeFileSync(join(directory, 'page.html'), page(archive(SECRET)));
    writeFileSync(join(directory, 'clean.txt'), 'nothing');
    writeFileSync(join(directory, 'broken.zip'), archive('nothing').slice(0, 50));
    expect(scanFiles(directory, [SECRET]).map((leak) => leak.where)).toEqual([
      'broken.zip (an archive that cannot be read)',
      'form.txt',
      'page.html (embedded) > a.txt',
      'page.html (embedded) > inner.zip > b.network',
    ]);
  });
  test('values that are never masked are not looked for', () => {
    expect(scanFiles(directory, ['test', 'true', ''])).toEqual([]);
  });
});
