import { Script } from 'node:vm';

/** A place in a file as V8 knows it: before Playwright maps it back to the source. */
interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** Calls a function with arguments, from a place in the user's own file. */
type CallFromThere = <Args extends readonly unknown[], T>(call: (...args: Args) => T, ...args: Args) => T;

/**
 * Finds the place in the user's spec file from which the running code was called, and lends it to calls of ours.
 * Playwright takes the location of a test from whoever called `test`, and runs, lists and shows it as one of that
 * file. That would be a file of ours inside node_modules, where nobody looks and no file filter reaches.
 */
export function callFromUserPlace(): CallFromThere {
  const place = userPlace(callSites());
  return place === undefined ? (call, ...args) => call(...args) : callFrom(place);
}

/** A caller that is compiled under the file name and position of the place: its frame looks like one of there. */
function callFrom({ file, line, column }: Place): CallFromThere {
  const source = `(call, ...args) =>\n${' '.repeat(column - 1)}call(...args)`;
  // The call is in the second line.
  return new Script(source, { filename: file, lineOffset: line - 2 }).runInThisContext() as CallFromThere;
}

/**
 * The spec file is the outermost file of the user on the stack. What is outside of it loads it: Playwright or Node. The
 * innermost line in it is the one that asked: a helper of the user in another file must not take its tests along.
 */
function userPlace(sites: readonly Place[]): Place | undefined {
  const spec = sites.findLast(({ file }) => isOfUser(file))?.file;
  return spec === undefined ? undefined : sites.find(({ file }) => file === spec);
}

function isOfUser(file: string): boolean {
  return (
    (file.startsWith('file:') || /^([\\/]|[A-Za-z]:)/.test(file)) && !/[\\/]node_modules[\\/]/.test(file)
  );
}

/** The stack of the caller, innermost first. */
function callSites(): readonly Place[] {
  const mapped = Object.getOwnPropertyDescriptor(Error, 'prepareStackTrace');
  const { stackTraceLimit } = Error;
  const holder: { stack?: unknown } = {};
  try {
    Error.stackTraceLimit = Infinity;
    Error.prepareStackTrace = (_error, sites) =>
      sites.map((site) => ({
        file: site.getFileName() ?? '',
        line: site.getLineNumber() ?? 1,
        column: site.getColumnNumber() ?? 1,
      }));
    Error.captureStackTrace(holder);
    return holder.stack as readonly Place[];
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
    // Playwright maps its own stacks with that function; it must find it as it was.
    if (mapped === undefined) Reflect.deleteProperty(Error, 'prepareStackTrace');
    else Object.defineProperty(Error, 'prepareStackTrace', mapped);
  }
}
