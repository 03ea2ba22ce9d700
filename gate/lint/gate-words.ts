import { withoutVerdict } from '../answer.ts';
import { inQuery, type Route } from '../route.ts';
import { runsGate } from './shell/commands.ts';

/** How a deploy file names Greenlight, or an address of its gate. */
export interface GateWords {
  /** Whether Greenlight, or an address that answers a question in its query, stands anywhere in it. */
  names(text: string): boolean;
  /** The same in exact letters: `greenlight` is the program, and Greenlight may be a heading. */
  namesExactly(text: string): boolean;
  /** Asks a gate with curl. */
  asks(text: string): boolean;
  /** Runs Greenlight for an answer, or asks a gate for one. A shard answers nothing: that is for the merge. */
  isGate(text: string): boolean;
  /** curl ends with 0 for any status, unless it is told otherwise; and some addresses answer 200 to everything. */
  failsOnRefusal(text: string): boolean;
}

/** The words of a gate with these addresses. */
export function gateWords(routes: readonly Route[]): GateWords {
  const asked = routes.filter(({ question }) => question === inQuery);
  const paths = asked.map(({ path }) => path.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|');
  const refused = withoutVerdict('INCONCLUSIVE', '');
  const yesToAll = asked.filter(({ dialect }) => dialect(refused).status < 300).map(({ path }) => path);
  const named = `greenlight|(?:${paths})\\b`;
  const [exactly, anyCase] = [new RegExp(named), new RegExp(named, 'i')];
  const curl = new RegExp(`\\bcurl\\b.*(?:${paths}|verdict)`, 's');
  const asks = (text: string): boolean => curl.test(text);
  return {
    names: (text) => anyCase.test(text),
    namesExactly: (text) => exactly.test(text),
    asks,
    isGate: (text) =>
      (runsGate(text) && !/\srun\s(?:.*\s)?--shard\b/s.test(text)) || (asks(text) && !runsGate(text)),
    failsOnRefusal: (text) =>
      /\s(?:-[a-zA-Z]*f[a-zA-Z]*|--fail(?:-with-body)?)\b/.test(text) &&
      !yesToAll.some((path) => text.includes(path)),
  };
}
