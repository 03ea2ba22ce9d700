import type { LookedShape } from '../contract/load/load-result.ts';
import { atMost, type Statement } from '../contract/flow/statement.ts';
import { breachIsCertain } from '../contract/statistics/certain-breach.ts';
import { percent } from '../contract/statistics/percent.ts';
import type { FindingDraft } from '../contract/evidence/finding-draft.ts';

/** Fewer looks at the answers to a step show nothing about them. */
const LEAST_LOOKS = 30;

/** What is wrong of each step's sample, as a share of that sample: among all requests it would all but vanish. */
export function shapeStatements(shapes: readonly LookedShape[], limit: number): readonly Statement[] {
  return shapes.map((shape) => {
    const statement = atMost(nameOf(shape), shareOf(shape), limit);
    const measured = shape.looked === 0 ? 'nothing' : Number(shareOf(shape).toFixed(5));
    return { ...statement, measured };
  });
}

/** Answers of a wrong shape, where chance does not explain how many of the sample they are. Pure. */
export function brokenShapes(shapes: readonly LookedShape[], limit: number): FindingDraft | undefined {
  const broken = shapes.filter(({ looked, wrong }) => breachIsCertain(wrong, looked, limit));
  const [first] = broken;
  if (first === undefined) return undefined;
  return {
    outcome: 'fail',
    cause: 'wrong-shape',
    summary: `Under load: ${broken.map(told).join('; ')}; ${percent(limit)} may be wrong`,
    measured: Number(shareOf(first).toFixed(5)),
    expected: `<= ${limit}`,
    remedy: 'run the flow once without load: it names what is wrong with such an answer',
  };
}

/** Why what was looked at does not show that the shapes hold. Pure. */
export function doubtfulShapes(shapes: readonly LookedShape[], limit: number): FindingDraft | undefined {
  const few = shapes.filter(({ looked }) => looked < LEAST_LOOKS);
  const [least] = [...few].sort((a, b) => a.looked - b.looked);
  if (least !== undefined) {
    const steps = few.map(({ step, looked, wrong }) =>
      wrong === 0 ? `"${step}" of ${looked}` : `"${step}" of ${looked}, ${wrong} of them wrong`,
    );
    return {
      outcome: 'unknown',
      cause: 'too-few-shapes',
      summary: `Too few answers were looked at to tell whether they have the shape that the flow asks for (${steps.join('; ')}): ${LEAST_LOOKS} are needed of each step`,
      measured: least.looked,
      expected: `>= ${LEAST_LOOKS}`,
      unit: 'answers',
      remedy: 'lengthen durationS, or raise connections or rate, until each step is made as often',
    };
  }
  const doubtful = shapes.filter((shape) => shareOf(shape) > limit);
  const [first] = doubtful;
  if (first === undefined) return undefined;
  return {
    outcome: 'unknown',
    cause: 'shapes-undecided',
    summary: `${doubtful.map(told).join('; ')}; ${percent(limit)} may be wrong, and so few may be chance`,
    measured: Number(shareOf(first).toFixed(5)),
    expected: `<= ${limit}`,
    remedy: 'lengthen durationS, so that more answers are looked at; and see what the wrong ones say',
  };
}

function nameOf({ step }: LookedShape): string {
  return `wrong shapes of "${step}"`;
}

function told({ step, looked, wrong }: LookedShape): string {
  return `${wrong} of ${looked} answers to "${step}" that were looked at have the wrong shape`;
}

function shareOf({ looked, wrong }: LookedShape): number {
  return looked === 0 ? NaN : wrong / looked;
}
