import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium, type Browser } from '@playwright/test';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { judge } from '../../../reporters/judge.ts';
import { renderers } from '../../../reporters/renderers/index.ts';
import { DECIDED } from '../../unit/reporters/evidence-builders.ts';
import { brokenCutover, slowCutover } from '../../unit/reporters/rich-evidence.ts';

const PROGRAM = '/usr/bin/chromium-headless-shell';

describe.runIf(existsSync(PROGRAM))('the page in a real browser', () => {
  let browser: Browser;
  let directory: string;
  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'greenlight-page-'));
    browser = await chromium.launch({ executablePath: PROGRAM });
  });
  afterAll(async () => {
    await browser.close();
    rmSync(directory, { recursive: true, force: true });
  });

  test.each([
    ['broken', brokenCutover, 1280],
    ['broken, narrow', brokenCutover, 390],
    ['slow', slowCutover, 390],
  ] as const)('%s: styled under its own policy, asks for nothing, fits', async (_name, make, width) => {
    const file = join(directory, 'index.html');
    writeFileSync(file, renderers.html(judge(make(), DECIDED)));
    const page = await browser.newPage({ viewport: { width, height: 900 } });
    const heard: string[] = [];
    page.on('console', (message) => heard.push(message.text()));
    page.on('request', (request) => {
      if (!request.url().startsWith('file:')) heard.push(request.url());
    });
    await page.goto(pathToFileURL(file).href);
    // As text: this project's types know nothing of a browser's window.
    const seen = await page.evaluate<unknown>(`({
      tooWide: document.documentElement.scrollWidth - window.innerWidth,
      bannerEdge: getComputedStyle(document.querySelector('.banner')).borderTopStyle,
      scripts: document.scripts.length,
    })`);
    expect(heard).toEqual([]);
    expect(seen).toEqual({ tooWide: 0, bannerEdge: 'solid', scripts: 0 });
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('NO-GO');
    await page.close();
  });

  test('on paper the closed parts are open', async () => {
    const file = join(directory, 'index.html');
    writeFileSync(file, renderers.html(judge(slowCutover(), DECIDED)));
    const page = await browser.newPage();
    await page.goto(pathToFileURL(file).href);
    const height = async () => (await page.locator('details').first().boundingBox())?.height ?? 0;
    const onScreen = await height();
    await page.emulateMedia({ media: 'print' });
    expect(await height()).toBeGreaterThan(onScreen * 2);
    await page.close();
  });
});
