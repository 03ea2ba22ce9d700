import { decimalOf } from './decimal-value.ts';

/**
 * One text for equal JSON documents: keys sorted, no white space, numbers by value, of repeated keys the last one.
 * Not `JSON.parse`: its numbers lose digits. Undefined for what is no JSON.
 */
export function jsonDocument(text: string): string | undefined {
  try {
    return new Reader(text).document();
  } catch (error) {
    if (error instanceof NoJson) return undefined;
    throw error;
  }
}

class NoJson extends Error {}

const MOST_DEPTH = 2000;

class Reader {
  private readonly text: string;
  private at = 0;

  constructor(text: string) {
    this.text = text;
  }

  document(): string {
    const value = this.value(0);
    this.space();
    if (this.at < this.text.length) throw new NoJson();
    return value;
  }

  private value(depth: number): string {
    if (depth > MOST_DEPTH) throw new NoJson();
    this.space();
    switch (this.text[this.at]) {
      case '{':
        return this.object(depth);
      case '[':
        return `[${this.items(']', () => this.value(depth + 1)).join(',')}]`;
      case '"':
        return JSON.stringify(this.string());
      default:
        return this.scalar();
    }
  }

  private object(depth: number): string {
    const members = new Map<string, string>();
    this.items('}', () => {
      this.space();
      const key = this.string();
      this.space();
      if (this.text[this.at] !== ':') throw new NoJson();
      this.at += 1;
      members.set(key, this.value(depth + 1));
    });
    const sorted = [...members].sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${sorted.map(([key, value]) => `${JSON.stringify(key)}:${value}`).join(',')}}`;
  }

  private items<T>(end: string, item: () => T): T[] {
    const found: T[] = [];
    this.at += 1;
    this.space();
    if (this.text[this.at] === end) {
      this.at += 1;
      return found;
    }
    for (;;) {
      found.push(item());
      this.space();
      const next = this.text[this.at];
      this.at += 1;
      if (next === end) return found;
      if (next !== ',') throw new NoJson();
    }
  }

  private string(): string {
    const match = this.match(/"(?:[^"\\]|\\.)*"/sy);
    try {
      return JSON.parse(match) as string;
    } catch {
      throw new NoJson();
    }
  }

  private scalar(): string {
    const word = this.match(/true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y);
    return /^[tfn]/.test(word) ? word : (decimalOf(word) ?? word);
  }

  private space(): void {
    while (/[ \t\r\n]/.test(this.text[this.at] ?? '')) this.at += 1;
  }

  private match(pattern: RegExp): string {
    pattern.lastIndex = this.at;
    const [found] = pattern.exec(this.text) ?? [];
    if (found === undefined) throw new NoJson();
    this.at += found.length;
    return found;
  }
}
