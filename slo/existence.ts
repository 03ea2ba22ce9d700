import { parseSelector } from './selector.ts';

/**
 * An expression that has a value when the metric of `part` exists where `total` is counted, with every label that its
 * selector names. What says where (labels of `up` and of `total`, the job) must be as it is written: else a typing error,
 * or another service with a metric of this name, would prove that there was not one such event. What says which kind of
 * event (`code=~"5.."`) may have any value: a target without errors never wrote that one.
 * @throws Unavailable where matchers can't be read
 */
export function existence(up: string, part: string, total: string): string {
  const place = new Set(['job', 'instance', ...parseSelector(up).matchers.map(({ label }) => label)]);
  const others = parseSelector(total).matchers;
  const { name, matchers } = parseSelector(part);
  const asked = matchers.flatMap((matcher) => {
    const same = others.filter(({ label }) => label === matcher.label);
    const theirs = same.map(({ text }) => text);
    // Both matchers of one label: two that contradict each other find nothing, so nothing is proved.
    const strict = matcher.operator === '=' && same.some(({ operator }) => operator === '=');
    return strict || place.has(matcher.label)
      ? [matcher.text, ...theirs]
      : [`${matcher.label}!=""`, ...theirs];
  });
  const all = [...new Set(asked)];
  return `count(${name}${all.length === 0 ? '' : `{${all.join(',')}}`})`;
}
