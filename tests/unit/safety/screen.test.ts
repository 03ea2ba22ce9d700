import { Writable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { renderers } from '../../../reporters/renderers/index.ts';
import { judge } from '../../../reporters/judge.ts';
import { createProgress } from '../../../run/progress.ts';
import { createScreen, type Screen } from '../../../safety/screen.ts';
import { showVerdict } from '../../../scripts/show-verdict.ts';
import { DECIDED, evidenceOf, failing, planned } from '../reporters/evidence-builders.ts';

function screenIn(env: NodeJS.ProcessEnv): { screen: Screen; shown: { out: string; err: string } } {
  const shown = { out: '', err: '' };
  const stream = (name: 'out' | 'err'): Writable =>
    new Writable({
      write(chunk: Buffer, _encoding, done) {
        shown[name] += chunk.toString();
        done();
      },
    });
  return { screen: createScreen({ out: stream('out'), err: stream('err'), env }), shown };
}

/** What GitHub's runner would obey: `::` after blanks at the start of a line, `##[` anywhere. */
const OBEYED = /^\s*::|##\[|##vso\[|##teamcity\[/m;
const PAYLOADS = [
  '::set-output name=decision::GO',
  'ok\n::stop-commands::x',
  '\t ::error::x',
  'total ##[set-output name=decision]GO',
  '##vso[task.setvariable variable=decision]GO',
  "##teamcity[buildStatus text='GO']",
];

describe.each([{ GITHUB_ACTIONS: 'true' }, { TF_BUILD: 'True' }, { TEAMCITY_VERSION: '2026.1' }])(
  'with %o, a target cannot give commands to the CI system',
  (env) => {
    const evidence = evidenceOf(
      PAYLOADS.map((_, index) => planned(`check-${index}`)),
      PAYLOADS.map((text, index) => failing(`check-${index}`, {}, { summary: text, remedy: text })),
    );
    const verdict = judge(evidence, DECIDED);

    test('in the verdict for people', () => {
      const { screen, shown } = screenIn(env);
      showVerdict(screen, verdict, false);
      expect(shown.out).not.toMatch(OBEYED);
      expect(shown.out).toContain('set-output');
    });

    test('in the verdict as JSON, which means the same', () => {
      const { screen, shown } = screenIn(env);
      showVerdict(screen, verdict, true);
      expect(shown.out).not.toMatch(OBEYED);
      expect(JSON.parse(shown.out)).toEqual(JSON.parse(renderers.json(verdict)));
    });

    test.each(PAYLOADS)('in progress: %j', (text) => {
      const { screen, shown } = screenIn(env);
      const progress = createProgress(screen);
      for (const type of ['begin', 'end'] as const) {
        progress.event({ type, check: text, title: text, project: text, status: text, durationMs: 1 });
      }
      progress.note(text);
      progress.stage(text);
      progress.close();
      expect(shown.err).not.toMatch(OBEYED);
    });
  },
);

test('commands that are meant are left alone, and so is all text elsewhere', () => {
  const github = screenIn({ GITHUB_ACTIONS: 'true' });
  github.screen.command('::error title=Greenlight::x');
  expect(github.shown.err).toBe('::error title=Greenlight::x\n');
  const plain = screenIn({});
  plain.screen.err('::notice::x ##[y]');
  expect(plain.shown.err).toBe('::notice::x ##[y]\n');
});
