import path from 'node:path';
import ts from 'typescript';
import { PlanSchema } from '../../contract/plan/plan.ts';
import { Policy } from '../../contract/verdict/policy.ts';
import { jsonSchemas, SCHEMAS } from '../../reporters/schemas.ts';
import { type Member, membersOf } from './interfaces.ts';
import { type Alternative, KeyReader } from './read-keys.ts';
import type { Shapes } from './shapes.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');

/** Everything that the reference is made of. */
export interface Reference {
  /** What users write and read in functions, from the types alone. */
  readonly interface: (name: string) => readonly Member[];
  /** JSON Schemas by file name, with what the comments say. */
  readonly schemas: () => ReturnType<typeof jsonSchemas>;
  /** The keys of a plan; `policy` is read apart, because a plan holds several. */
  readonly plan: Alternative;
  readonly policy: Alternative;
}

let before: Reference | undefined;

/** Reads the schemas and the comments beside their keys. The first time takes two seconds, most of it the compiler's. */
export function readReference(): Reference {
  return (before ??= read());
}

function read(): Reference {
  const { program, shapes } = compile();
  const checker = program.getTypeChecker();
  const reader = new KeyReader(checker);
  const only = (name: keyof Shapes, schema: Parameters<KeyReader['read']>[0]): Alternative => {
    const symbol = shapes.getProperty(name);
    if (symbol === undefined) throw new Error(`shapes.ts has no ${name}`);
    const [form] = reader.read(schema, checker.getTypeOfSymbol(symbol));
    if (form === undefined) throw new Error(`${name} is no object`);
    return form;
  };
  return {
    plan: only('plan', PlanSchema),
    policy: only('policy', Policy),
    interface: (name) => membersOf(program, name),
    schemas: () => {
      for (const name of Object.keys(SCHEMAS) as (keyof typeof SCHEMAS)[]) only(name, SCHEMAS[name].schema);
      return jsonSchemas((object) => reader.objects.get(object));
    },
  };
}

function compile(): { readonly program: ts.Program; readonly shapes: ts.Type } {
  const file = path.join(import.meta.dirname, 'shapes.ts');
  const { config } = ts.readConfigFile(path.join(ROOT, 'tsconfig.json'), (name) => ts.sys.readFile(name)) as {
    config: { compilerOptions: object };
  };
  const { options } = ts.convertCompilerOptionsFromJson({ ...config.compilerOptions, types: [] }, ROOT);
  const program = ts.createProgram([file], options);
  const source = program.getSourceFile(file);
  const found = source?.statements.find(ts.isInterfaceDeclaration);
  if (found === undefined) throw new Error('shapes.ts has no interface');
  return { program, shapes: program.getTypeChecker().getTypeAtLocation(found.name) };
}
