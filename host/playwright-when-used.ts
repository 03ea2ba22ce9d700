import { createRequire } from 'node:module';

const NAME = '@playwright/test';

/**
 * Stands for `@playwright/test` in a plan that is only read: page steps use `expect` when they run, and that is in
 * Playwright's own process. The package itself (some 65 MiB, and a good part of a second) is loaded when anything of it
 * is called or looked into, as by `expect.extend` or `devices['Pixel 7']` at the top of a plan.
 * @param planFile absolute path of the plan, whose Playwright it is
 * @returns undefined where this process has Playwright already, or the plan has none: then nothing must stand for it
 */
export function playwrightWhenUsed(planFile: string): object | undefined {
  const require = createRequire(planFile);
  let file: string;
  try {
    file = require.resolve(NAME);
  } catch {
    // Whoever imports it is to hear so by name, from the loader.
    return undefined;
  }
  if (require.cache[file] !== undefined) return undefined;
  const all = (): Readonly<Record<string, unknown>> => require(file) as Readonly<Record<string, unknown>>;
  const standing = new Map<string, unknown>();
  const ofModule = (name: string, module: unknown): unknown => {
    if (name === '__esModule') return true;
    if (name === 'default') return module;
    if (!standing.has(name))
      standing.set(
        name,
        whenUsed(() => all()[name]),
      );
    return standing.get(name);
  };
  const module: object = new Proxy(
    {},
    {
      get: (_, name) => (isAsked(name) ? ofModule(name, module) : undefined),
      has: (_, name) => isAsked(name) && (LOADERS_OWN.has(name) || name in all()),
      ownKeys: () => Object.keys(all()),
      getOwnPropertyDescriptor: (_, name) =>
        isAsked(name) && (LOADERS_OWN.has(name) || name in all())
          ? { configurable: true, enumerable: true, writable: false, value: ofModule(name, module) }
          : undefined,
    },
  );
  return module;
}

/** What a loader looks for in every module. */
const LOADERS_OWN: ReadonlySet<string> = new Set(['__esModule', 'default']);

/** A module with a `then` would be taken for a promise; neither it nor what a debugger looks for is a use. */
function isAsked(name: string | symbol): name is string {
  return typeof name === 'string' && name !== 'then';
}

function nothing(): void {
  return;
}

/** Bound, because only such a function can be constructed and has no property that a proxy of it must show. */
const CALLABLE: () => void = nothing.bind(undefined);

/** What is called, constructed and read as if it were the real thing, which is asked for only then. */
function whenUsed(real: () => unknown): unknown {
  const object = (): object => real() as object;
  return new Proxy(CALLABLE, {
    apply: (_, self, args): unknown => Reflect.apply(real() as () => unknown, self, args),
    construct: (_, args) => Reflect.construct(real() as new () => object, args) as object,
    get: (_, name) => Reflect.get(object(), name) as unknown,
    set: (_, name, value) => Reflect.set(object(), name, value),
    has: (_, name) => Reflect.has(object(), name),
    ownKeys: () => Reflect.ownKeys(object()),
    getOwnPropertyDescriptor: (_, name) => {
      const found = Reflect.getOwnPropertyDescriptor(object(), name);
      // A proxy may only tell of what its own target cannot lose.
      return found === undefined ? undefined : { ...found, configurable: true };
    },
    getPrototypeOf: () => Reflect.getPrototypeOf(object()),
  });
}
