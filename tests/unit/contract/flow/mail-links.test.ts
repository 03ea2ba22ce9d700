import { expect, test } from 'vitest';
import { mailLinks } from '../../../../contract/flow/mail-links.ts';

test('links of the HTML part win, in order, decoded, absolute, once', () => {
  const html = `<a class="x" HREF='https://a.test/?x=1&amp;y=&#50;'>1</a><a href=http://b.test/&#x2F;c>2</a>
    <a href="/relative">3</a><a href="mailto:x@y.test">4</a><a href="http://b.test//c">again</a><area href="https://no.test">`;
  expect(mailLinks({ html, text: 'http://never.test' })).toEqual([
    'https://a.test/?x=1&y=2',
    'http://b.test//c',
  ]);
});

test('what is no character stays as it is', () => {
  expect(mailLinks({ html: '<a href="https://a.test/?x=&#99999999;&none;">1</a>', text: '' })).toEqual([
    'https://a.test/?x=&#99999999;&none;',
  ]);
});

test.each(['', ' '])(
  'links of the text part without HTML ("%s"), without the punctuation after them',
  (html) => {
    const text = 'Go to https://a.test/verify?t=1. Or (http://b.test?q=1), please!';
    expect(mailLinks({ html, text })).toEqual(['https://a.test/verify?t=1', 'http://b.test?q=1']);
  },
);
