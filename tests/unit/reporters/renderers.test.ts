import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { Verdict } from '../../../contract/verdict/verdict.ts';
import { judge } from '../../../reporters/judge.ts';
import { STYLE, STYLE_HASH } from '../../../reporters/renderers/html/style.ts';
import { escapeHtml } from '../../../reporters/renderers/html/markup.ts';
import { rendererOf, renderers } from '../../../reporters/renderers/index.ts';
import { xml } from '../../../reporters/renderers/junit.ts';
import { jsonSchemas } from '../../../reporters/schemas.ts';
import { attempt, DECIDED, evidenceOf, failing, planned } from './evidence-builders.ts';
import { brokenCutover, goodCutover } from './rich-evidence.ts';

const HOSTILE = `</td><script>alert(1)</script>"'\`&\u0000\u001b[31mred\u001b[0m\ud800\u202eend]]>\r\nnext`;
const hostile = judge(
  evidenceOf(
    [planned('a', { title: HOSTILE }), planned('b')],
    [
      failing(
        'a',
        {},
        {
          summary: HOSTILE,
          measured: HOSTILE,
          expected: HOSTILE,
          remedy: HOSTILE,
          detail: {
            kind: 'flow',
            steps: [
              {
                id: HOSTILE,
                kind: 'request',
                outcome: 'fail',
                durationMs: 1,
                budgetMs: 2,
                statements: [{ name: HOSTILE, ok: false, measured: HOSTILE, expected: HOSTILE }],
              },
            ],
          },
        },
      ),
    ],
    {
      subject: { target: HOSTILE, urls: { app: 'javascript:alert(1)' }, wanted: { id: HOSTILE } },
      faults: [{ kind: 'other', message: HOSTILE }],
      leftovers: [{ kind: HOSTILE, identity: HOSTILE, reason: HOSTILE }],
      notStarted: [{ check: 'b', because: HOSTILE }],
    },
  ),
  DECIDED,
);
const broken = judge(brokenCutover(), DECIDED);
const good = judge(goodCutover(), DECIDED);

describe('html', () => {
  test('the policy names the digest of the style, so that nothing else may style or run', () => {
    const digest = `sha256-${createHash('sha256').update(STYLE).digest('base64')}`;
    expect(STYLE_HASH, `put '${digest}' into reporters/renderers/html/style.ts`).toBe(digest);
    expect(renderers.html(good)).toContain(`<style>${STYLE}</style>`);
  });

  test('text from a target stays text', () => {
    const page = renderers.html(hostile);
    expect(page).not.toContain('<script');
    expect(page).not.toMatch(/href="(?!https?:|#)/);
    expect(page).not.toMatch(/[\u0000\u001b\u202e]/);
    expect(page).toContain('&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&#96;&amp;red');
  });

  test('no script, no handler, no style attribute, nothing from elsewhere', () => {
    for (const verdict of [broken, good, hostile]) {
      const tags = renderers.html(verdict).match(/<[a-z][^>]*>/gi) ?? [];
      expect(tags.length).toBeGreaterThan(50);
      expect(tags.filter((tag) => /\s(style|on\w+|src|srcset)=/i.test(tag))).toEqual([]);
      expect(tags.filter((tag) => /^<(script|iframe|object|embed|link|img|form)\b/i.test(tag))).toEqual([]);
    }
  });

  test('every table has a caption, every id is there once, every link inside the page leads somewhere', () => {
    const page = renderers.html(broken);
    expect(page.match(/<table>/g)?.length).toBe(page.match(/<caption>/g)?.length);
    const ids = [...page.matchAll(/\sid="([^"]+)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const [, target] of page.matchAll(/href="#([^"]+)"/g)) expect(ids).toContain(target);
    for (const [, target] of page.matchAll(/aria-labelledby="([^"]+)"/g)) expect(ids).toContain(target);
  });

  test('every section that the verdict fills is there', () => {
    const page = renderers.html(broken);
    for (const id of [
      'blocking',
      'unclear',
      'warnings',
      'not-run',
      'reasons',
      'waived',
      'attestations',
      'groups',
      'flows',
      'probes',
      'data',
      'checks',
      'faults',
      'leftovers',
      'notices',
      'again',
    ]) {
      expect(page).toContain(`<h2 id="${id}"`);
    }
    expect(renderers.html(good)).toContain('<h2 id="load"');
  });

  test('escapes all six characters', () => {
    expect(escapeHtml(`&<>"'\``)).toBe('&amp;&lt;&gt;&quot;&#39;&#96;');
  });
});

