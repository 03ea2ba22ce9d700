/** What decides how and when a process ends. */
const EVENTS = [
  'exit',
  'beforeExit',
  'SIGINT',
  'SIGTERM',
  'SIGHUP',
  'uncaughtException',
  'unhandledRejection',
] as const;

/** Modules that want to know of the end replace these. */
const METHODS = ['exit', 'reallyExit', 'emit'] as const;

type Listener = (...args: unknown[]) => void;

/**
 * Keeps the end of this process ours while code of others is loaded into it. A plan may import a module that ends the
 * process on Ctrl-C, before we have cleaned up, or that sets an exit code of its own at the end.
 * @returns to be called when that code is loaded: takes its listeners off, and undoes what it did to `process`
 */
export function keepProcess(): () => void {
  const before = EVENTS.map((event) => new Set(listenersOf(event)));
  const { exitCode } = process;
  const own = METHODS.map((name) => [name, Object.getOwnPropertyDescriptor(process, name)] as const);
  return () => {
    process.exitCode = exitCode;
    for (const [name, descriptor] of own) {
      if (descriptor === undefined) Reflect.deleteProperty(process, name);
      else Object.defineProperty(process, name, descriptor);
    }
    EVENTS.forEach((event, index) => {
      for (const listener of listenersOf(event)) {
        if (before[index]?.has(listener) !== true) process.removeListener(event, listener);
      }
    });
  };
}

/** As they were given, also those that are called once. */
function listenersOf(event: (typeof EVENTS)[number]): readonly Listener[] {
  return process.rawListeners(event) as Listener[];
}
