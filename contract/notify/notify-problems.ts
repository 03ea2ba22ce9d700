import type { Problem } from '../errors.ts';
import { list, type Loose, object } from '../flow/loose.ts';
import { hostOf, isLoopback } from '../plan/loopback.ts';
import { BLIND_KIND, Notify, USUAL_KIND } from './notify.ts';
import { Level } from './level.ts';
import { routeOf } from './routes.ts';

/**
 * What is wrong between the parts of `notify`, and between it and the checks of the plan.
 * @param known the ids of all checks of the plan
 */
export function notifyProblems(plan: Loose, known: ReadonlySet<string>): readonly Problem[] {
  if (plan['notify'] === undefined) return [];
  const notify = object(plan['notify']);
  return [
    ...routeProblems(notify),
    ...checkProblems(notify, known),
    ...maintenanceProblems(notify),
    ...locationProblems(notify, list(object(plan['synthetic'])['locations'])),
    ...addressProblems(notify),
    ...uncovered(notify),
  ];
}

function routeProblems(notify: Loose): Problem[] {
  const names = Object.keys(object(notify['channels']));
  const used = new Set<unknown>();
  const problems = list(notify['routes']).flatMap((raw, index) =>
    list(object(raw)['to']).flatMap((name, at): Problem[] => {
      used.add(name);
      if (typeof name !== 'string' || names.includes(name)) return [];
      return [
        {
          path: `notify.routes[${index}].to[${at}]`,
          value: JSON.stringify(name),
          problem: 'is no channel of the plan, so nobody would be told',
          remedy: `add it to notify.channels, or use one of: ${names.join(', ') || '(there are none)'}`,
        },
      ];
    }),
  );
  const kinds = new Set([USUAL_KIND, BLIND_KIND, ...ownKinds(notify)]);
  return [
    ...problems,
    ...list(notify['routes']).flatMap((raw, index) =>
      list(object(raw)['kinds']).flatMap((kind, at): Problem[] =>
        typeof kind !== 'string' || kinds.has(kind)
          ? []
          : [
              {
                path: `notify.routes[${index}].kinds[${at}]`,
                value: JSON.stringify(kind),
                problem: 'is the kind of no check, so the route would never be taken',
                remedy: `give it to a check (notify.checks.<id>.kind), or use one of: ${[...kinds].join(', ')}`,
              },
            ],
      ),
    ),
    ...names
      .filter((name) => !used.has(name))
      .map((name) => ({
        path: `notify.channels.${name}`,
        value: JSON.stringify(name),
        problem: 'is named by no route, so nothing would ever arrive there',
        remedy: 'name it in the "to" of a route, or remove it',
      })),
  ];
}

function ownKinds(notify: Loose): readonly string[] {
  return Object.values(object(notify['checks'])).flatMap((raw) => {
    const { kind } = object(raw);
    return typeof kind === 'string' ? [kind] : [];
  });
}

function checkProblems(notify: Loose, known: ReadonlySet<string>): Problem[] {
  const of = (id: unknown, path: string): Problem[] =>
    typeof id !== 'string' || known.has(id)
      ? []
      : [
          {
            path,
            value: JSON.stringify(id),
            problem: 'names no check of this plan',
            remedy: `use one of: ${[...known].join(', ')}`,
          },
        ];
  return [
    ...Object.keys(object(notify['checks'])).flatMap((id) => of(id, `notify.checks.${id}`)),
    ...list(notify['maintenance']).flatMap((raw, index) =>
      list(object(raw)['checks']).flatMap((id, at) => of(id, `notify.maintenance[${index}].checks[${at}]`)),
    ),
  ];
}

function maintenanceProblems(notify: Loose): Problem[] {
  const first = new Map<string, number>();
  return list(notify['maintenance']).flatMap((raw, index): Problem[] => {
    const { id } = object(raw);
    if (typeof id !== 'string') return [];
    const before = first.get(id);
    if (before === undefined) {
      first.set(id, index);
      return [];
    }
    return [
      {
        path: `notify.maintenance[${index}].id`,
        value: JSON.stringify(id),
        problem: `is used twice: also by notify.maintenance[${before}]`,
        remedy: 'give every window its own id',
      },
    ];
  });
}