describe('junit', () => {
  const cases = (text: string) =>
    [...text.matchAll(/<testcase [^>]*name="([^"]*)"/g)].map(([, name]) => name);

  test('the verdict is a testcase of its own that fails unless it is GO', () => {
    expect(renderers.junit(good)).toContain(
      '<testcase classname="greenlight.verdict" name="greenlight verdict" time="0"/>',
    );
    expect(renderers.junit(good)).not.toContain('<failure');
    expect(renderers.junit(broken)).toContain('<failure type="NO_GO"');
  });

  test('a required check that did not run is a failure; one that does not decide is not', () => {
    const text = renderers.junit(broken);
    expect(text).toMatch(/name="catalogue-is-fast"[^>]*>\s*<failure type="not-run"/);
    expect(text).toMatch(/name="legacy-export-works"[^>]*>\s*<skipped message="[^"]*waived by Mara Lind/);
    expect(text).toMatch(/name="search-is-relevant"[^>]*>\s*<skipped message="advisory failed/);
    const failures = text.match(/<failure/g)?.length;
    expect(text).toContain(`failures="${failures}"`);
  });

  test('no name twice, and one testcase per check', () => {
    const names = cases(renderers.junit(broken));
    expect(new Set(names).size).toBe(names.length);
    expect(names).toHaveLength(broken.checks.length + 1);
  });

  test('an accepted flaky check does not turn a GO red', () => {
    const verdict = judge(
      evidenceOf([planned('a')], [failing('a'), attempt('a', { retry: 1 })], { policy: { flaky: 'accept' } }),
      DECIDED,
    );
    expect(verdict.decision).toBe('GO');
    expect(renderers.junit(verdict)).not.toContain('<failure');
  });

  test('holds nothing that XML cannot', () => {
    const text = renderers.junit(hostile);
    expect(text).not.toMatch(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/);
    expect(text).not.toContain('<script');
    expect(xml('a\u0000\ud800\uffff😀&<>"\'')).toBe('a😀&amp;&lt;&gt;&quot;&apos;');
  });
});

describe('terminal', () => {
  test('colours only when asked for, and the same words either way', () => {
    const plain = renderers.terminal(broken);
    const coloured = renderers.terminal(broken, { colour: true });
    expect(plain).not.toContain('\u001b');
    expect(coloured).toContain('\u001b[31m');
    expect(coloured.replace(/\u001b\[\d+m/g, '')).toBe(plain);
  });

  test('a target cannot steer the terminal or fake a line', () => {
    const text = renderers.terminal(hostile);
    expect(text).not.toMatch(/[\u0000\u001b\r\u202e]/);
    expect(text).not.toMatch(/^next/m);
  });
});

test('json: keys in one order, a line end, and the same verdict when read back', () => {
  const text = renderers.json(broken);
  expect(text.endsWith('}\n')).toBe(true);
  expect(Verdict.parse(JSON.parse(text))).toEqual(broken);
  const shuffled = Object.fromEntries(Object.entries(broken).reverse()) as Verdict;
  expect(renderers.json(shuffled)).toBe(text);
  expect(Object.keys(JSON.parse(text) as object).slice(0, 3)).toEqual(['schema', 'decision', 'reason']);
});

test('an unknown format is answered with the known ones', () => {
  expect(rendererOf('junit')).toBe(renderers.junit);
  expect(() => rendererOf('pdf')).toThrow(/there is no report format "pdf"/);
  expect(() => rendererOf('toString')).toThrow(/no report format/);
  try {
    rendererOf('pdf');
  } catch (error) {
    expect(error).toMatchObject({ code: 'NAME_UNKNOWN', hint: 'Use one of: terminal, html, junit, json.' });
  }
});

test('schemas for others are complete and strict', () => {
  const schemas = jsonSchemas();
  expect(Object.keys(schemas)).toEqual([
    'verdict.schema.json',
    'evidence.schema.json',
    'plan-data.schema.json',
  ]);
  expect(schemas['verdict.schema.json']).toMatchObject({
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    additionalProperties: false,
    properties: { schema: { const: 'greenlight/verdict@1' } },
  });
  expect(JSON.stringify(schemas).length).toBeGreaterThan(5000);
});

test('ten thousand checks are judged and rendered', () => {
  const ids = Array.from({ length: 10_000 }, (_, index) => `check-${index}`);
  const verdict = judge(
    evidenceOf(
      ids.map((id) => planned(id)),
      ids.map((id) => attempt(id)),
    ),
    DECIDED,
  );
  expect(verdict.decision).toBe('GO');
  for (const render of Object.values(renderers)) expect(render(verdict)).toContain('check-9999');
});
