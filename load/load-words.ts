import type { Finding } from '../contract/evidence/finding.ts';
import type { Statement } from '../contract/flow/statement.ts';
import type { LoadResult } from '../contract/load/load-result.ts';
import { coresItTakes } from './generator-capacity.ts';
import { errorRate } from './error-rate.ts';

/** What a load failed by, as a person reads it. @param first decides */
export function failure(
  broken: readonly Statement[],
  first: Statement,
  result: LoadResult,
): Pick<Finding, 'summary' | 'cause' | 'measured' | 'expected' | 'unit'> {
  return {
    summary: `Under load: ${brokenTexts(broken)}${first.name === 'error rate' ? wrongAnswersText(result) : ''}`,
    cause: first.name.replaceAll(' ', '-'),
    ...inItsUnit(first),
  };
}

/** What came most often, and one of it: what a person looks for first. */
function wrongAnswersText({ wrongAnswers = [] }: LoadResult): string {
  const [most] = wrongAnswers;
  if (most === undefined) return '';
  const counts = wrongAnswers.map(({ status, count }) => `${count} answers with ${status}`).join(', ');
  return `: ${counts}; for example ${most.example.request}: ${most.example.answer}`;
}

/** Shares as people say them. */
function inItsUnit({
  name,
  measured,
  expected,
  unit,
}: Statement): Pick<Finding, 'measured' | 'expected' | 'unit'> {
  if (name !== 'error rate' || typeof measured !== 'number' || typeof expected !== 'string')
    return { measured, expected, ...(unit === undefined ? {} : { unit }) };
  const limit = Number(expected.replace(/^\D*/, ''));
  return { measured: inPercent(measured), expected: `<= ${inPercent(limit)}`, unit: '%' };
}

function inPercent(share: number): number {
  return round(share * 100, 3);
}

export function brokenTexts(broken: readonly Statement[]): string {
  return broken
    .map((statement) => {
      const { measured, expected, unit } = inItsUnit(statement);
      const of = unit === undefined ? '' : ` ${unit}`;
      return `${statement.name} is ${String(measured)}${of} (${String(expected)}${of})`;
    })
    .join('; ');
}

export function passSummary(result: LoadResult): string {
  const p95 = result.latency === null ? 'no latency' : `p95 ${round(result.latency.p95, 1)} ms`;
  const errors = `${round(errorRate(result) * 100, 2)} % errors`;
  const rate = `${round(result.achievedRate, 1)}${result.model === 'open' ? ' arrivals' : ''}/s`;
  const model =
    result.model === 'open' ? 'arrivals as ordered' : 'closed model: says nothing about arrival rates';
  const { processes, cores } = result.generator;
  const made =
    processes === undefined
      ? ''
      : ` in ${processes} processes${cores !== undefined && processes > cores ? ` on only ${cores} cores` : ''}`;
  return `${result.requests} requests, ${rate}, ${p95}, ${errors} (${result.engine.name} ${result.engine.version}${made}, ${model})`;
}

/** What it would take; an event loop more helps only where there is a core for it. */
export function autocannonRemedy(result: LoadResult): string {
  const { processes = 1, cores } = result.generator;
  const free =
    cores !== undefined && processes >= cores
      ? `use a machine with more cores (${processes} processes had ${cores})`
      : `raise processes (${processes} now) where the machine has free cores`;
  return `${free}${coresItTakes(result)}, lower connections, or use engine "k6"`;
}

export function generatorText({ generator, engine }: LoadResult): string {
  const what = engine.name === 'k6' ? 'arrivals began' : 'event loop';
  const lag = generator.lagP99Ms === null ? [] : [`${what} ${round(generator.lagP99Ms, 1)} ms late at p99`];
  const cpu = generator.cpuPercent === null ? [] : [`${Math.round(generator.cpuPercent)} % of a core`];
  const health = [...lag, ...cpu].join(', ') || 'its health is not known';
  const { processes, cores } = generator;
  return processes === undefined
    ? health
    : `the worst of ${processes} processes on ${cores} cores: ${health}`;
}

/** For what is shown, never for what is compared. */
export function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