function locationProblems(notify: Loose, places: readonly unknown[]): Problem[] {
  if (notify['locations'] === undefined) return [];
  const { broken, tells } = object(notify['locations']);
  if (places.length === 0)
    return [
      {
        path: 'notify.locations',
        value: 'no place',
        problem: 'asks how many places must say so, and synthetic.locations names none',
        remedy: 'name every place that looks in synthetic.locations, or remove it',
      },
    ];
  const problems: Problem[] = [];
  const count = new Set(places).size;
  if (typeof broken === 'number' && broken > count)
    problems.push({
      path: 'notify.locations.broken',
      value: String(broken),
      problem: `there are only ${count} places, so nobody would ever be told`,
      remedy: 'lower it, or name more places in synthetic.locations',
    });
  if (typeof tells === 'string' && !places.includes(tells))
    problems.push({
      path: 'notify.locations.tells',
      value: JSON.stringify(tells),
      problem: 'is none of the places, so nobody would be told',
      remedy: `use one of: ${places.map(String).join(', ')}`,
    });
  return problems;
}

/** What stands in the plan itself; what an environment variable holds is looked at when it is read. */
function addressProblems(notify: Loose): Problem[] {
  return Object.entries(object(notify['channels'])).flatMap(([name, raw]): Problem[] => {
    const { adapter, url } = object(raw);
    if (typeof url !== 'string' || typeof adapter !== 'string') return [];
    const problem = addressProblem(adapter, url);
    if (problem === undefined) return [];
    return [
      {
        path: `notify.channels.${name}.url`,
        value: JSON.stringify(url.replaceAll(/(\/\/)[^/\s]*@/g, '$1[redacted]@')),
        problem,
        remedy:
          adapter === 'smtp'
            ? 'write smtps://mail.example.com or smtp://mail.example.com:587, credentials by secret()'
            : 'write the whole of it, with https (http is for loopback alone)',
      },
    ];
  });
}

/** What is wrong with the address of a channel; undefined where nothing is. */
export function addressProblem(adapter: string, url: string): string | undefined {
  const host = hostOf(url);
  if (host === undefined || host.name === '') return 'is no address';
  const { protocol } = new URL(url);
  if (adapter === 'smtp') return /^smtps?:$/.test(protocol) ? undefined : 'is no address of a mail server';
  if (protocol === 'https:' || (protocol === 'http:' && isLoopback(host))) return undefined;
  // In a cluster an Alertmanager is usually reached without TLS, and gets no secret from us but its headers.
  if (adapter === 'alertmanager' && protocol === 'http:') return undefined;
  return 'is no https address: in the clear, a message could be read and changed on the way';
}

/** Incidents that no route takes: a plan that forgets them would be silent when they come. */
function uncovered(raw: Loose): Problem[] {
  const parsed = Notify.safeParse(raw);
  // What cannot be read is left to the schema's own messages.
  if (!parsed.success) return [];
  const { routes, checks, blindLevel } = parsed.data;
  const levels = new Map<string, Set<Level>>([[BLIND_KIND, new Set([blindLevel])]]);
  const add = (kind: string, ...more: readonly Level[]): void =>
    void levels.set(kind, new Set([...(levels.get(kind) ?? []), ...more]));
  // A check that says nothing is P2 or P3, by its severity.
  add(USUAL_KIND, 'P2', 'P3');
  for (const { kind = USUAL_KIND, level, levels: measured } of Object.values(checks))
    add(
      kind,
      ...(level === undefined ? (['P2', 'P3'] as const) : [level]),
      ...(measured ?? []).map((one) => one.level),
    );
  return [...levels].flatMap(([kind, needed]): Problem[] => {
    const missing = Level.options.filter(
      (level) => needed.has(level) && routeOf(routes, { kind, level }) === undefined,
    );
    if (missing.length === 0) return [];
    return [
      {
        path: 'notify.routes',
        value: `${kind}, ${missing.join(' and ')}`,
        problem: 'no route takes incidents of this kind and level, so nobody would be told',
        remedy:
          "add a last route without conditions: { to: ['…'] } ([]: recorded only), or give the checks of this kind a level",
      },
    ];
  });
}
